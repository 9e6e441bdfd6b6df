package org.rodnan.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.rodnan.ingest.IngestReport;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;

/**
 * What a command tells of a report.
 *
 * @param counts of each action that there is
 * @param told the first rows that were rejected or left out
 */
record Counted(Map<Action, Long> counts, List<Row> told) {
  private static final int TOLD_MAX = 100;

  static Counted of(IngestReport report) {
    Map<Action, Long> counts = new EnumMap<>(Action.class);
    for (Action action : Action.values()) {
      counts.put(action, report.count(action));
    }
    return new Counted(counts, report.told());
  }

  /** Of a report as CSV. */
  static Counted of(Path csv) throws IOException {
    Map<Action, Long> counts = new EnumMap<>(Action.class);
    List<Row> told = new ArrayList<>();
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser rows = CSVParser.parse(csv, StandardCharsets.UTF_8, format)) {
      for (CSVRecord each : rows) {
        Action action =
            Action.valueOf(each.get("action").toUpperCase(Locale.ROOT).replace('-', '_'));
        counts.merge(action, 1L, Long::sum);
        boolean isTold = action == Action.REJECTED || action == Action.LEFT_OUT;
        if (isTold && told.size() < TOLD_MAX) {
          told.add(
              new Row(
                  each.get("file"),
                  Long.parseLong(each.get("line")),
                  action,
                  each.get("type"),
                  each.get("id"),
                  each.get("reason")));
        }
      }
    }
    return new Counted(counts, told);
  }

  long count(Action action) {
    return counts.getOrDefault(action, 0L);
  }
}
