package org.rodnan.sdtm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;

/**
 * The rows of a study, subject by subject. Tables that are sorted by USUBJID, the key of SDTM after
 * STUDYID, are read side by side; those that are not are held in memory, up to a number of rows.
 * Each file is read twice: first whether all of it can be read, and how it is sorted.
 */
final class SubjectRows implements Closeable {
  /** More tables than a study has are not all open at once. */
  private static final int OPEN_MAX = 200;

  private final int rowsMax;
  private final List<Cursor> cursors = new ArrayList<>();
  private final TreeMap<String, List<Row>> held = new TreeMap<>();
  private final List<Refusal> refused = new ArrayList<>();
  private int rowsHeld;
  private boolean hasSubjects;
  private boolean hasDispositions;

  /** A table that is sorted, at its next row. */
  private static final class Cursor implements Closeable {
    private final TableRows rows;
    private Optional<Row> next;

    Cursor(SourceFile source, Charset encoding, int table) throws IOException {
      rows = new TableRows(source, encoding);
      for (int i = 0; i <= table; i++) {
        rows.nextTable();
      }
      next = rows.nextRow();
    }

    Row take() throws IOException {
      Row taken = next.orElseThrow();
      next = rows.nextRow();
      return taken;
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }

  /** What the first reading finds out about a file. */
  private record Survey(List<Boolean> isSorted, boolean hasSubjects, boolean hasDispositions) {}

  /**
   * @param rowsMax rows that are held: of all tables that are not sorted, and of one subject; long
   *     ones count as several
   */
  SubjectRows(List<SourceFile> sources, Charset encoding, int rowsMax) {
    this.rowsMax = rowsMax;
    for (SourceFile source : sources) {
      try {
        open(source, encoding);
      } catch (IOException e) {
        refused.add(new Refusal(source.name(), 0, String.valueOf(e.getMessage())));
      }
    }
  }

  /** Files that can't be read; nothing of them is among the rows. */
  List<Refusal> refused() {
    return List.copyOf(refused);
  }

  /** Whether any row is of DM. */
  boolean hasSubjects() {
    return hasSubjects;
  }

  /** Whether there is a DS, be it without rows. */
  boolean hasDispositions() {
    return hasDispositions;
  }

  private void open(SourceFile source, Charset encoding) throws IOException {
    Survey survey = survey(source, encoding);
    List<Row> unsorted = new ArrayList<>();
    List<Integer> sorted = new ArrayList<>();
    for (int table = 0; table < survey.isSorted().size(); table++) {
      if (survey.isSorted().get(table) && cursors.size() + sorted.size() < OPEN_MAX) {
        sorted.add(table);
      } else {
        unsorted.addAll(hold(source, encoding, table, rowsMax - rowsHeld - weight(unsorted)));
      }
    }
    for (int table : sorted) {
      cursors.add(new Cursor(source, encoding, table));
    }
    rowsHeld += weight(unsorted);
    unsorted.forEach(
        row -> held.computeIfAbsent(row.subject(), subject -> new ArrayList<>()).add(row));
    hasSubjects |= survey.hasSubjects();
    hasDispositions |= survey.hasDispositions();
  }

  private static Survey survey(SourceFile source, Charset encoding) throws IOException {
    List<Boolean> isSorted = new ArrayList<>();
    boolean hasSubjects = false;
    boolean hasDispositions = false;
    try (TableRows rows = new TableRows(source, encoding)) {
      while (rows.nextTable()) {
        boolean rising = true;
        hasDispositions |= rows.table().equals("DS");
        String before = "";
        for (Optional<Row> row = rows.nextRow(); row.isPresent(); row = rows.nextRow()) {
          String subject = row.get().subject();
          rising &= before.compareTo(subject) <= 0;
          before = subject;
          hasSubjects |= row.get().domain().equals("DM");
          hasDispositions |= row.get().domain().equals("DS");
        }
        isSorted.add(rising);
      }
    }
    return new Survey(isSorted, hasSubjects, hasDispositions);
  }

  private static int weight(List<Row> rows) {
    return rows.stream().mapToInt(Row::weight).sum();
  }

  private List<Row> hold(SourceFile source, Charset encoding, int table, int left)
      throws IOException {
    List<Row> found = new ArrayList<>();
    long weight = 0;
    try (TableRows rows = new TableRows(source, encoding)) {
      for (int i = 0; i <= table; i++) {
        rows.nextTable();
      }
      for (Optional<Row> row = rows.nextRow(); row.isPresent(); row = rows.nextRow()) {
        weight += row.get().weight();
        if (weight > left) {
          throw new IOException(
              row.get().domain()
                  + " is not sorted by USUBJID, and the tables that are not have more than "
                  + rowsMax
                  + " rows; expected it sorted by USUBJID, so that it need not be held in memory");
        }
        found.add(row.get());
      }
    }
    return found;
  }

  /**
   * All rows of the next subject, by the order of USUBJID; none after the last one.
   *
   * @throws IOException if it has more rows than may be held, or a file can't be read any more
   */
  List<Row> next() throws IOException {
    Optional<String> subject = held.isEmpty() ? Optional.empty() : Optional.of(held.firstKey());
    for (Cursor cursor : cursors) {
      Optional<String> other = cursor.next.map(Row::subject);
      if (other.isPresent() && (subject.isEmpty() || other.get().compareTo(subject.get()) < 0)) {
        subject = other;
      }
    }
    if (subject.isEmpty()) {
      return List.of();
    }
    List<Row> rows =
        new ArrayList<>(Optional.ofNullable(held.remove(subject.get())).orElse(List.of()));
    long weight = 0;
    for (Cursor cursor : cursors) {
      while (cursor.next.map(Row::subject).equals(subject)) {
        weight += cursor.next.orElseThrow().weight();
        if (weight > rowsMax) {
          throw new IOException(
              "USUBJID " + subject.get() + " has more than " + rowsMax + " rows; expected fewer");
        }
        rows.add(cursor.take());
      }
    }
    return rows;
  }

  @Override
  public void close() throws IOException {
    for (Cursor cursor : cursors) {
      cursor.close();
    }
  }
}
