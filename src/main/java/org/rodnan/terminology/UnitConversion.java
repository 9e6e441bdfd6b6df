package org.rodnan.terminology;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Pattern;
import org.fhir.ucum.BaseUnit;
import org.fhir.ucum.Canonical;
import org.fhir.ucum.Component;
import org.fhir.ucum.Converter;
import org.fhir.ucum.DefinedUnit;
import org.fhir.ucum.ExpressionComposer;
import org.fhir.ucum.ExpressionParser;
import org.fhir.ucum.Symbol;
import org.fhir.ucum.Term;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.fhir.ucum.UcumModel;
import org.fhir.ucum.special.Registry;
import org.jspecify.annotations.Nullable;

/**
 * Units of UCUM and their conversion to base units. Thread safe; the conversion of a unit is worked
 * out once and kept.
 *
 * <p>Beyond UCUM it knows one conversion that is a matter of gases, not of units: an amount of
 * carbon monoxide is a volume of it, so a diffusing capacity in mmol/(min.kPa) is {@value
 * #MILLILITRES_PER_MILLIMOLE_AND_TORR_PER_KILOPASCAL} times as many mL/min/mm[Hg] (22.414 mL/mmol
 * at 0 degrees Celsius and 101.325 kPa, times 0.133322 kPa/mm[Hg]).
 */
public final class UnitConversion {
  static final String MILLILITRES_PER_MILLIMOLE_AND_TORR_PER_KILOPASCAL = "2.988";

  private static final int CODE_LENGTH_MAX = 100;
  private static final int UNITS_KEPT_MAX = 10_000;

  private static final Pattern ANNOTATION = Pattern.compile("\\{[^}]*\\}");

  /** The library multiplies once for each unit of an exponent. */
  private static final Pattern LARGE_EXPONENT = Pattern.compile("[^0-9./(][+-]?[0-9]{3,}");

  /** Enough for the repeating decimals that divisions by 60 leave. */
  private static final MathContext WORKING = new MathContext(34, RoundingMode.HALF_EVEN);

  /** As many digits as every double holds, so that two ways to an amount end at one double. */
  private static final MathContext RESULT = new MathContext(15, RoundingMode.HALF_EVEN);

  private final UcumModel model;
  private final Registry specialUnits = new Registry();
  private final Cache<String, Optional<Conversion>> conversions =
      Caffeine.newBuilder().maximumSize(UNITS_KEPT_MAX).build();
  private final Gas capacity;
  private final Gas capacityPerVolume;

  /** Reads the units of UCUM from the class path, about 50 ms. */
  public UnitConversion() {
    try (InputStream units = UcumEssenceService.class.getResourceAsStream("/ucum-essence.xml")) {
      if (units == null) {
        throw new IllegalStateException("ucum-essence.xml is not on the class path");
      }
      this.model = new UcumEssenceService(units).getModel();
      this.capacity = gas("mmol/min/kPa", "mL/min/mm[Hg]");
      this.capacityPerVolume = gas("mmol/min/kPa/L", "mL/min/mm[Hg]/L");
    } catch (IOException | UcumException e) {
      throw new IllegalStateException("The units of UCUM can't be read", e);
    }
  }

  /**
   * The quantity in base units.
   *
   * @param unitCode a UCUM code, case sensitive, such as {@code mL/min/mm[Hg]}
   * @return empty if the code is not UCUM, or its scale is neither linear nor a temperature
   */
  public Optional<CanonicalQuantity> canonical(String unitCode, BigDecimal value) {
    return conversions.get(unitCode, this::conversion).map(conversion -> conversion.apply(value));
  }

  /** Whether the code is one of UCUM, case sensitive. */
  public boolean isUnit(String code) {
    if (isOutOfBounds(code)) {
      return false;
    }
    try {
      new ExpressionParser(model).parse(code);
      return true;
    } catch (UcumException | RuntimeException e) {
      return false;
    }
  }

  private static boolean isOutOfBounds(String code) {
    return code.isBlank()
        || code.length() > CODE_LENGTH_MAX
        || LARGE_EXPONENT.matcher(ANNOTATION.matcher(code).replaceAll("")).find();
  }

  private Optional<Conversion> conversion(String code) {
    if (isOutOfBounds(code)) {
      return Optional.empty();
    }
    return switch (code) {
      case "Cel" -> Optional.of(linear("1", "273.15", "K"));
      case "[degF]" ->
          Optional.of(
              new Conversion(
                  new BigDecimal(5).divide(new BigDecimal(9), WORKING),
                  new BigDecimal("459.67"),
                  "K"));
      default -> scale(code);
    };
  }

  private static Conversion linear(String factor, String offset, String unit) {
    return new Conversion(new BigDecimal(factor), new BigDecimal(offset), unit);
  }

  private Optional<Conversion> scale(String code) {
    try {
      Term term = new ExpressionParser(model).parse(code);
      if (isSpecial(term)) {
        return Optional.empty();
      }
      Scale scale = scaleOf(term);
      if (countsMolecules(term)) {
        scale = capacityPerVolume.normalise(capacity.normalise(scale));
      }
      return Optional.of(new Conversion(scale.factor(), BigDecimal.ZERO, scale.unit()));
    } catch (UcumException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private Scale scaleOf(Term term) throws UcumException {
    Canonical canonical = new Converter(model, specialUnits).convert(term);
    String unit = new ExpressionComposer().compose(canonical, false);
    return new Scale(new BigDecimal(canonical.getValue().asDecimal()), unit.isEmpty() ? "1" : unit);
  }

  private Gas gas(String amount, String volume) throws UcumException {
    Scale byAmount = scaleOf(new ExpressionParser(model).parse(amount));
    Scale byVolume = scaleOf(new ExpressionParser(model).parse(volume));
    BigDecimal factor =
        byVolume
            .factor()
            .multiply(new BigDecimal(MILLILITRES_PER_MILLIMOLE_AND_TORR_PER_KILOPASCAL))
            .divide(byAmount.factor(), WORKING);
    return new Gas(byAmount.unit(), byVolume.unit(), factor);
  }

  private static boolean isSpecial(@Nullable Component part) {
    return switch (part) {
      case null -> false;
      case Term term -> isSpecial(term.getComp()) || isSpecial(term.getTerm());
      case Symbol symbol -> symbol.getUnit() instanceof DefinedUnit unit && unit.isSpecial();
      default -> false;
    };
  }

  /** UCUM counts molecules as a mere number, so the base units don't show them. */
  private static boolean countsMolecules(@Nullable Component part) {
    return switch (part) {
      case null -> false;
      case Term term -> countsMolecules(term.getComp()) || countsMolecules(term.getTerm());
      case Symbol symbol ->
          !(symbol.getUnit() instanceof BaseUnit) && "mol".equals(symbol.getUnit().getCode());
      default -> false;
    };
  }

  private record Scale(BigDecimal factor, String unit) {}

  /** From the base units of an amount of gas to those of its volume. */
  private record Gas(String amountUnit, String volumeUnit, BigDecimal factor) {
    Scale normalise(Scale scale) {
      return scale.unit().equals(amountUnit)
          ? new Scale(scale.factor().multiply(factor, WORKING), volumeUnit)
          : scale;
    }
  }

  private record Conversion(BigDecimal factor, BigDecimal offset, String unit) {
    CanonicalQuantity apply(BigDecimal value) {
      return new CanonicalQuantity(value.add(offset).multiply(factor).round(RESULT), unit);
    }
  }
}
