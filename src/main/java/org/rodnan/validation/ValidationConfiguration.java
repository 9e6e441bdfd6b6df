package org.rodnan.validation;

import org.rodnan.terminology.Definitions;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class ValidationConfiguration {
  /** As many validations at once as there are cores: they are bound by the CPU. */
  @Bean
  ResourceValidator resourceValidator(Definitions definitions) {
    return new ResourceValidator(definitions, Runtime.getRuntime().availableProcessors());
  }

  /** Once the server answers, so that it answers soon. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> validatorWarmUp(ResourceValidator validator) {
    return event -> Thread.ofPlatform().daemon().name("warm-up").start(validator::warmUp);
  }
}
