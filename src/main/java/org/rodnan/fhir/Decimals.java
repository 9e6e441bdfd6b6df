package org.rodnan.fhir;

import java.math.BigDecimal;

/**
 * Which decimals are taken. A number of a few characters such as {@code 1e999999999} has as many
 * digits when it is written out, and writing it out takes all memory there is. R4 asks for 18
 * digits (datatypes, decimal); no quantity of medicine needs what is refused here.
 */
final class Decimals {
  static final String EXPECTED = "at most 100 characters and an exponent of at most 100";

  private static final int CHARACTERS_MAX = 100;
  private static final int EXPONENT_MAX = 100;

  private Decimals() {}

  /**
   * @param number a number as JSON writes it
   */
  static boolean isReasonable(String number) {
    if (number.length() > CHARACTERS_MAX) {
      return false;
    }
    int exponent = Math.max(number.indexOf('e'), number.indexOf('E'));
    if (exponent < 0) {
      return true;
    }
    String digits = number.substring(exponent + 1).replaceFirst("^[+-]?0*", "");
    return digits.length() <= 3 && (digits.isEmpty() || Integer.parseInt(digits) <= EXPONENT_MAX);
  }

  /** The same of a number that was read already; doesn't write it out. */
  static boolean isReasonable(BigDecimal number) {
    return number.precision() <= CHARACTERS_MAX
        && Math.abs((long) number.scale()) <= CHARACTERS_MAX + EXPONENT_MAX;
  }
}
