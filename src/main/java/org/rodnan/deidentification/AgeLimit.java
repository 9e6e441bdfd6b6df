package org.rodnan.deidentification;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.Quantity;

/**
 * Finds what tells that somebody is, or was, over 89: all ages and all elements of dates, the year
 * included (45 CFR 164.514(b)(2)(i)(C)).
 */
final class AgeLimit {
  /** The oldest that may be told. */
  static final int YEARS_MAX = 89;

  private static final Set<String> AGES =
      Set.of(
          "http://loinc.org|30525-0",
          "http://loinc.org|21612-7",
          "http://loinc.org|29553-5",
          "http://snomed.info/sct|397669002",
          "http://snomed.info/sct|424144002");
  private static final String BIRTH_DATE = "http://loinc.org|21112-8";
  private static final Pattern AGE = Pattern.compile("(?i)\\bage\\b");
  private static final Pattern BIRTH =
      Pattern.compile("(?i)\\b(birth ?date|date of birth|born)\\b");

  private static final BigDecimal ONE = BigDecimal.ONE;
  private static final BigDecimal MONTH = ONE.divide(BigDecimal.valueOf(12), MathContext.DECIMAL64);
  private static final BigDecimal DAY = ONE.divide(new BigDecimal("365.25"), MathContext.DECIMAL64);
  private static final BigDecimal HOUR = DAY.divide(BigDecimal.valueOf(24), MathContext.DECIMAL64);
  private static final BigDecimal WEEK = DAY.multiply(BigDecimal.valueOf(7));

  /** In years; UCUM's codes, and what people write. */
  private static final Map<String, BigDecimal> UNITS =
      Map.ofEntries(
          Map.entry("a", ONE),
          Map.entry("a_j", ONE),
          Map.entry("a_g", ONE),
          Map.entry("y", ONE),
          Map.entry("yr", ONE),
          Map.entry("yrs", ONE),
          Map.entry("year", ONE),
          Map.entry("years", ONE),
          Map.entry("mo", MONTH),
          Map.entry("month", MONTH),
          Map.entry("months", MONTH),
          Map.entry("wk", WEEK),
          Map.entry("week", WEEK),
          Map.entry("weeks", WEEK),
          Map.entry("d", DAY),
          Map.entry("day", DAY),
          Map.entry("days", DAY),
          Map.entry("h", HOUR),
          Map.entry("hour", HOUR),
          Map.entry("hours", HOUR));

  private AgeLimit() {}

  /** What an Observation is about. */
  enum Measured {
    ANYTHING,
    AGE,
    BIRTH
  }

  /**
   * By its codes, and as far as they aren't known by the words beside them.
   *
   * @param whole what that is about which it is a part of
   */
  static Measured measured(CodeableConcept code, Measured whole) {
    Set<String> tokens =
        code.getCoding().stream()
            .map(each -> each.getSystem() + "|" + each.getCode())
            .collect(Collectors.toSet());
    if (tokens.contains(BIRTH_DATE) || says(code, BIRTH)) {
      return Measured.BIRTH;
    }
    return tokens.stream().anyMatch(AGES::contains) || says(code, AGE) ? Measured.AGE : whole;
  }

  private static boolean says(CodeableConcept code, Pattern words) {
    return Stream.concat(
            Stream.of(Optional.ofNullable(code.getText())),
            code.getCoding().stream().map(Coding::getDisplay).map(Optional::ofNullable))
        .anyMatch(text -> text.isPresent() && words.matcher(text.get()).find());
  }

  /**
   * Whether a quantity of time is longer than that. Nothing but an age is.
   *
   * @param isAge so that it is of years if it has no unit, or none that is known
   */
  static boolean isOver(Quantity quantity, boolean isAge) {
    if (!quantity.hasValue()) {
      return false;
    }
    Optional<BigDecimal> unit =
        Optional.ofNullable(quantity.getCode())
            .or(() -> Optional.ofNullable(quantity.getUnit()))
            .map(text -> UNITS.get(text.strip().toLowerCase(Locale.ROOT)));
    return unit.or(() -> isAge ? Optional.of(ONE) : Optional.empty())
        .filter(inYears -> isOver(quantity.getValue().multiply(inYears)))
        .isPresent();
  }

  /** Whether a whole number, which has no unit, is such an age. */
  static boolean isOver(PrimitiveType<?> value, Measured measured) {
    return measured == Measured.AGE
        && value instanceof IntegerType integer
        && isOver(BigDecimal.valueOf(integer.getValue()));
  }

  /** Whether a date of somebody's life lies so far back. */
  static boolean isOver(String date, LocalDate today) {
    return date.length() >= 4
        && today.getYear() - Integer.parseInt(date.substring(0, 4)) > YEARS_MAX;
  }

  private static boolean isOver(BigDecimal years) {
    return years.setScale(0, RoundingMode.DOWN).compareTo(BigDecimal.valueOf(YEARS_MAX)) > 0;
  }
}
