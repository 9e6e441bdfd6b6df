package org.rodnan.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IbmDoubleTest {
  private static final long SEED = 140;

  /** Published forms of System/360 hexadecimal floating point, and TS-140's own zero and one. */
  @ParameterizedTest
  @CsvSource({
    "0, 0000000000000000",
    "1, 4110000000000000",
    "-1, C110000000000000",
    "2, 4120000000000000",
    "15, 41F0000000000000",
    "16, 4210000000000000",
    "100, 4264000000000000",
    "0.5, 4080000000000000",
    "0.0625, 4010000000000000",
    "-118.625, C276A00000000000",
    "3.141592653589793, 413243F6A8885A30",
    "0.1, 401999999999999A",
  })
  void encodesPublishedValues(double number, String hex) {
    long bits = Long.parseUnsignedLong(hex, 16);
    assertThat(IbmDouble.encode(number)).isEqualTo(bits);
    assertThat(IbmDouble.decode(bits)).isEqualTo(number);
  }

  @Test
  void keepsEveryDoubleInRange() {
    Random random = new Random(SEED);
    for (int i = 0; i < 200_000; i++) {
      double number = Double.longBitsToDouble(random.nextLong());
      if (!Double.isFinite(number) || !IbmDouble.canHold(number)) {
        continue;
      }
      long bits = IbmDouble.encode(number);
      assertThat(IbmDouble.decode(bits)).as("seed %s, %s", SEED, number).isEqualTo(number);
      assertThat(exact(bits))
          .as("seed %s, %s", SEED, number)
          .isEqualByComparingTo(new BigDecimal(number));
    }
  }

  @Test
  void roundsTheBitsThatADoubleLacksHalfToEven() {
    Random random = new Random(SEED);
    for (int i = 0; i < 50_000; i++) {
      long bits = random.nextLong();
      if ((bits << 8) == 0) {
        continue;
      }
      double nearest = exact(bits).doubleValue();
      assertThat(IbmDouble.decode(bits)).as("seed %s, %x", SEED, bits).isEqualTo(nearest);
    }
  }

  @Test
  void holdsFromTheSmallestToTheLargest() {
    double smallest = Math.scalb(1.0, -260);
    double largest = Math.nextDown(Math.scalb(1.0, 252));
    assertThat(IbmDouble.encode(smallest)).isEqualTo(0x0010000000000000L);
    assertThat(IbmDouble.decode(IbmDouble.encode(smallest))).isEqualTo(smallest);
    assertThat(IbmDouble.decode(IbmDouble.encode(largest))).isEqualTo(largest);
    assertThat(IbmDouble.canHold(Math.nextDown(smallest))).isFalse();
    assertThat(IbmDouble.canHold(Math.nextUp(largest))).isFalse();
    assertThatThrownBy(() -> IbmDouble.encode(1e300)).isInstanceOf(IllegalArgumentException.class);
  }

  /** By big numbers, independent of the code under test. */
  private static BigDecimal exact(long bits) {
    BigInteger fraction = BigInteger.valueOf(bits & 0xff_ffff_ffff_ffffL);
    int power = 4 * ((int) (bits >>> 56 & 0x7f) - 64) - 56;
    BigDecimal two = BigDecimal.valueOf(2);
    BigDecimal size =
        power >= 0
            ? new BigDecimal(fraction).multiply(two.pow(power))
            : new BigDecimal(fraction)
                .divide(two.pow(-power), new MathContext(1_000, RoundingMode.UNNECESSARY));
    return bits < 0 ? size.negate() : size;
  }
}
