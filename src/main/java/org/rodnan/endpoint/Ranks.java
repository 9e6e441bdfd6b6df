package org.rodnan.endpoint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Ranks from 1; equal numbers share the mean of theirs.
 *
 * @param ties the sum of t³ - t over the groups of equal numbers, t being how many
 */
record Ranks(double[] ranks, double ties) {
  static Ranks of(double[] numbers) {
    Integer[] order =
        IntStream.range(0, numbers.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> numbers[i]))
            .toArray(Integer[]::new);
    double[] ranks = new double[numbers.length];
    double ties = 0;
    for (int start = 0; start < order.length; ) {
      int end = start;
      while (end < order.length && numbers[order[end]] == numbers[order[start]]) {
        end++;
      }
      double mean = (start + 1 + end) / 2.0;
      for (int i = start; i < end; i++) {
        ranks[order[i]] = mean;
      }
      double t = end - start;
      ties += t * t * t - t;
      start = end;
    }
    return new Ranks(ranks, ties);
  }

  boolean hasTies() {
    return ties > 0;
  }

  double sum() {
    return Arrays.stream(ranks).sum();
  }
}
