package org.rodnan.course;

import java.time.Clock;
import org.rodnan.cohort.KnownMeasures;
import org.rodnan.cohort.Populations;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SubjectSearch;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(CourseSettings.class)
class CourseConfiguration {
  @Bean
  Timelines timelines(SubjectSearch subjects, ReferenceText references, CourseSettings limits) {
    return new Timelines(subjects, references, limits);
  }

  @Bean
  DataQualityCheck dataQualityCheck(
      SubjectSearch subjects,
      ReferenceText references,
      KnownMeasures measures,
      CourseSettings limits,
      Clock clock) {
    return new DataQualityCheck(subjects, references, measures::contains, limits, clock);
  }

  @Bean
  CrissAnalysis crissAnalysis(
      SubjectSearch subjects,
      Populations populations,
      KnownMeasures measures,
      ReferenceText references,
      CourseSettings limits) {
    return new CrissAnalysis(subjects, populations, measures, references, limits);
  }

  @Bean
  IldProgressionAnalysis ildProgressionAnalysis(
      SubjectSearch subjects,
      Populations populations,
      KnownMeasures measures,
      ReferenceText references,
      CourseSettings limits) {
    return new IldProgressionAnalysis(subjects, populations, measures, references, limits);
  }
}
