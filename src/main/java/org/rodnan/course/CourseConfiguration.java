package org.rodnan.course;

import java.time.Clock;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class CourseConfiguration {
  private static final String MEASURES = "https://w3id.org/rodnan/ValueSet/ssc-measure-any";

  @Bean
  Timelines timelines(SubjectSearch subjects, ReferenceText references) {
    return new Timelines(subjects, references);
  }

  @Bean
  DataQualityCheck dataQualityCheck(
      SubjectSearch subjects,
      ReferenceText references,
      TerminologyService terminology,
      DefinitionSource current,
      Clock clock) {
    return new DataQualityCheck(
        subjects,
        references,
        (system, code) -> {
          Terminology now = terminology.at(current);
          return now.valueSet(MEASURES)
              .map(measures -> now.codes(measures).contains(system, code))
              .orElse(false);
        },
        clock);
  }

  @Bean
  CrissAnalysis crissAnalysis(
      SubjectSearch subjects, UnitConversion units, ReferenceText references) {
    return new CrissAnalysis(subjects, units, references);
  }

  @Bean
  IldProgressionAnalysis ildProgressionAnalysis(
      SubjectSearch subjects, UnitConversion units, ReferenceText references) {
    return new IldProgressionAnalysis(subjects, units, references);
  }
}
