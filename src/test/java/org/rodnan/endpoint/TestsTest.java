package org.rodnan.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the values in R's documentation, and against plain second implementations. */
class TestsTest {
  /** R's data set sleep, of Student 1908. */
  private static final double[] FIRST = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};

  private static final double[] SECOND = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

  private static final Offset<Double> SIX_DIGITS = within(1e-6);

  private static double[] less(double[] left, double[] right) {
    double[] differences = new double[left.length];
    for (int i = 0; i < left.length; i++) {
      differences[i] = left[i] - right[i];
    }
    return differences;
  }

  @Test
  void equalsR() {
    Tests.Outcome paired = Tests.pairedT(Sample.of(less(FIRST, SECOND)));
    assertThat(paired.statistic()).isEqualTo(-4.0621, within(5e-5));
    assertThat(paired.p()).isEqualTo(0.002833, within(5e-7));
    Tests.Outcome welch = Tests.welch(Sample.of(FIRST), Sample.of(SECOND));
    assertThat(welch.statistic()).isEqualTo(-1.8608, within(5e-5));
    assertThat(welch.p()).isEqualTo(0.07939, within(5e-6));
    Tests.Outcome rankSum = Tests.mannWhitney(FIRST, SECOND);
    assertThat(rankSum.statistic()).isEqualTo(25.5);
    assertThat(rankSum.p()).isEqualTo(0.06933, within(5e-6));
  }

  /** The examples of R's help page on wilcox.test, from Hollander and Wolfe 1973. */
  @Test
  void equalsTheExamplesOfRsHelp() {
    double[] before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    double[] after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    Tests.Outcome depression = Tests.signedRank(less(before, after));
    assertThat(depression.statistic()).isEqualTo(40);
    assertThat(depression.p()).isEqualTo(2 * 0.01953125, SIX_DIGITS);
    assertThat(depression.variant()).contains("exact");
    double[] atTerm = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    double[] early = {1.15, 0.88, 0.90, 0.74, 1.21};
    Tests.Outcome permeability = Tests.mannWhitney(atTerm, early);
    assertThat(permeability.statistic()).isEqualTo(35);
    assertThat(permeability.p()).isEqualTo(2 * 0.1272, within(1e-4));
    assertThat(permeability.variant()).contains("exact");
  }

  /** Ties and zeros abound: the values are whole numbers from a short range. */
  @ParameterizedTest
  @ValueSource(longs = {20261126})
  void equalsASecondImplementation(long seed) {
    Random random = new Random(seed);
    for (int set = 0; set < 50; set++) {
      // What is exact is counted out, which takes small sets.
      boolean isCoarse = set % 2 == 0 || set >= 25;
      double[] left = numbers(random, 3 + random.nextInt(set < 25 ? 6 : 60), isCoarse);
      double[] right = numbers(random, 3 + random.nextInt(set < 25 ? 6 : 60), isCoarse);
      double[] same = Arrays.copyOf(right, left.length);
      for (int i = right.length; i < left.length; i++) {
        same[i] = numbers(random, 1, isCoarse)[0];
      }
      String which = "set " + set + " of seed " + seed;
      double[] changes = less(left, same);
      assertThat(Tests.pairedT(Sample.of(changes)).p())
          .as(which)
          .isEqualTo(plainT(changes), SIX_DIGITS);
      assertThat(Tests.welch(Sample.of(left), Sample.of(right)).p())
          .as(which)
          .isEqualTo(plainWelch(left, right), SIX_DIGITS);
      assertThat(Tests.signedRank(changes).p())
          .as(which)
          .isEqualTo(plainSignedRank(changes), SIX_DIGITS);
      assertThat(Tests.mannWhitney(left, right).p())
          .as(which)
          .isEqualTo(plainMannWhitney(left, right), SIX_DIGITS);
      assertThat(Tests.spearman(left, same).p())
          .as(which)
          .isEqualTo(plainSpearman(left, same), SIX_DIGITS);
    }
  }

  private static double[] numbers(Random random, int count, boolean isCoarse) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = isCoarse ? random.nextInt(6) : random.nextGaussian() * 10;
    }
    return numbers;
  }

  private static double mean(double[] numbers) {
    return Arrays.stream(numbers).sum() / numbers.length;
  }

  private static double variance(double[] numbers) {
    double mean = mean(numbers);
    return Arrays.stream(numbers).map(x -> (x - mean) * (x - mean)).sum() / (numbers.length - 1);
  }

  private static double plainT(double[] numbers) {
    double t = mean(numbers) / Math.sqrt(variance(numbers) / numbers.length);
    return variance(numbers) == 0 ? Double.NaN : tailsOfT(t, numbers.length - 1.0);
  }

  private static double plainWelch(double[] left, double[] right) {
    double a = variance(left) / left.length;
    double b = variance(right) / right.length;
    if (a + b == 0) {
      return Double.NaN;
    }
    double freedom = Math.pow(a + b, 2) / (a * a / (left.length - 1) + b * b / (right.length - 1));
    return tailsOfT((mean(left) - mean(right)) / Math.sqrt(a + b), freedom);
  }

  /** The density of t integrated after x = tan u. */
  private static double tailsOfT(double t, double freedom) {
    DoubleUnaryOperator kernel = x -> Math.pow(1 + x * x / freedom, -(freedom + 1) / 2);
    double tail = simpson(kernel, Math.atan(Math.abs(t)), Math.PI / 2);
    return tail / simpson(kernel, 0, Math.PI / 2);
  }

  private static double simpson(DoubleUnaryOperator density, double from, double to) {
    int steps = 20_000;
    double width = (to - from) / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double u = from + i * width;
      double cos = Math.cos(u);
      double value = cos < 1e-12 ? 0 : density.applyAsDouble(Math.tan(u)) / (cos * cos);
      sum += value * (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return sum * width / 3;
  }

  private static double tailsOfNormal(double z) {
    DoubleUnaryOperator kernel = x -> Math.exp(-x * x / 2);
    return simpson(kernel, Math.atan(Math.abs(z)), Math.PI / 2) / simpson(kernel, 0, Math.PI / 2);
  }

  /** Half of the numbers equal to one count as below it, and one half more for itself. */
  private static double rank(double[] numbers, double number) {
    double rank = 0.5;
    for (double other : numbers) {
      rank += other < number ? 1 : other == number ? 0.5 : 0;
    }
    return rank;
  }

  private static double tieTerm(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      double equal = Arrays.stream(numbers).filter(x -> x == number).count();
      sum += equal * equal - 1;
    }
    return sum;
  }

  private static double plainSignedRank(double[] changes) {
    double[] kept = Arrays.stream(changes).filter(x -> x != 0).toArray();
    double[] sizes = Arrays.stream(kept).map(Math::abs).toArray();
    int n = kept.length;
    if (n == 0) {
      return Double.NaN;
    }
    double positive = 0;
    for (double change : kept) {
      positive += change > 0 ? rank(sizes, change) : 0;
    }
    double middle = n * (n + 1) / 4.0;
    if (n == changes.length && tieTerm(sizes) == 0 && n < 50) {
      long extreme = 0;
      for (int signs = 0; signs < 1 << n; signs++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += (signs >> i & 1) * (i + 1);
        }
        extreme += Math.abs(sum - middle) >= Math.abs(positive - middle) - 1e-9 ? 1 : 0;
      }
      return extreme / (double) (1 << n);
    }
    double variance = n * (n + 1.0) * (2 * n + 1) / 24 - tieTerm(sizes) / 48;
    return corrected(positive - middle, variance);
  }

  private static double plainMannWhitney(double[] left, double[] right) {
    double u = 0;
    for (double a : left) {
      for (double b : right) {
        u += a > b ? 1 : a == b ? 0.5 : 0;
      }
    }
    double[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    double middle = left.length * right.length / 2.0;
    if (tieTerm(both) == 0 && left.length < 50 && right.length < 50) {
      long extreme = 0;
      long all = 0;
      for (int chosen = 0; chosen < 1 << both.length; chosen++) {
        if (Integer.bitCount(chosen) == left.length) {
          double sum = -left.length * (left.length - 1) / 2.0;
          for (int i = 0; i < both.length; i++) {
            sum += (chosen >> i & 1) * i;
          }
          all++;
          extreme += Math.abs(sum - middle) >= Math.abs(u - middle) - 1e-9 ? 1 : 0;
        }
      }
      return extreme / (double) all;
    }
    double n = both.length;
    double variance = left.length * right.length / 12.0 * (n + 1 - tieTerm(both) / (n * (n - 1)));
    return corrected(u - middle, variance);
  }

  private static double corrected(double deviation, double variance) {
    double z = (Math.abs(deviation) - (deviation == 0 ? 0 : 0.5)) / Math.sqrt(variance);
    return variance <= 0 ? Double.NaN : Math.min(1, tailsOfNormal(z));
  }

  private static double plainSpearman(double[] left, double[] right) {
    double[] a = Arrays.stream(left).map(x -> rank(left, x)).toArray();
    double[] b = Arrays.stream(right).map(x -> rank(right, x)).toArray();
    double covariance = 0;
    for (int i = 0; i < a.length; i++) {
      covariance += (a[i] - mean(a)) * (b[i] - mean(b)) / (a.length - 1);
    }
    double rho = covariance / Math.sqrt(variance(a) * variance(b));
    if (Double.isNaN(rho) || Math.abs(rho) > 1 - 1e-12) {
      return Double.isNaN(rho) ? Double.NaN : 0;
    }
    return tailsOfT(rho * Math.sqrt((a.length - 2) / (1 - rho * rho)), a.length - 2.0);
  }
}
