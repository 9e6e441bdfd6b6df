package org.rodnan.trials;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A number as it stands in a paper: its digits tell its precision.
 *
 * @param text the characters printed, such as {@code 6.40}, {@code -0.071} or {@code <0.001}
 */
record Printed(String text) {

  /** Computed values are cut here first, so that 29.45 stored as 29.449999999999996 rounds up. */
  private static final int NOISE_DECIMALS = 9;

  /** True for a bound such as {@code <0.001}. */
  boolean isUpperBound() {
    return text.startsWith("<");
  }

  BigDecimal value() {
    return new BigDecimal(isUpperBound() ? text.substring(1) : text);
  }

  int decimals() {
    return value().scale();
  }

  /** Whether {@code computed}, rounded half away from zero, prints as this. */
  boolean matches(double computed) {
    if (!Double.isFinite(computed)) {
      return false;
    }
    if (isUpperBound()) {
      return computed < value().doubleValue();
    }
    return round(computed, decimals()).compareTo(value()) == 0;
  }

  /** The values that print as this, a hair inside the open end. */
  Interval interval() {
    double value = value().doubleValue();
    if (isUpperBound()) {
      return new Interval(0, value * (1 - 1e-6));
    }
    double half = BigDecimal.valueOf(5, decimals() + 1).doubleValue();
    double hair = half * 1e-5;
    return value < 0
        ? new Interval(value - half + hair, value + half)
        : new Interval(value - half, value + half - hair);
  }

  /** {@code computed} rounded half away from zero. */
  static BigDecimal round(double computed, int decimals) {
    return BigDecimal.valueOf(computed)
        .setScale(NOISE_DECIMALS, RoundingMode.HALF_UP)
        .setScale(decimals, RoundingMode.HALF_UP);
  }
}
