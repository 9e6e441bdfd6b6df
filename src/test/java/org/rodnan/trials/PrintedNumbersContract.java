package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What any holder of the seed trials must give: every printed number again, from its resources. A
 * test class implements {@link #source}, for a running server by {@code new RestSearch(base,
 * fhir)}.
 */
public interface PrintedNumbersContract {

  ResourceSearch source();

  @Test
  default void recomputesEveryPrintedNumber() {
    List<PrintedNumberCheck.Recomputed> numbers = new PrintedNumberCheck(source()).recompute();
    assertThat(numbers).hasSizeGreaterThan(300);
    assertThat(numbers.stream().filter(number -> !number.agrees()).toList()).isEmpty();
  }
}
