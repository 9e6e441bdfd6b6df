package org.rodnan.course;

import org.rodnan.index.ReferenceText;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class CourseConfiguration {
  @Bean
  Timelines timelines(SubjectSearch subjects, ReferenceText references) {
    return new Timelines(subjects, references);
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
