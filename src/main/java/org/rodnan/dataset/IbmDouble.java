package org.rodnan.dataset;

/**
 * Numbers of the IBM mainframe, hexadecimal floating point of 8 bytes: a sign, an exponent of
 * sixteen in excess 64, a fraction of 56 bits (TS-140, "Numeric data fields"). Every double between
 * the smallest and the largest of them is exactly one of them; of the other way round, the fraction
 * can have up to three bits more than a double's, which are rounded half to even.
 */
final class IbmDouble {
  /** The largest is 16^63 (1 - 16^-14). */
  private static final double LIMIT = Math.scalb(1.0, 252);

  /** The smallest that is normal, 16^-65. */
  private static final double SMALLEST = Math.scalb(1.0, -260);

  private static final int FRACTION_BITS = 56;
  private static final long FRACTION = (1L << FRACTION_BITS) - 1;

  private IbmDouble() {}

  /** Whether the number has a form that is exactly it. */
  static boolean canHold(double number) {
    double size = Math.abs(number);
    return size == 0 || size >= SMALLEST && size < LIMIT;
  }

  /**
   * @param number one that {@link #canHold} is true of
   */
  static long encode(double number) {
    if (!canHold(number)) {
      throw new IllegalArgumentException(String.valueOf(number));
    }
    if (number == 0) {
      return 0;
    }
    int binary = Math.getExponent(number);
    long significand = Double.doubleToRawLongBits(number) & 0xf_ffff_ffff_ffffL | 1L << 52;
    // number = significand * 2^(binary - 52) = (significand << shift) * 2^-56 * 16^hex
    int hex = Math.floorDiv(binary, 4) + 1;
    int shift = FRACTION_BITS - 52 + binary - 4 * hex;
    long fraction = significand << shift;
    long sign = number < 0 ? 1L << 63 : 0;
    return sign | (long) (hex + 64) << FRACTION_BITS | fraction;
  }

  /** Any 8 bytes are a number; those that are not normal too. */
  static double decode(long bits) {
    long fraction = bits & FRACTION;
    int hex = (int) (bits >>> FRACTION_BITS & 0x7f) - 64;
    // 2^-56 * 16^hex is within a double's normal range, so only the fraction is rounded.
    // A conversion of long to double rounds half to even (JLS 5.1.2).
    double size = Math.scalb((double) fraction, 4 * hex - FRACTION_BITS);
    return bits < 0 ? -size : size;
  }
}
