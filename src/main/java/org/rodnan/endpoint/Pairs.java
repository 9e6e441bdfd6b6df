package org.rodnan.endpoint;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Values of the same subjects at baseline and at a visit, place by place.
 *
 * @param subjects their numbers, rising
 */
record Pairs(int[] subjects, double[] baseline, double[] atVisit) {
  /** What subtracting doubles adds to decimals lies beyond; equal changes must be equal. */
  private static final MathContext DIGITS = new MathContext(12);

  double[] changes() {
    return IntStream.range(0, baseline.length)
        .mapToDouble(i ->
            new BigDecimal(atVisit[i] - baseline[i])
                .round(contextOf(baseline[i], atVisit[i], atVisit[i] - baseline[i]))
                .doubleValue())
        .toArray();
  }

  /** Digits of the difference that are no finer than twelve of the larger value. */
  private static MathContext contextOf(double one, double other, double difference) {
    double larger = Math.max(Math.abs(one), Math.abs(other));
    if (difference == 0 || larger == 0) {
      return DIGITS;
    }
    int lost = (int) Math.floor(Math.log10(larger) - Math.log10(Math.abs(difference)));
    return new MathContext(Math.clamp(DIGITS.getPrecision() - lost, 1, DIGITS.getPrecision()));
  }

  double[] percentChanges() {
    double[] changes = changes();
    return IntStream.range(0, baseline.length)
        .filter(i -> baseline[i] != 0)
        .mapToDouble(i -> 100 * changes[i] / Math.abs(baseline[i]))
        .toArray();
  }

  /** Spearman's correlation of the changes of those who are in both. */
  Tests.Outcome correlation(Pairs others) {
    double[] ours = changes();
    double[] theirs = others.changes();
    List<double[]> both = new ArrayList<>();
    for (int i = 0; i < subjects.length; i++) {
      int place = Arrays.binarySearch(others.subjects, subjects[i]);
      if (place >= 0) {
        both.add(new double[] {ours[i], theirs[place]});
      }
    }
    return Tests.spearman(
        both.stream().mapToDouble(pair -> pair[0]).toArray(),
        both.stream().mapToDouble(pair -> pair[1]).toArray());
  }

  /**
   * How many changed by so much.
   *
   * @param change negative if a fall counts
   */
  int responders(double change) {
    return (int)
        Arrays.stream(changes()).filter(c -> change < 0 ? c <= change : c >= change).count();
  }
}
