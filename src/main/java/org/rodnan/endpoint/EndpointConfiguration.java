package org.rodnan.endpoint;

import org.rodnan.cohort.KnownMeasures;
import org.rodnan.cohort.Populations;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class EndpointConfiguration {
  @Bean
  EndpointAnalysis endpointAnalysis(
      SubjectSearch subjects,
      Populations populations,
      UnitConversion units,
      KnownMeasures measures) {
    return new EndpointAnalysis(subjects, populations, units, measures);
  }
}
