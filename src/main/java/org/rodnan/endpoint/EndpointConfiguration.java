package org.rodnan.endpoint;

import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class EndpointConfiguration {
  @Bean
  EndpointAnalysis endpointAnalysis(SubjectSearch subjects, UnitConversion units) {
    return new EndpointAnalysis(subjects, units);
  }
}
