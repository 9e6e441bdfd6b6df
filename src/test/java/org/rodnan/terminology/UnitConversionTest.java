package org.rodnan.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitConversionTest {
  private static final UnitConversion UNITS = new UnitConversion();

  @ParameterizedTest
  @CsvSource({
    "2500, mL, 2.5, L",
    "82.9, %, 0.829, 1",
    "1.9, g/dL, 19, g/L",
    "400, mg/d, 2.8, g/wk",
    "3, h, 180, min",
    "6, mm/h, 0.1, mm/min",
    "36.6, Cel, 309.75, K",
    "98.6, [degF], 37, Cel",
    "18.7, mL/min/mm[Hg], 0.0187, L/min/mm[Hg]",
    "6.16, mmol/min/kPa, 6.16, mmol/(min.kPa)",
    "10, mmol/min/kPa, 29.88, mL/min/mm[Hg]",
    "0.01, mol/min/kPa, 29.88, mL/min/mm[Hg]",
    "1.5, mmol/(min.kPa.L), 4.482, mL/min/mm[Hg]/L",
    "29, {score}, 29, 1",
    "2, [in_i], 5.08, cm",
  })
  void equalAmountsAreEqualInBaseUnits(
      BigDecimal value, String unit, BigDecimal otherValue, String otherUnit) {
    CanonicalQuantity one = UNITS.canonical(unit, value).orElseThrow();
    CanonicalQuantity other = UNITS.canonical(otherUnit, otherValue).orElseThrow();
    assertThat(one.unit()).isEqualTo(other.unit());
    assertThat(one.value().doubleValue()).isEqualTo(other.value().doubleValue());
  }

  @Test
  void keepsUnitsApartThatDifferInKind() {
    assertThat(UNITS.canonical("mg", BigDecimal.ONE).orElseThrow().unit())
        .isNotEqualTo(UNITS.canonical("mL", BigDecimal.ONE).orElseThrow().unit());
  }

  @Test
  void leavesAmountsOfOtherKindsToUcum() {
    assertThat(UNITS.canonical("mmol/L", BigDecimal.ONE).orElseThrow().unit()).isEqualTo("m-3");
    assertThat(UNITS.canonical("/min/kPa", BigDecimal.ONE).orElseThrow().unit())
        .isNotEqualTo(UNITS.canonical("mL/min/mm[Hg]", BigDecimal.ONE).orElseThrow().unit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "litre", "mmHg", "%pred", "[pH]", "B", "m999999999", "L(", "é"})
  void isEmptyForWhatIsNoLinearUcumUnit(String code) {
    assertThat(UNITS.canonical(code, BigDecimal.ONE)).isEmpty();
  }

  @Test
  void isEmptyForOverlongAndDeeplyNestedCodes() {
    assertThat(UNITS.canonical("(".repeat(100_000), BigDecimal.ONE)).isEmpty();
    assertThat(UNITS.canonical("m.".repeat(60) + "m", BigDecimal.ONE)).isEmpty();
  }

  @Test
  void takesValuesOfAnyPrecision() {
    assertThat(UNITS.canonical("mL", new BigDecimal("1E+3")).orElseThrow().value())
        .isEqualByComparingTo("0.001");
    assertThat(UNITS.canonical("mL", new BigDecimal("-0.000")).orElseThrow().value())
        .isEqualByComparingTo("0");
  }

  @Test
  void convertsFromManyThreadsAtOnce() throws Exception {
    UnitConversion units = new UnitConversion();
    try (var threads = Executors.newFixedThreadPool(8)) {
      var results =
          IntStream.range(0, 64)
              .mapToObj(i ->
                  threads.submit(() -> units.canonical("mL/min/mm[Hg]", BigDecimal.valueOf(18.4))))
              .toList();
      Optional<CanonicalQuantity> expected =
          UNITS.canonical("mL/min/mm[Hg]", new BigDecimal("18.4"));
      for (Future<Optional<CanonicalQuantity>> result : results) {
        assertThat(result.get()).isEqualTo(expected).isPresent();
      }
    }
  }
}
