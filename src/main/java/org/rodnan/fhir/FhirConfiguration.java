package org.rodnan.fhir;

import java.time.Clock;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration
class FhirConfiguration {
  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  IdGenerator idGenerator() {
    return IdGenerator.timeOrdered();
  }

  @Bean
  ResourceParser resourceParser(Limits limits) {
    return new ResourceParser(limits);
  }

  /** {@code rodnan.limits.*}; a setting that is absent keeps its default. */
  @Bean
  Limits limits(Environment environment) {
    return LimitsSettings.from(Binder.get(environment));
  }
}
