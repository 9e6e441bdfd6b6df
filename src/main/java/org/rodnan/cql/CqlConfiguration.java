package org.rodnan.cql;

import java.time.Clock;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.TerminologyService;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(CqlSettings.class)
class CqlConfiguration {
  /** Of its own, so that long evaluations hold up nobody else. */
  @Bean
  Evaluators evaluating(CqlSettings settings) {
    return new Evaluators(settings.threads(), settings.queueMax());
  }

  @Bean
  CqlEvaluation cqlEvaluation(
      SubjectSearch subjects,
      TerminologyService terminology,
      DefinitionSource current,
      Evaluators evaluating,
      CqlSettings settings,
      Clock clock) {
    return new CqlEvaluation(subjects, () -> terminology.at(current), evaluating, settings, clock);
  }
}
