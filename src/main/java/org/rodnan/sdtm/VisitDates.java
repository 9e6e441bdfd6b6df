package org.rodnan.sdtm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When each visit of a subject began, as SV says. */
final class VisitDates {
  private final Map<String, String> visitDates = new HashMap<>();

  /**
   * @param visits of SV
   */
  VisitDates(List<Row> visits) {
    for (Row row : visits) {
      visitDates.putIfAbsent(key(row), row.text("SVSTDTC"));
    }
  }

  /** Empty if the row's visit isn't there. */
  String of(Row row) {
    return visitDates.getOrDefault(key(row), "");
  }

  private static String key(Row row) {
    return row.subject() + "|" + row.text("VISITNUM") + "|" + row.text("VISIT");
  }
}
