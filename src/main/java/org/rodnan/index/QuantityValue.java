package org.rodnan.index;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Money;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Range;
import org.hl7.fhir.r4.model.SampledData;
import org.jspecify.annotations.Nullable;
import org.rodnan.terminology.CanonicalQuantity;
import org.rodnan.terminology.UnitConversion;

/**
 * A quantity by one of the ways to state its unit (R4, search.html#quantity): each quantity is
 * indexed once without unit, once in UCUM's base units if its unit is of UCUM, and once for each
 * other way to name the unit.
 *
 * @param unit {@link #ANY_UNIT} or what one of the methods for units gives
 * @param isCanonical whether the range is in UCUM's base units
 */
public record QuantityValue(long unit, NumberRange range, boolean isCanonical) {
  /** The system of UCUM. */
  public static final String UCUM = "http://unitsofmeasure.org";

  /** The unit of a quantity whose unit doesn't matter. */
  public static final long ANY_UNIT = 0;

  private static final String CURRENCY = "urn:iso:std:iso:4217";

  /** Stands for a base unit of UCUM. */
  public static long canonicalUnit(String unit) {
    return Terms.hash("u" + unit);
  }

  /** Stands for a code of a system that can't be converted. */
  public static long unitInSystem(String system, String code) {
    return Terms.hash("s" + system + '\u0000' + code);
  }

  /** Stands for a unit by its text or its code, whatever the system. */
  public static long unitText(String text) {
    return Terms.hash("t" + text);
  }

  /** The ways to find an element of a measured type; empty if it has no value. */
  static List<QuantityValue> of(Base element, UnitConversion units) {
    return switch (element) {
      case Quantity quantity -> ofQuantity(quantity, units);
      case Range range -> ofRange(range, units);
      case Money money ->
          money.getValue() == null
              ? List.of()
              : ofBounds(
                  money.getValue(),
                  money.getValue(),
                  money.getCurrency() == null ? null : CURRENCY,
                  money.getCurrency(),
                  null,
                  units);
      case SampledData data -> ofSamples(data, units);
      case DecimalType number -> ofNumber(number.getValue(), units);
      case IntegerType number ->
          ofNumber(number.getValue() == null ? null : new BigDecimal(number.getValue()), units);
      default -> List.of();
    };
  }

  /** What a quantity sorts by: base units if it has them, so that 2 L comes after 1500 mL. */
  static Optional<NumberRange> forSorting(List<QuantityValue> quantities) {
    return quantities.stream()
        .filter(QuantityValue::isCanonical)
        .findFirst()
        .or(() -> quantities.stream().findFirst())
        .map(QuantityValue::range);
  }

  private static List<QuantityValue> ofNumber(@Nullable BigDecimal number, UnitConversion units) {
    return number == null ? List.of() : ofBounds(number, number, null, null, null, units);
  }

  private static List<QuantityValue> ofQuantity(Quantity quantity, UnitConversion units) {
    BigDecimal value = quantity.getValue();
    if (value == null) {
      return List.of();
    }
    BigDecimal low = value;
    BigDecimal high = value;
    Quantity.QuantityComparator comparator = quantity.getComparator();
    List<QuantityValue> all =
        ofBounds(low, high, quantity.getSystem(), quantity.getCode(), quantity.getUnit(), units);
    if (comparator == null || comparator == Quantity.QuantityComparator.NULL) {
      return all;
    }
    return all.stream()
        .map(v ->
            new QuantityValue(v.unit, NumberRange.of(v.range.low(), comparator), v.isCanonical))
        .toList();
  }

  private static List<QuantityValue> ofRange(Range range, UnitConversion units) {
    Quantity low = range.getLow();
    Quantity high = range.getHigh();
    if (low.getValue() == null && high.getValue() == null) {
      return List.of();
    }
    Quantity named = low.getCode() != null || low.getUnit() != null ? low : high;
    boolean sameUnit =
        low.getValue() == null
            || high.getValue() == null
            || (Objects.equals(low.getCode(), high.getCode())
                && Objects.equals(low.getUnit(), high.getUnit()));
    return sameUnit
        ? ofBounds(
            low.getValue(),
            high.getValue(),
            named.getSystem(),
            named.getCode(),
            named.getUnit(),
            units)
        : List.of();
  }

  private static List<QuantityValue> ofSamples(SampledData data, UnitConversion units) {
    BigDecimal factor = data.getFactor() == null ? BigDecimal.ONE : data.getFactor();
    BigDecimal origin =
        data.getOrigin().getValue() == null ? BigDecimal.ZERO : data.getOrigin().getValue();
    BigDecimal low = null;
    BigDecimal high = null;
    for (String sample : String.valueOf(data.getData()).split("\\s+", -1)) {
      Optional<BigDecimal> number = number(sample);
      if (number.isPresent()) {
        BigDecimal value = number.get().multiply(factor).add(origin);
        low = low == null || value.compareTo(low) < 0 ? value : low;
        high = high == null || value.compareTo(high) > 0 ? value : high;
      }
    }
    Quantity unit = data.getOrigin();
    return low == null
        ? List.of()
        : ofBounds(low, high, unit.getSystem(), unit.getCode(), unit.getUnit(), units);
  }

  /** Samples may also be the letters E, U and L. */
  private static Optional<BigDecimal> number(String sample) {
    try {
      return Optional.of(new BigDecimal(sample));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static List<QuantityValue> ofBounds(
      @Nullable BigDecimal low,
      @Nullable BigDecimal high,
      @Nullable String system,
      @Nullable String code,
      @Nullable String text,
      UnitConversion units) {
    NumberRange plain =
        new NumberRange(
            low == null ? NumberRange.lowest() : NumberRange.sortable(low),
            high == null ? NumberRange.highest() : NumberRange.sortable(high));
    List<QuantityValue> all = new ArrayList<>(3);
    all.add(new QuantityValue(ANY_UNIT, plain, false));
    boolean isConverted = false;
    if (code != null && UCUM.equals(system)) {
      Optional<QuantityValue> canonical = canonical(low, high, code, units);
      canonical.ifPresent(all::add);
      isConverted = canonical.isPresent();
    }
    if (code != null && !isConverted) {
      all.add(new QuantityValue(unitText(code), plain, false));
      if (system != null) {
        all.add(new QuantityValue(unitInSystem(system, code), plain, false));
      }
    }
    if (text != null && !text.equals(code)) {
      all.add(new QuantityValue(unitText(text), plain, false));
    }
    return all;
  }

  private static Optional<QuantityValue> canonical(
      @Nullable BigDecimal low, @Nullable BigDecimal high, String code, UnitConversion units) {
    Optional<CanonicalQuantity> from = low == null ? Optional.empty() : units.canonical(code, low);
    Optional<CanonicalQuantity> to =
        high == null ? Optional.empty() : high.equals(low) ? from : units.canonical(code, high);
    Optional<String> unit = from.or(() -> to).map(CanonicalQuantity::unit);
    return unit.map(u ->
        new QuantityValue(
            canonicalUnit(u),
            new NumberRange(
                from.map(q -> NumberRange.sortableCanonical(q.value()))
                    .orElse(NumberRange.lowest()),
                to.map(q -> NumberRange.sortableCanonical(q.value()))
                    .orElse(NumberRange.highest())),
            true));
  }
}
