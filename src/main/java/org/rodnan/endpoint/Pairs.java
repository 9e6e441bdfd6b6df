package org.rodnan.endpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.rodnan.cohort.Decimals;

/**
 * Values of the same subjects at baseline and at a visit, place by place.
 *
 * @param subjects their numbers, rising
 * @param changes from baseline to the visit
 */
record Pairs(int[] subjects, double[] baseline, double[] atVisit, double[] changes) {
  /** What subtracting doubles adds to decimals lies beyond; equal changes must be equal. */
  private static final int DIGITS = 12;

  static Pairs of(int[] subjects, double[] baseline, double[] atVisit) {
    double[] changes = new double[subjects.length];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = change(baseline[i], atVisit[i]);
    }
    return new Pairs(subjects, baseline, atVisit, changes);
  }

  /** With digits that are no finer than twelve of the larger value. */
  private static double change(double baseline, double atVisit) {
    double difference = atVisit - baseline;
    double larger = Math.max(Math.abs(baseline), Math.abs(atVisit));
    if (difference == 0 || larger == 0) {
      return 0;
    }
    int lost = (int) Math.floor(Math.log10(larger) - Math.log10(Math.abs(difference)));
    return Decimals.rounded(difference, Math.clamp(DIGITS - lost, 1, DIGITS));
  }

  /** Whether it is of the same subjects with the same values. */
  boolean isSame(Pairs other) {
    return Arrays.equals(subjects, other.subjects)
        && Arrays.equals(baseline, other.baseline)
        && Arrays.equals(atVisit, other.atVisit);
  }

  /** Those of them who are members. */
  Pairs among(BitSet members) {
    int[] places = new int[subjects.length];
    int count = 0;
    for (int i = 0; i < subjects.length; i++) {
      if (members.get(subjects[i])) {
        places[count++] = i;
      }
    }
    int[] some = new int[count];
    for (int i = 0; i < count; i++) {
      some[i] = subjects[places[i]];
    }
    return new Pairs(
        some, at(places, count, baseline), at(places, count, atVisit), at(places, count, changes));
  }

  private static double[] at(int[] places, int count, double[] numbers) {
    double[] some = new double[count];
    for (int i = 0; i < count; i++) {
      some[i] = numbers[places[i]];
    }
    return some;
  }

  /** Whose numbers they are. */
  BitSet everybody() {
    return where(i -> true);
  }

  /** Those of them who have a change in percent. */
  BitSet withPercentChange() {
    return where(i -> baseline[i] != 0);
  }

  /** Those of them whose change is as large as is asked. */
  BitSet responding(double asked) {
    return where(i -> responds(changes[i], asked));
  }

  private BitSet where(IntPredicate place) {
    BitSet set = new BitSet();
    IntStream.range(0, subjects.length).filter(place).forEach(i -> set.set(subjects[i]));
    return set;
  }

  private static boolean responds(double change, double asked) {
    return asked < 0 ? change <= asked : change >= asked;
  }

  double[] percentChanges() {
    return IntStream.range(0, baseline.length)
        .filter(i -> baseline[i] != 0)
        .mapToDouble(i -> 100 * changes[i] / Math.abs(baseline[i]))
        .toArray();
  }

  /** Spearman's correlation of the changes of those who are in both. */
  Tests.Outcome correlation(Pairs others) {
    List<double[]> both = new ArrayList<>();
    for (int i = 0; i < subjects.length; i++) {
      int place = Arrays.binarySearch(others.subjects, subjects[i]);
      if (place >= 0) {
        both.add(new double[] {changes[i], others.changes[place]});
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
    return (int) Arrays.stream(changes).filter(each -> responds(each, change)).count();
  }
}
