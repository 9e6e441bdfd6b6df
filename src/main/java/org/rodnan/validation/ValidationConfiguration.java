package org.rodnan.validation;

import org.rodnan.fhir.ResourceTypes;
import org.rodnan.fhir.StartFailure;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.StoredDefinitions;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(ValidationSettings.class)
class ValidationConfiguration {
  @Bean
  ResourceValidator resourceValidator(
      Definitions definitions, StoredDefinitions stored, ValidationSettings settings) {
    ValidationModes modes = settings.modes();
    modes.byProfile().keySet().forEach(name -> requireKnown(name, definitions));
    return new ResourceValidator(definitions, stored, settings.limits(), modes);
  }

  /** A slip of the pen would leave a profile enforced, or not, without a word. */
  private static void requireKnown(String name, Definitions definitions) {
    boolean isKnown =
        name.contains(":")
            || ResourceTypes.isType(name)
            || definitions.ourStructures().stream()
                .anyMatch(profile -> profile.getUrl().endsWith("/" + name));
    if (!isKnown) {
      throw new StartFailure(
          "The setting rodnan.validation.profiles names '" + name + "', which is no profile",
          "Name a profile of the program by its id such as ssc-mrss, R4's own demands by the type"
              + " such as Observation, and any other profile by its address in brackets.");
    }
  }

  /** Once the server answers, so that it answers soon. */
  @Bean
  @ConditionalOnBooleanProperty(name = "rodnan.warm-up", matchIfMissing = true)
  ApplicationListener<ApplicationReadyEvent> validatorWarmUp(ResourceValidator validator) {
    return event -> Thread.ofPlatform().daemon().name("warm-up").start(validator::warmUp);
  }
}
