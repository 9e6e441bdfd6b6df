package org.rodnan.cohort;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecimalsTest {
  private static final int NUMBERS = 200_000;

  @Test
  void roundsAsDecimalsDo() {
    long seed = Long.getLong("rodnan.seed", 5);
    Random random = new Random(seed);
    for (int i = 0; i < NUMBERS; i++) {
      int digits = 1 + random.nextInt(14);
      double number =
          switch (random.nextInt(4)) {
            case 0 -> random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            // Decimals that were subtracted, with what that adds.
            case 1 -> {
              double minuend = random.nextInt(1000) / 10.0;
              yield minuend - random.nextInt(1000) / 10.0;
            }
            // Halves of the last digit, and powers of ten.
            case 2 -> (random.nextInt(2000) - 1000 + 0.5) / Math.pow(10, random.nextInt(6));
            default -> Math.nextAfter(Math.pow(10, random.nextInt(20) - 10), random.nextInt(3) - 1);
          };
      assertThat(Decimals.rounded(number, digits))
          .as("%s to %s digits, seed %s", number, digits, seed)
          .isEqualTo(new BigDecimal(number).round(new MathContext(digits)).doubleValue());
    }
  }

  @Test
  void leavesZeroAndWhatIsNoNumber() {
    assertThat(Decimals.rounded(0, 3)).isZero();
    assertThat(Decimals.rounded(Double.NaN, 3)).isNaN();
  }
}
