package org.rodnan.course;

import java.math.BigDecimal;
import java.math.MathContext;

/** Compares numbers as if they had been reckoned in decimals, so that limits are met exactly. */
final class Digits {
  /** What doubles add to decimals lies beyond. */
  private static final MathContext KEPT = new MathContext(10);

  private Digits() {}

  static boolean isAtLeast(double number, double limit) {
    return rounded(number).compareTo(rounded(limit)) >= 0;
  }

  static boolean isAtMost(double number, double limit) {
    return rounded(number).compareTo(rounded(limit)) <= 0;
  }

  /** With what doubles add taken away. */
  static double clean(double number) {
    return Double.isFinite(number) ? rounded(number).doubleValue() : number;
  }

  private static BigDecimal rounded(double number) {
    return new BigDecimal(number).round(KEPT);
  }
}
