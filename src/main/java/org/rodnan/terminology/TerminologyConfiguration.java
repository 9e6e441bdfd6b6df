package org.rodnan.terminology;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class TerminologyConfiguration {
  @Bean
  Definitions definitions() {
    return new Definitions();
  }

  @Bean
  UnitConversion unitConversion() {
    return new UnitConversion();
  }
}
