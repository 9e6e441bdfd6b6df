package org.rodnan.cohort;

import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.ContentRule;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.UnitConversion;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(CohortSettings.class)
class CohortConfiguration {
  @Bean
  CohortSearch cohortSearch(SubjectSearch subjects, Populations populations) {
    return new CohortSearch(subjects, populations);
  }

  @Bean
  Disclosure disclosure(CohortSettings settings) {
    return new Disclosure(settings.subjectLevel(), settings.smallCountMin());
  }

  @Bean
  ContentRule definitionRule(SubjectSearch subjects) {
    return new DefinitionRule(subjects);
  }

  @Bean
  KnownMeasures knownMeasures(TerminologyService terminology, DefinitionSource current) {
    return new KnownMeasures(new ProfileCodes(terminology, current, KnownMeasures.VALUE_SET));
  }

  @Bean
  Populations populations(
      UnitConversion units, TerminologyService terminology, DefinitionSource current) {
    return new Populations(
        units, new KnownVisits(new ProfileCodes(terminology, current, KnownVisits.VALUE_SET)));
  }

  @Bean
  ParticipantFlowCount participantFlowCount(SubjectSearch subjects, ReferenceText references) {
    return new ParticipantFlowCount(subjects, references);
  }
}
