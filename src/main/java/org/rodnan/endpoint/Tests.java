package org.rodnan.endpoint;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.correlation.PearsonsCorrelation;

/**
 * Tests of hypotheses, all two-sided, in the variants that R computes by default. What the numbers
 * are too few or too equal for is NaN.
 */
final class Tests {
  /** From so many on the distribution of ranks is taken as normal, as in R. */
  private static final int EXACT_BELOW = 50;

  private static final NormalDistribution NORMAL = new NormalDistribution();

  private Tests() {}

  /**
   * A test's outcome.
   *
   * @param variant how it was computed
   */
  record Outcome(double statistic, double p, String variant) {
    static Outcome none(String variant) {
      return new Outcome(Double.NaN, Double.NaN, variant);
    }
  }

  /** Student's t of the differences in a sample against zero. */
  static Outcome pairedT(Sample sample) {
    String variant = "paired t test, two-sided";
    if (sample.n() < 2 || sample.sd() == 0) {
      return Outcome.none(variant);
    }
    double t = sample.mean() / (sample.sd() / Math.sqrt(sample.n()));
    return new Outcome(t, twoSidedT(t, sample.n() - 1.0), variant);
  }

  /** t of two independent samples whose variances need not be equal (Welch 1947). */
  static Outcome welch(Sample a, Sample b) {
    String variant = "Welch's t test, two-sided";
    if (a.n() < 2 || b.n() < 2) {
      return Outcome.none(variant);
    }
    double ofA = a.sd() * a.sd() / a.n();
    double ofB = b.sd() * b.sd() / b.n();
    if (ofA + ofB == 0) {
      return Outcome.none(variant);
    }
    double t = (a.mean() - b.mean()) / Math.sqrt(ofA + ofB);
    double freedom =
        (ofA + ofB) * (ofA + ofB) / (ofA * ofA / (a.n() - 1) + ofB * ofB / (b.n() - 1));
    return new Outcome(t, twoSidedT(t, freedom), variant);
  }

  /** Student's t of two independent samples, with one variance for both. */
  static Outcome student(Sample a, Sample b) {
    String variant = "Student's t test, two-sided, equal variances";
    if (a.n() < 2 || b.n() < 2) {
      return Outcome.none(variant);
    }
    double freedom = a.n() + b.n() - 2.0;
    double pooled = ((a.n() - 1) * a.sd() * a.sd() + (b.n() - 1) * b.sd() * b.sd()) / freedom;
    if (pooled == 0) {
      return Outcome.none(variant);
    }
    double t = (a.mean() - b.mean()) / Math.sqrt(pooled * (1.0 / a.n() + 1.0 / b.n()));
    return new Outcome(t, twoSidedT(t, freedom), variant);
  }

  private static double twoSidedT(double t, double freedom) {
    return 2 * new TDistribution(freedom).cumulativeProbability(-Math.abs(t));
  }

  /**
   * Wilcoxon's signed-rank test of differences (Wilcoxon 1945). Differences of zero are left out.
   * Exact below 50 differences if no zero was left out and none are equal; otherwise normal, with
   * corrections for ties and continuity.
   */
  static Outcome signedRank(double[] differences) {
    double[] kept = Arrays.stream(differences).filter(d -> d != 0).toArray();
    int n = kept.length;
    Ranks ranks = Ranks.of(Arrays.stream(kept).map(Math::abs).toArray());
    double positive = 0;
    for (int i = 0; i < n; i++) {
      positive += kept[i] > 0 ? ranks.ranks()[i] : 0;
    }
    boolean isExact = n < EXACT_BELOW && n == differences.length && !ranks.hasTies();
    String variant =
        "Wilcoxon signed-rank test, two-sided, "
            + (isExact ? "exact" : "normal approximation with tie and continuity correction");
    if (n == 0) {
      return Outcome.none(variant);
    }
    if (isExact) {
      return new Outcome(positive, exact(signedRankCounts(n), (int) positive), variant);
    }
    double size = n;
    double variance = size * (size + 1) * (2 * size + 1) / 24 - ranks.ties() / 48;
    return new Outcome(positive, normal(positive - size * (size + 1) / 4, variance), variant);
  }

  /**
   * The rank-sum test of two independent samples (Mann and Whitney 1947). Exact if both are smaller
   * than 50 and no numbers are equal; otherwise normal, with corrections for ties and continuity.
   */
  static Outcome mannWhitney(double[] left, double[] right) {
    int m = left.length;
    int n = right.length;
    double[] both = Arrays.copyOf(left, m + n);
    System.arraycopy(right, 0, both, m, n);
    Ranks ranks = Ranks.of(both);
    double sum = 0;
    for (int i = 0; i < m; i++) {
      sum += ranks.ranks()[i];
    }
    double w = sum - m * (m + 1.0) / 2;
    boolean isExact = m < EXACT_BELOW && n < EXACT_BELOW && !ranks.hasTies();
    String variant =
        "Mann-Whitney test, two-sided, "
            + (isExact ? "exact" : "normal approximation with tie and continuity correction");
    if (m == 0 || n == 0) {
      return Outcome.none(variant);
    }
    if (isExact) {
      return new Outcome(w, exact(rankSumCounts(m, n), (int) w), variant);
    }
    double all = (double) m + n;
    double variance = m * (double) n / 12 * (all + 1 - ranks.ties() / (all * (all - 1)));
    return new Outcome(w, normal(w - m * (double) n / 2, variance), variant);
  }

  /** Spearman's rank correlation; its p by Student's t with n - 2 degrees of freedom. */
  static Outcome spearman(double[] left, double[] right) {
    String variant = "Spearman's rank correlation, two-sided, p by t approximation";
    int n = left.length;
    if (n < 3) {
      return Outcome.none(variant);
    }
    double rho =
        new PearsonsCorrelation().correlation(Ranks.of(left).ranks(), Ranks.of(right).ranks());
    double t = rho / Math.sqrt((1 - rho * rho) / (n - 2));
    double p = Math.abs(rho) == 1 ? 0 : twoSidedT(t, n - 2.0);
    return new Outcome(rho, Double.isNaN(rho) ? Double.NaN : p, variant);
  }

  /** Of a statistic that is symmetric about zero, half a step of continuity taken off. */
  private static double normal(double deviation, double variance) {
    if (variance <= 0) {
      return Double.NaN;
    }
    double z = (deviation - Math.signum(deviation) * 0.5) / Math.sqrt(variance);
    return Math.min(1, 2 * NORMAL.cumulativeProbability(-Math.abs(z)));
  }

  /** Both tails of a symmetric distribution that is given by how often each value comes. */
  private static double exact(double[] counts, int value) {
    int mirrored = Math.min(value, counts.length - 1 - value);
    double tail = 0;
    double all = 0;
    for (int i = 0; i < counts.length; i++) {
      all += counts[i];
      tail += i <= mirrored ? counts[i] : 0;
    }
    return Math.min(1, 2 * tail / all);
  }

  /** In how many ways numbers of 1 to n add up to each sum. */
  private static double[] signedRankCounts(int n) {
    double[] counts = new double[n * (n + 1) / 2 + 1];
    counts[0] = 1;
    for (int rank = 1; rank <= n; rank++) {
      for (int sum = counts.length - 1; sum >= rank; sum--) {
        counts[sum] += counts[sum - rank];
      }
    }
    return counts;
  }

  /** In how many ways m ranks among m + n give each statistic of Mann and Whitney. */
  private static double[] rankSumCounts(int m, int n) {
    // Choose m of the ranks: for each count of chosen ones, ways to each sum of (rank - position).
    double[][] ways = new double[m + 1][m * n + 1];
    ways[0][0] = 1;
    for (int rank = 1; rank <= m + n; rank++) {
      for (int chosen = Math.min(rank, m); chosen >= 1; chosen--) {
        int above = rank - chosen;
        if (above > n) {
          continue;
        }
        for (int sum = m * n; sum >= above; sum--) {
          ways[chosen][sum] += ways[chosen - 1][sum - above];
        }
      }
    }
    return ways[m];
  }
}
