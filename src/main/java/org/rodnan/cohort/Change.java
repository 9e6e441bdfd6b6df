package org.rodnan.cohort;

import java.math.BigDecimal;
import java.util.Locale;
import org.rodnan.fhir.FhirFailure;

/**
 * How a value changes between two visits: that of the later one less that of the earlier one, as a
 * number in the unit of the measure or as a part of the earlier value. Who has no value at one of
 * the visits, or a change in percent from zero, doesn't meet it.
 *
 * @param from code of the earlier visit
 * @param to code of the later visit
 */
public record Change(String from, String to, Kind kind, Comparator comparator, BigDecimal value) {
  /** What doubles add to decimals lies beyond. */
  private static final int DIGITS = 10;

  /**
   * What a change is compared with, from its text.
   *
   * @throws FhirFailure.Malformed if it is no decimal number of at most 12 digits before the point
   *     and 9 after it
   */
  public static BigDecimal value(String text) {
    if (!text.matches("[+-]?\\d{1,12}(\\.\\d{1,9})?")) {
      throw new FhirFailure.Malformed(
          "change.value is '" + text + "'; expected a number such as -10 or 2.5", "criterion");
    }
    return new BigDecimal(text);
  }

  /** In what a change is measured. */
  public enum Kind {
    ABSOLUTE,
    PERCENT;

    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws FhirFailure.Malformed for anything but {@code absolute} and {@code percent}
     */
    public static Kind of(String text) {
      return switch (text) {
        case "absolute" -> ABSOLUTE;
        case "percent" -> PERCENT;
        default ->
            throw new FhirFailure.Malformed(
                "change.kind is '" + text + "'; expected absolute or percent", "criterion");
      };
    }
  }

  /** Which changes count. */
  public enum Comparator {
    LT,
    LE,
    EQ,
    GE,
    GT;

    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws FhirFailure.Malformed for anything but {@code lt le eq ge gt}
     */
    public static Comparator of(String text) {
      for (Comparator each : values()) {
        if (each.code().equals(text)) {
          return each;
        }
      }
      throw new FhirFailure.Malformed(
          "change.comparator is '" + text + "'; expected lt, le, eq, ge or gt", "criterion");
    }
  }

  /**
   * @param earlier and {@code later} in the unit that an absolute change is given in
   */
  boolean isMet(double earlier, double later) {
    if (kind == Kind.PERCENT && earlier == 0) {
      return false;
    }
    double change = later - earlier;
    double asked = kind == Kind.PERCENT ? 100 * change / Math.abs(earlier) : change;
    int order =
        Double.compare(
            Decimals.rounded(asked, DIGITS) + 0.0,
            Decimals.rounded(value.doubleValue(), DIGITS) + 0.0);
    return switch (comparator) {
      case LT -> order < 0;
      case LE -> order <= 0;
      case EQ -> order == 0;
      case GE -> order >= 0;
      case GT -> order > 0;
    };
  }
}
