package org.rodnan.endpoint;

import java.util.Arrays;

/**
 * Ranks from 1; equal numbers share the mean of theirs.
 *
 * @param ties the sum of t³ - t over the groups of equal numbers, t being how many
 */
record Ranks(double[] ranks, double ties) {
  static Ranks of(double[] numbers) {
    // Zeros of both signs are equal, but not to a sort.
    double[] sorted = Arrays.stream(numbers).map(number -> number + 0.0).sorted().toArray();
    double[] shared = new double[sorted.length];
    double ties = 0;
    int groups = 0;
    for (int start = 0; start < sorted.length; groups++) {
      int end = start;
      while (end < sorted.length && sorted[end] == sorted[start]) {
        end++;
      }
      sorted[groups] = sorted[start];
      shared[groups] = (start + 1 + end) / 2.0;
      double t = end - start;
      ties += t * t * t - t;
      start = end;
    }
    double[] ranks = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      ranks[i] = shared[Arrays.binarySearch(sorted, 0, groups, numbers[i] + 0.0)];
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
