package org.rodnan.trials;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.hipparchus.stat.descriptive.rank.Median;
import org.hipparchus.stat.inference.TTest;

/** The statistics of trial reports. Stateless. */
final class TrialStatistics {

  private static final double CONFIDENCE = 0.95;

  private TrialStatistics() {}

  static double mean(double[] values) {
    return StatUtils.mean(values);
  }

  /** The sample standard deviation, with n - 1. */
  static double sd(double[] values) {
    return Math.sqrt(StatUtils.variance(values));
  }

  static double median(double[] values) {
    return new Median().evaluate(values);
  }

  static double min(double[] values) {
    return Arrays.stream(values).min().orElseThrow();
  }

  static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  /** Half the width of the 95 % interval of the mean, by Student's t. */
  static double halfWidth(double[] values) {
    return tFactor(values.length) * sd(values);
  }

  /** The two-sided p of the paired t test, from the differences. */
  static double pairedP(double[] differences) {
    return new TTest().tTest(0, differences);
  }

  /** The two-sided p of the unpaired t test with one variance for both samples. */
  static double unpairedP(double[] first, double[] second) {
    return new TTest().homoscedasticTTest(first, second);
  }

  static double spearman(double[] first, double[] second) {
    return new SpearmansCorrelation().correlation(first, second);
  }

  /** The t that belongs to a two-sided p. */
  static double tOf(double p, int degreesOfFreedom) {
    return new TDistribution(degreesOfFreedom).inverseCumulativeProbability(1 - p / 2);
  }

  /** What a standard deviation is multiplied by to give half the 95 % interval of a mean. */
  static double tFactor(int n) {
    return tOf(1 - CONFIDENCE, n - 1) / Math.sqrt(n);
  }
}
