package org.rodnan.safety;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.rodnan.safety.AdverseEvents.Count;

/** Counts events and whom they happened to. For one thread. */
final class Tally {
  private final Map<String, Integer> worst = new HashMap<>();
  private final Set<String> seriousSubjects = new HashSet<>();
  private final Set<String> relatedSubjects = new HashSet<>();
  private final int[] grades = new int[AdverseEvents.GRADES];
  private int events;
  private int serious;
  private int related;

  void add(ReportedEvent event) {
    events++;
    event.grade().ifPresent(grade -> grades[grade - 1]++);
    worst.merge(event.person(), event.grade().orElse(0), Math::max);
    if (event.isSerious()) {
      serious++;
      seriousSubjects.add(event.person());
    }
    if (event.isRelated()) {
      related++;
      relatedSubjects.add(event.person());
    }
  }

  /** Whom they happened to. */
  Set<String> persons() {
    return worst.keySet();
  }

  Count count() {
    List<Integer> byWorst =
        IntStream.rangeClosed(1, AdverseEvents.GRADES)
            .map(grade -> (int) worst.values().stream().filter(each -> each == grade).count())
            .boxed()
            .toList();
    return new Count(
        worst.size(),
        events,
        IntStream.of(grades).boxed().toList(),
        serious,
        related,
        seriousSubjects.size(),
        relatedSubjects.size(),
        byWorst);
  }
}
