package org.rodnan.course;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits of what is read to tell how subjects fared.
 *
 * @param studyRecordsMax resources of a type of one study, its subjects among them
 * @param subjectRecordsMax resources of a type of one subject
 */
@ConfigurationProperties("rodnan.course")
record CourseSettings(
    @DefaultValue("200000") int studyRecordsMax, @DefaultValue("20000") int subjectRecordsMax) {

  /**
   * How many may be read.
   *
   * @param setting that says so
   */
  record Limit(String setting, int most) {}

  Limit ofStudy() {
    return new Limit("rodnan.course.study-records-max", studyRecordsMax);
  }

  Limit ofSubject() {
    return new Limit("rodnan.course.subject-records-max", subjectRecordsMax);
  }
}
