package org.rodnan.ingest;

import java.util.List;
import java.util.Locale;

/**
 * What became of each record of a file.
 *
 * @param rows in the order of the file
 */
public record IngestReport(List<Row> rows) {
  public IngestReport {
    rows = List.copyOf(rows);
  }

  /** What was done with a record. */
  public enum Action {
    CREATED,
    UPDATED,
    UNCHANGED,
    REJECTED,
    /** Not for here, such as a domain that isn't mapped. */
    LEFT_OUT;

    /** As it stands in a report. */
    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One record.
   *
   * @param line of the file, or row of the table, from 1; 0 if it is about the whole file
   * @param type of the resource; empty if none could be read
   * @param id of the resource; empty if it has none
   * @param reason why it was rejected or left out; else empty
   */
  public record Row(String file, long line, Action action, String type, String id, String reason) {}

  /** How many rows of an action there are. */
  public long count(Action action) {
    return rows.stream().filter(row -> row.action() == action).count();
  }
}
