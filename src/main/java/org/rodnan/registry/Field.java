package org.rodnan.registry;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rodnan.mapping.RowException;

/**
 * Where a value comes from.
 *
 * @param column by name; empty if the value is the same for all rows
 * @param value of all rows
 * @param codes from a text in upper case to what it means; empty if texts stand for themselves
 * @param line of the mapping
 */
record Field(String column, String value, Map<String, String> codes, Form form, int line) {
  static final String VISIT = "{visit}";

  Field {
    codes = Map.copyOf(codes);
  }

  /** As it stands there; a missing value is empty. */
  Cell cell(Row row) {
    if (column.isEmpty()) {
      return new Cell(value, false, row.line().number());
    }
    Cell cell = row.cell(column);
    return form.isMissing(cell) ? new Cell("", cell.isTyped(), cell.line()) : cell;
  }

  /** What it means; empty if it is missing, or only says why there is none. */
  String text(Row row) {
    Cell cell = cell(row);
    return cell.isEmpty() || form.absence(cell).isPresent() ? "" : meaning(row, cell);
  }

  /**
   * By the mapping, else by the label that a data dictionary gives it.
   *
   * @throws RowException if codes are listed and it is none of them
   */
  String meaning(Row row, Cell cell) {
    return codes.isEmpty() && !column.isEmpty()
        ? listed(row, cell, row.sheet().dictionary().choices(column))
        : listed(row, cell, codes);
  }

  /** As it counts: by the mapping, else as it stands, if that is a choice of a data dictionary. */
  String count(Row row, Cell cell) {
    if (codes.isEmpty()) {
      listed(row, cell, row.sheet().dictionary().choices(column));
      return cell.text();
    }
    return listed(row, cell, codes);
  }

  private String listed(Row row, Cell cell, Map<String, String> known) {
    if (known.isEmpty()) {
      return cell.text();
    }
    String meaning = known.get(cell.text().toUpperCase(Locale.ROOT));
    if (meaning == null) {
      throw wrong(
          row,
          "found '"
              + Sheet.shown(cell.text())
              + "'; expected one of "
              + known.keySet().stream().sorted().limit(20).toList());
    }
    return meaning;
  }

  /** A date in ISO 8601. */
  Optional<String> date(Row row) {
    Cell cell = cell(row);
    if (cell.isEmpty() || form.absence(cell).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(form.date(cell));
    } catch (RowException e) {
      throw wrong(row, String.valueOf(e.getMessage()));
    }
  }

  /** With the place, as the reason of a refusal has it. */
  RowException wrong(Row row, String reason) {
    return new RowException(
        (column.isEmpty() ? "the mapping's value" : row.where(column)) + ": " + reason);
  }

  boolean isTemplate() {
    return column.contains(VISIT);
  }

  /** Of one visit, if its column is named by visits. */
  Field at(String visit) {
    return new Field(column.replace(VISIT, visit), value, codes, form, line);
  }
}
