package org.rodnan.endpoint;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalInt;
import org.rodnan.cohort.Disclosure;
import org.rodnan.endpoint.EndpointTable.Comparison;
import org.rodnan.endpoint.EndpointTable.Row;
import org.rodnan.endpoint.EndpointTable.Test;

/**
 * What is told of a row that may be shown to whoever may not see single subjects: means and
 * standard deviations in as many digits as a paper prints, and what follows from them and from the
 * number of subjects as it is shown. Exact numbers would tell the exact number of subjects (a mean
 * of whole scores is a fraction of it, an interval has its root), and so by how few two answers
 * differ. Medians and quartiles are values of single subjects, ranks tell their order: of these
 * there is nothing, and nothing of values that are all the same, which would be everybody's.
 */
final class CoarseNumbers {
  /** Of a standard deviation; the mean has as many decimals. */
  private static final MathContext DIGITS = new MathContext(2, RoundingMode.HALF_UP);

  private CoarseNumbers() {}

  /**
   * @param hasPercentChange whether the change in percent may be told
   * @param hasResponders whether the number of responders may be
   */
  static Row of(Row row, Disclosure.Level level, boolean hasPercentChange, boolean hasResponders) {
    Sample change = of(row.change(), level);
    double half = change.halfInterval(EndpointTable.LEVEL);
    return new Row(
        row.population(),
        row.stratum(),
        row.visit(),
        of(row.baseline(), level),
        of(row.atVisit(), level),
        change,
        change.mean() - half,
        change.mean() + half,
        hasPercentChange ? of(row.percentChange(), level) : Sample.of(new double[0]),
        Test.of(Tests.pairedT(change)),
        untold(row.wilcoxon()),
        Optional.empty(),
        hasResponders && row.responders().isPresent()
            ? OptionalInt.of(level.rounded(row.responders().getAsInt()))
            : OptionalInt.empty());
  }

  /** Of two rows as they are shown. */
  static Comparison of(Comparison exact, Row left, Row right) {
    return new Comparison(
        exact.population(),
        exact.visit(),
        exact.left(),
        exact.right(),
        Test.of(Tests.welch(left.change(), right.change())),
        untold(exact.mannWhitney()));
  }

  private static Sample of(Sample exact, Disclosure.Level level) {
    int n = level.rounded(exact.n());
    if (!(exact.sd() > 0) || n == 0) {
      return new Sample(n, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
    BigDecimal sd = new BigDecimal(exact.sd()).round(DIGITS);
    BigDecimal mean = new BigDecimal(exact.mean()).setScale(sd.scale(), RoundingMode.HALF_UP);
    return new Sample(n, mean.doubleValue(), sd.doubleValue(), Double.NaN, Double.NaN, Double.NaN);
  }

  private static Test untold(Test test) {
    return new Test(Double.NaN, Double.NaN, test.variant());
  }
}
