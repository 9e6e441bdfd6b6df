package org.rodnan.validation;

import org.rodnan.terminology.Definitions;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(ValidationSettings.class)
class ValidationConfiguration {
  @Bean
  ResourceValidator resourceValidator(Definitions definitions, ValidationSettings settings) {
    return new ResourceValidator(definitions, settings.limits());
  }

  /** Once the server answers, so that it answers soon. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> validatorWarmUp(ResourceValidator validator) {
    return event -> Thread.ofPlatform().daemon().name("warm-up").start(validator::warmUp);
  }
}
