package org.rodnan.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;

/**
 * Puts rows together that are the same in some columns. In each other cell stays the value of the
 * row with the latest date; of one date the one that came last. Holds all rows. For one thread.
 */
final class TogetherRows {
  private final List<Integer> same;
  private final OptionalInt date;
  private final int rowsMax;
  private final Map<List<Object>, Row> rows = new LinkedHashMap<>();
  private long alone;

  /**
   * @param same places of the columns; a row in which one of them is null stands alone
   * @param date place of the column that tells which value is the later one
   */
  TogetherRows(List<Integer> same, OptionalInt date, int rowsMax) {
    this.same = same;
    this.date = date;
    this.rowsMax = rowsMax;
  }

  private record Row(@Nullable Object[] cells, String[] dates) {}

  /**
   * @throws FhirFailure.TooLarge if there are more rows than are held
   */
  void add(@Nullable Object[] row) {
    String at = date.isPresent() && row[date.getAsInt()] != null ? "" + row[date.getAsInt()] : "";
    Row known = rows.computeIfAbsent(key(row), absent -> empty(row.length));
    for (int i = 0; i < row.length; i++) {
      if (row[i] != null && at.compareTo(known.dates[i]) >= 0) {
        known.cells[i] = row[i];
        known.dates[i] = at;
      }
    }
    if (rows.size() > rowsMax) {
      throw new FhirFailure.TooLarge(
          "The view puts rows together and has more than rodnan.export.view-rows-max allows, "
              + rowsMax
              + "; ask for fewer by patient, group or _since");
    }
  }

  private static Row empty(int columns) {
    String[] dates = new String[columns];
    Arrays.fill(dates, "");
    return new Row(new Object[columns], dates);
  }

  private List<Object> key(@Nullable Object[] row) {
    List<Object> key = new ArrayList<>();
    for (int place : same) {
      Object cell = row[place];
      if (cell == null) {
        return List.of(alone++);
      }
      key.add(cell);
    }
    return key;
  }

  void forEach(Consumer<@Nullable Object[]> use) {
    rows.values().forEach(each -> use.accept(each.cells()));
  }
}
