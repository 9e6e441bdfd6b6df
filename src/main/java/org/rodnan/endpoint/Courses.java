package org.rodnan.endpoint;

import java.util.List;

/**
 * The values of each subject at visits.
 *
 * @param name of the measure
 * @param unit of the values, in UCUM
 * @param visits codes, that of the baseline first
 * @param lines of each subject the value at each visit, NaN where there is none
 * @param samples of all subjects, at each visit
 */
public record Courses(
    String name, String unit, List<String> visits, List<List<Double>> lines, List<Sample> samples) {
  public Courses {
    visits = List.copyOf(visits);
    lines = List.copyOf(lines);
    samples = List.copyOf(samples);
  }
}
