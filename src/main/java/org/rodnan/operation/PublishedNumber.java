package org.rodnan.operation;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * A number that was published, and the same computed from the subjects.
 *
 * @param result id of the Observation that has it
 * @param place where it is printed
 * @param measure in words
 * @param visit code; empty if it is of none
 * @param statistic code
 * @param printed as printed, with its digits and a comparator
 * @param computed not rounded; null if it can't be computed
 * @param reads what the printed number was corrected to; empty if it wasn't
 * @param reason why it reads otherwise, or isn't computed; empty if there is nothing to say
 */
public record PublishedNumber(
    String result,
    String place,
    String population,
    String measure,
    String visit,
    String statistic,
    String printed,
    @Nullable Double computed,
    String reads,
    String reason) {
  /** Of computed values, so that 29.45 held as 29.449999999999996 rounds up. */
  private static final int NOISE_DECIMALS = 9;

  private static final double SIGNIFICANT = 0.05;

  /** How the two compare. */
  public enum Verdict {
    /** Rounded to the printed digits they are the same. */
    EQUAL("equal"),
    /** The computed one rounds to what the printed one was corrected to. */
    MISPRINT("misprint"),
    /** Neither. */
    DIFFERS("differs"),
    /** There is no computed one. */
    NOT_COMPUTED("not-computed");

    private final String code;

    Verdict(String code) {
      this.code = code;
    }

    /** As it stands in answers. */
    public String code() {
      return code;
    }
  }

  /** How the two compare. */
  public Verdict verdict() {
    if (computed == null) {
      return Verdict.NOT_COMPUTED;
    }
    if (prints(computed, printed)) {
      return Verdict.EQUAL;
    }
    return !reads.isEmpty() && prints(computed, reads) ? Verdict.MISPRINT : Verdict.DIFFERS;
  }

  /** Whether a value, rounded half away from zero, is printed so. */
  private static boolean prints(double value, String text) {
    if (text.startsWith("not ")) {
      return value > SIGNIFICANT;
    }
    if (text.startsWith("<")) {
      return value < new BigDecimal(text.substring(1)).doubleValue();
    }
    BigDecimal number = new BigDecimal(text);
    return rounded(value, number.scale()).compareTo(number) == 0;
  }

  static BigDecimal rounded(double value, int decimals) {
    return BigDecimal.valueOf(value)
        .setScale(NOISE_DECIMALS, RoundingMode.HALF_UP)
        .setScale(decimals, RoundingMode.HALF_UP);
  }
}
