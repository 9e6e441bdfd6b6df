package org.rodnan.sdtm;

import java.util.Map;
import java.util.TreeMap;

/** What gave no row, by type or measure, and how many. Not thread safe. */
final class LeftOut {
  private final Map<String, Integer> counts = new TreeMap<>();

  void add(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  Map<String, Integer> counts() {
    return Map.copyOf(counts);
  }
}
