package org.rodnan.cohort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;

class CombinationTest {
  private static final List<String> NAMES = List.of("a", "b", "high score");
  private static final List<BitSet> MEMBERS =
      List.of(bits(1, 2, 3, 4), bits(3, 4, 5), bits(4, 5, 6));

  private static BitSet bits(int... numbers) {
    BitSet bits = new BitSet();
    for (int number : numbers) {
      bits.set(number);
    }
    return bits;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "all; {4}",
        "any; {1, 2, 3, 4, 5, 6}",
        "all(a,b); {3, 4}",
        "all(1, 2); {3, 4}",
        "all(a,any(b,high score)); {3, 4}",
        "all(a,not(any(b,high score))); {1, 2}",
        "not(a); {0, 5, 6, 7}",
        "high score; {4, 5, 6}",
      })
  void combines(String text, String expected) {
    BitSet population = bits(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(Combination.parse(text, NAMES).of(population, MEMBERS::get)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "c", "4", "0", "all(a", "all(a))", "not(a,b)", "all()", "a(b)", "a,b"})
  void refusesOtherTexts(String text) {
    assertThatThrownBy(() -> Combination.parse(text, NAMES))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("combine")
        .hasMessageContaining("expected");
  }

  @Test
  void refusesToNestWithoutEnd() {
    assertThatThrownBy(() -> Combination.parse("not(".repeat(10_000) + "a", NAMES))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @ParameterizedTest
  @CsvSource({
    "10, 9, PERCENT, LE, -10, true",
    "3, 2.7, PERCENT, LE, -10, true",
    "3, 2.71, PERCENT, LE, -10, false",
    "0.3, 0.2, ABSOLUTE, EQ, -0.1, true",
    "0, 5, PERCENT, GT, 0, false",
    "0, 5, ABSOLUTE, GT, 4.9, true",
  })
  void comparesChangesAsDecimals(
      double earlier,
      double later,
      Change.Kind kind,
      Change.Comparator comparator,
      double value,
      boolean expected) {
    assertThat(
            new Change("from", "to", kind, comparator, BigDecimal.valueOf(value))
                .isMet(earlier, later))
        .isEqualTo(expected);
  }
}
