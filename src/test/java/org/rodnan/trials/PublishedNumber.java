package org.rodnan.trials;

import java.util.Optional;

/**
 * One printed number.
 *
 * @param place where the paper prints it
 * @param population the subjects it is about; two of them, with a slash, in a comparison
 * @param measure what was measured or counted; two, with a slash, in a correlation
 * @param visit when
 * @param statistic how it is computed from the subjects
 * @param printed as printed
 * @param required what it must be, where the print cannot stand; otherwise as printed
 * @param misprint the entry in the list of misprints that says why, if there is one
 */
record PublishedNumber(
    String place,
    String population,
    String measure,
    String visit,
    String statistic,
    Printed printed,
    Printed required,
    Optional<String> misprint) {

  /** True when the paper only says that there is no difference. */
  boolean isInWords() {
    return printed.text().equals("not given");
  }

  @Override
  public String toString() {
    return String.join(" | ", place, population, measure, visit, statistic, printed.text())
        + (misprint.isPresent() ? " | " + required.text() + " | " + misprint.get() : "");
  }
}
