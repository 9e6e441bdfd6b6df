package org.rodnan.terminology;

import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(TerminologySettings.class)
class TerminologyConfiguration {
  @Bean
  Definitions definitions() {
    return new Definitions();
  }

  @Bean
  UnitConversion unitConversion() {
    return new UnitConversion();
  }

  @Bean
  TerminologyService terminologyService(
      @Value("${rodnan.data-dir:./data}") String dataDir,
      UnitConversion units,
      TerminologySettings settings) {
    return new TerminologyService(Path.of(dataDir), units, settings.limits());
  }
}
