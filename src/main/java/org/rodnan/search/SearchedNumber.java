package org.rodnan.search;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.rodnan.index.NumberRange;

/**
 * A number as it is searched for: its digits say how exactly it is meant (R4, search.html#number:
 * 100 is 99.5 to 100.5, 100.00 is 99.995 to 100.005).
 */
record SearchedNumber(BigDecimal value, BigDecimal halfStep) {
  private static final Pattern FORM =
      Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,3})?");
  private static final Pattern ONE_DIGIT_WITH_EXPONENT = Pattern.compile("[+-]?\\d[eE].*");
  private static final BigDecimal TENTH = new BigDecimal("0.1");
  private static final BigDecimal HALF = new BigDecimal("0.5");

  /** Empty if the text is not a decimal. */
  static Optional<SearchedNumber> parse(String text) {
    if (!FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    BigDecimal value = new BigDecimal(text.toUpperCase(Locale.ROOT));
    BigDecimal halfStep = HALF.scaleByPowerOfTen(-value.scale());
    // R4's table says that 1e2 is 95 to 105, a digit more than it shows.
    return Optional.of(
        new SearchedNumber(
            value,
            ONE_DIGIT_WITH_EXPONENT.matcher(text).matches() ? halfStep.multiply(TENTH) : halfStep));
  }

  /** The number as it is. */
  Comparison.Searched plain() {
    return converted(Optional::of, NumberRange::sortable).orElseThrow();
  }

  /**
   * The number in another unit; empty if there is no conversion.
   *
   * @param conversion rises with its argument
   */
  Optional<Comparison.Searched> converted(
      Function<BigDecimal, Optional<BigDecimal>> conversion, ToLongFunction<BigDecimal> sortable) {
    Optional<BigDecimal> exact = conversion.apply(value);
    BigDecimal margin = value.abs().multiply(TENTH);
    Optional<Comparison.Ends> implied =
        ends(conversion, sortable, value.subtract(halfStep), value.add(halfStep), true);
    Optional<Comparison.Ends> approximate =
        ends(conversion, sortable, value.subtract(margin), value.add(margin), false);
    if (exact.isEmpty() || implied.isEmpty() || approximate.isEmpty()) {
      return Optional.empty();
    }
    long bound = sortable.applyAsLong(exact.get());
    return Optional.of(
        new Comparison.Searched(
            new Comparison.Ends(bound, bound), implied.get(), approximate.get()));
  }

  private static Optional<Comparison.Ends> ends(
      Function<BigDecimal, Optional<BigDecimal>> conversion,
      ToLongFunction<BigDecimal> sortable,
      BigDecimal low,
      BigDecimal high,
      boolean excludesHigh) {
    Optional<BigDecimal> from = conversion.apply(low);
    Optional<BigDecimal> to = conversion.apply(high);
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    long end = sortable.applyAsLong(to.get());
    return Optional.of(
        new Comparison.Ends(sortable.applyAsLong(from.get()), excludesHigh ? end - 1 : end));
  }
}
