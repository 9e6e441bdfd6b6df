package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/** The visits of the subjects as SV. Not thread safe. */
final class SubjectVisitWriter {
  private final String study;
  private final WrittenRows rows;

  SubjectVisitWriter(String study, WrittenRows rows) {
    this.study = study;
    this.rows = rows;
  }

  /** When each visit was, by what was found at it. */
  void write() {
    Map<String, Written> visits = new TreeMap<>();
    for (Layout layout : Layout.ALL) {
      if (!layout.datasetClass().equals("FINDINGS")) {
        continue;
      }
      for (Written row : rows.of(layout.name())) {
        String at = row.get(layout.name() + "DTC");
        if (row.get("VISIT").isEmpty() || at.isEmpty()) {
          continue;
        }
        Written visit =
            visits.computeIfAbsent(
                row.usubjid + "|" + row.get("VISITNUM"),
                key -> {
                  Written made = new Written("SV", row.usubjid);
                  made.put("STUDYID", study);
                  made.put("DOMAIN", "SV");
                  made.put("USUBJID", row.usubjid);
                  made.put("VISITNUM", row.get("VISITNUM"));
                  made.put("VISIT", row.get("VISIT"));
                  made.put("SVSTDTC", at);
                  made.put("SVENDTC", at);
                  return made;
                });
        if (at.compareTo(visit.get("SVSTDTC")) < 0) {
          visit.put("SVSTDTC", at);
        }
        if (at.compareTo(visit.get("SVENDTC")) > 0) {
          visit.put("SVENDTC", at);
        }
      }
    }
    if (!visits.isEmpty()) {
      rows.put("SV", new ArrayList<>(visits.values()));
    }
  }
}
