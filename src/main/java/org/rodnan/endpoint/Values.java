package org.rodnan.endpoint;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Population;

/**
 * The values of one measure by visit and subject.
 *
 * @param order visits after baseline in their order
 * @param last of the visits that are asked for
 */
record Values(
    Map<Integer, Double> baseline,
    Map<String, Map<Integer, Double>> visits,
    List<String> order,
    String last) {

  static Values read(
      Population.Measure measure, String baseline, List<String> measured, List<String> asked) {
    Set<String> all = new LinkedHashSet<>(measured);
    all.addAll(asked);
    Map<String, Map<Integer, Double>> visits = new HashMap<>();
    all.forEach(visit -> visits.put(visit, measure.at(visit)));
    List<String> order = List.copyOf(all);
    String last = "";
    for (String visit : order) {
      last = asked.contains(visit) ? visit : last;
    }
    return new Values(measure.at(baseline), visits, order, last);
  }

  /** The subjects of a set who are in a stratum, in the order of their numbers. */
  Pairs pairs(AnalysisSet set, String visit, BitSet members) {
    List<double[]> pairs = new ArrayList<>();
    IntStream.Builder subjects = IntStream.builder();
    for (int subject = members.nextSetBit(0);
        subject >= 0;
        subject = members.nextSetBit(subject + 1)) {
      Double before = baseline.get(subject);
      Double then = before == null ? null : value(set, visit, subject, before);
      if (before != null && then != null) {
        pairs.add(new double[] {before, then});
        subjects.add(subject);
      }
    }
    return new Pairs(
        subjects.build().toArray(),
        pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
        pairs.stream().mapToDouble(pair -> pair[1]).toArray());
  }

  private @Nullable Double value(AnalysisSet set, String visit, Integer subject, Double before) {
    return switch (set) {
      case OBSERVED -> at(visit, subject);
      case COMPLETERS -> at(last, subject) == null ? null : at(visit, subject);
      case LOCF -> carried(visit, subject);
      case ITT -> {
        Double carried = carried(visit, subject);
        yield carried == null ? before : carried;
      }
    };
  }

  private @Nullable Double at(String visit, Integer subject) {
    Map<Integer, Double> values = visits.get(visit);
    return values == null ? null : values.get(subject);
  }

  /** The value at the visit, or the last one before it. */
  private @Nullable Double carried(String visit, Integer subject) {
    for (int i = order.indexOf(visit); i >= 0; i--) {
      Double value = at(order.get(i), subject);
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
