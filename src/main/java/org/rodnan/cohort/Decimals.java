package org.rodnan.cohort;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers that were reckoned in doubles, as if they had been reckoned in decimals. */
public final class Decimals {
  /** Powers of ten that doubles hold exactly. */
  private static final double[] POWERS = new double[23];

  /** Below it doubles hold every whole number. */
  private static final double WHOLE_MAX = 1L << 53;

  /** Farther from a half than what a product of doubles is off, with at most 12 digits. */
  private static final double NEAR = 0.25;

  private static final int NEAR_DIGITS_MAX = 12;

  static {
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  private Decimals() {}

  /**
   * The number with so many digits, halves rounded up: the same as by {@link BigDecimal#round}, and
   * without it for all numbers that aren't near a half of the last digit.
   *
   * @param digits 1 or more
   */
  public static double rounded(double number, int digits) {
    if (number == 0 || !Double.isFinite(number)) {
      return number;
    }
    int scale = digits - 1 - (int) Math.floor(Math.log10(Math.abs(number)));
    if (scale >= 0 && scale < POWERS.length && digits <= NEAR_DIGITS_MAX) {
      double scaled = number * POWERS[scale];
      double whole = Math.rint(scaled);
      if (Math.abs(whole) < WHOLE_MAX && Math.abs(scaled - whole) < NEAR) {
        return whole / POWERS[scale];
      }
    }
    return new BigDecimal(number).round(new MathContext(digits)).doubleValue();
  }
}
