package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintedTest {

  @ParameterizedTest
  @CsvSource({
    "26.8, 26.75, true",
    "26.7, 26.75, false",
    "-6.8, -6.75, true",
    "0.02, 0.015625, true",
    "83.5, 83.45454545, true",
    "29.5, 29.4499, false",
    "29.5, 29.449999999999996, true",
    "<0.001, 0.00099, true",
    "<0.001, 0.001, false"
  })
  void roundsHalfAwayFromZero(String printed, double computed, boolean matches) {
    assertThat(new Printed(printed).matches(computed)).isEqualTo(matches);
  }

  @Test
  void matchesNoUndefinedValue() {
    assertThat(new Printed("1.0").matches(Double.NaN)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"26.8", "-6.6", "0.02", "48", "<0.05"})
  void intervalHoldsWhatMatchesOnly(String text) {
    Printed printed = new Printed(text);
    Interval interval = printed.interval();
    assertThat(printed.matches(interval.low())).isTrue();
    assertThat(printed.matches(interval.high())).isTrue();
    assertThat(printed.matches(interval.high() + 1.1 * (interval.high() - interval.low())))
        .isFalse();
  }
}
