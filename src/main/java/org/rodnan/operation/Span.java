package org.rodnan.operation;

import ca.uhn.fhir.parser.DataFormatException;
import org.hl7.fhir.r4.model.DateTimeType;
import org.rodnan.fhir.FhirFailure;

/** A time from a start to an end, each a date or an instant as FHIR writes them. */
final class Span {
  private static final int DAY = "2026-01-31".length();

  private Span() {}

  /**
   * @param element where they were given
   * @throws FhirFailure.Malformed if the end is before the start
   */
  static void requireOrder(String start, String end, String element) {
    if (isAfter(start, end)) {
      throw new FhirFailure.Malformed(
          "The end, " + end + ", is before the start, " + start, element);
    }
  }

  private static boolean isAfter(String start, String end) {
    int length = Math.min(start.length(), end.length());
    if (length <= DAY) {
      return start.substring(0, length).compareTo(end.substring(0, length)) > 0;
    }
    try {
      return new DateTimeType(start).getValue().after(new DateTimeType(end).getValue());
    } catch (DataFormatException | IllegalArgumentException e) {
      // Whoever reads them says so.
      return false;
    }
  }
}
