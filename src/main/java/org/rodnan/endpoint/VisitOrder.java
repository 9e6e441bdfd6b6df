package org.rodnan.endpoint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.rodnan.cohort.Population;

/**
 * In which order visits come: those until baseline, those after it by how long after it they mostly
 * were, then those of which nobody knows, as they are asked for.
 *
 * @param untilBaseline of those that are asked for
 * @param all those that are asked for, and others after baseline between them
 */
record VisitOrder(Set<String> untilBaseline, List<String> all) {
  /**
   * @param measured visits after baseline in their order
   * @param asked the visits that are asked for
   */
  static VisitOrder of(
      Population.Measure measure, String baseline, List<String> measured, List<String> asked) {
    Set<String> untilBaseline = new LinkedHashSet<>();
    asked.stream().filter(visit -> measure.isUntil(visit, baseline)).forEach(untilBaseline::add);
    Set<String> all = new LinkedHashSet<>(untilBaseline);
    all.addAll(measured);
    all.addAll(asked);
    return new VisitOrder(untilBaseline, List.copyOf(all));
  }
}
