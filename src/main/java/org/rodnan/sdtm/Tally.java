package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rodnan.mapping.Refusal;

/** How many rows of each kind gave nothing, and why. */
final class Tally {
  private record Kind(String file, String what, String why) {}

  private final Map<String, Kind> kinds = new TreeMap<>();
  private final Map<String, Long> counts = new TreeMap<>();

  /**
   * @param file that the first of them is in
   * @param what such as {@code LB.GLUC}
   * @param why such as {@code rows have no counterpart}
   */
  void add(String file, String what, String why, long count) {
    kinds.putIfAbsent(what + ": " + why, new Kind(file, what, why));
    counts.merge(what + ": " + why, count, Long::sum);
  }

  /** One line for each kind. */
  List<Refusal> lines() {
    List<Refusal> lines = new ArrayList<>();
    kinds.forEach((key, kind) ->
        lines.add(
            new Refusal(kind.file(), 0, kind.what() + ": " + counts.get(key) + " " + kind.why())));
    return lines;
  }
}
