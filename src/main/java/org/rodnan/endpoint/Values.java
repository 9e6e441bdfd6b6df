package org.rodnan.endpoint;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.rodnan.cohort.Population;

/**
 * The values of one measure by visit and subject. In all columns a subject has the same place, and
 * what is missing is NaN.
 *
 * @param subjects their numbers, rising
 * @param visits a column for each
 * @param carried for each visit the values at it, or the last ones after baseline and before it; at
 *     a visit until baseline, only those at it
 * @param last of the visits that are asked for
 */
record Values(
    int[] subjects,
    double[] baseline,
    Map<String, double[]> visits,
    Map<String, double[]> carried,
    String last) {

  /**
   * @param subjects everybody in the population of the measure
   * @param asked the visits that are asked for
   */
  static Values read(
      Population.Measure measure,
      BitSet subjects,
      String baseline,
      VisitOrder order,
      List<String> asked) {
    int[] places = subjects.stream().toArray();
    Map<String, double[]> visits = new HashMap<>();
    Map<String, double[]> carried = new HashMap<>();
    double[] before = new double[places.length];
    Arrays.fill(before, Double.NaN);
    String last = "";
    for (String visit : order.all()) {
      double[] column = measure.column(visit);
      visits.put(visit, column);
      boolean isEarlier = order.untilBaseline().contains(visit);
      before = isEarlier ? before : orElse(column, before);
      carried.put(visit, isEarlier ? column : before);
      last = asked.contains(visit) ? visit : last;
    }
    return new Values(places, measure.column(baseline), visits, carried, last);
  }

  private static double[] orElse(double[] column, double[] before) {
    return IntStream.range(0, column.length)
        .mapToDouble(i -> Double.isNaN(column[i]) ? before[i] : column[i])
        .toArray();
  }

  /**
   * The subjects of a set.
   *
   * @param visit one of those that were asked for
   */
  Pairs pairs(AnalysisSet set, String visit) {
    IntToDoubleFunction then = at(set, visit);
    int[] places =
        IntStream.range(0, subjects.length)
            .filter(i -> !Double.isNaN(baseline[i]) && !Double.isNaN(then.applyAsDouble(i)))
            .toArray();
    return Pairs.of(
        Arrays.stream(places).map(i -> subjects[i]).toArray(),
        Arrays.stream(places).mapToDouble(i -> baseline[i]).toArray(),
        Arrays.stream(places).mapToDouble(then::applyAsDouble).toArray());
  }

  private IntToDoubleFunction at(AnalysisSet set, String visit) {
    double[] there = visits.getOrDefault(visit, new double[0]);
    double[] atLast = visits.getOrDefault(last, new double[0]);
    double[] before = carried.getOrDefault(visit, new double[0]);
    return switch (set) {
      case OBSERVED -> i -> there[i];
      case COMPLETERS -> i -> Double.isNaN(atLast[i]) ? Double.NaN : there[i];
      case LOCF -> i -> before[i];
      case ITT -> i -> Double.isNaN(before[i]) ? baseline[i] : before[i];
    };
  }
}
