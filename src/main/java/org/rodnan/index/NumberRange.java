package org.rodnan.index;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import org.apache.lucene.util.NumericUtils;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Range;

/**
 * The numbers between two, both included, in a form whose order is that of long values. A number of
 * more than 15 digits is rounded, one beyond 1.8e308 to nine digits; one that is nearer to zero
 * than 4.9e-324 is zero.
 */
public record NumberRange(long low, long high) {
  private static final long LOWEST = Long.MIN_VALUE + 1;
  private static final long HIGHEST = Long.MAX_VALUE - 1;

  /** Where the finite doubles end; beyond it numbers go by their power of ten and nine digits. */
  private static final long BEYOND = NumericUtils.doubleToSortableLong(Double.POSITIVE_INFINITY);

  private static final int POWER_BITS = 20;
  private static final int DIGITS_BITS = 30;
  private static final MathContext NINE_DIGITS = new MathContext(9, RoundingMode.DOWN);

  /** Base units are reached by division; the rounding takes off what the division adds. */
  private static final MathContext CANONICAL_DIGITS = new MathContext(12);

  /** The number in its sortable form. */
  public static long sortable(BigDecimal number) {
    double value = number.doubleValue();
    if (Double.isInfinite(value)) {
      long size = beyond(number.abs());
      return value > 0 ? size : -1 - size;
    }
    // Zero has two doubles, of which only one may be indexed.
    return NumericUtils.doubleToSortableLong(value == 0 ? 0.0 : value);
  }

  private static long beyond(BigDecimal size) {
    BigDecimal rounded = size.round(NINE_DIGITS);
    long power = (long) rounded.precision() - rounded.scale();
    long digits = rounded.unscaledValue().longValue();
    for (int i = rounded.precision(); i < NINE_DIGITS.getPrecision(); i++) {
      digits *= 10;
    }
    return BEYOND + (Math.min(power, (1L << POWER_BITS) - 1) << DIGITS_BITS) + digits;
  }

  /** As {@link #sortable}, for a number in base units. */
  public static long sortableCanonical(BigDecimal number) {
    return sortable(number.round(CANONICAL_DIGITS));
  }

  static NumberRange of(BigDecimal number) {
    long value = sortable(number);
    return new NumberRange(value, value);
  }

  /** Below or above a bound, as the comparator of a quantity says (R4, quantity-comparator). */
  static NumberRange of(long bound, Quantity.QuantityComparator comparator) {
    return switch (comparator) {
      case LESS_THAN -> new NumberRange(LOWEST, bound - 1);
      case LESS_OR_EQUAL -> new NumberRange(LOWEST, bound);
      case GREATER_THAN -> new NumberRange(bound + 1, HIGHEST);
      case GREATER_OR_EQUAL -> new NumberRange(bound, HIGHEST);
      case NULL -> new NumberRange(bound, bound);
    };
  }

  static long lowest() {
    return LOWEST;
  }

  static long highest() {
    return HIGHEST;
  }

  /** The number or the range of numbers that an element stands for; empty if it has none. */
  static Optional<NumberRange> of(Base element) {
    return switch (element) {
      case DecimalType decimal -> Optional.ofNullable(decimal.getValue()).map(NumberRange::of);
      case IntegerType integer ->
          Optional.ofNullable(integer.getValue()).map(i -> of(BigDecimal.valueOf(i)));
      case Range range -> ofBounds(range);
      case Quantity quantity -> Optional.ofNullable(quantity.getValue()).map(NumberRange::of);
      default -> Optional.empty();
    };
  }

  private static Optional<NumberRange> ofBounds(Range range) {
    BigDecimal low = range.getLow().getValue();
    BigDecimal high = range.getHigh().getValue();
    if (low == null && high == null) {
      return Optional.empty();
    }
    return Optional.of(
        new NumberRange(
            low == null ? LOWEST : sortable(low), high == null ? HIGHEST : sortable(high)));
  }
}
