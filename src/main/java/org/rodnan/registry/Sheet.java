package org.rodnan.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rodnan.mapping.RowException;

/**
 * A table: a CSV file, or a sheet of a workbook.
 *
 * @param file as it was sent
 * @param name by which a mapping knows it: of the sheet, or of the file without folder and ending
 * @param isWorkbook whether its file may have other sheets
 * @param lines all of them, the header among them; a line that is empty is left out
 * @param dictionary what is known of its columns
 */
record Sheet(
    String file, String name, boolean isWorkbook, List<Line> lines, Dictionary dictionary) {
  Sheet {
    lines = List.copyOf(lines);
  }

  Sheet(String file, String name, boolean isWorkbook, List<Line> lines) {
    this(file, name, isWorkbook, lines, Dictionary.NONE);
  }

  /** Whether it was exported by REDCap. */
  boolean isOfRecords() {
    return !dictionary.fields().isEmpty();
  }

  /** The cells of a line; as many as it has. */
  record Line(long number, List<Cell> cells) {
    Line {
      cells = List.copyOf(cells);
    }
  }

  /** The places of the columns by their names in upper case, and the names as they are. */
  record Header(Map<String, Integer> places, List<String> names, int line) {
    boolean has(String column) {
      return places.containsKey(column.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * The names of the columns.
   *
   * @param number the line that has them; that or the first after it that isn't empty
   * @throws RowException if there is none, or two columns have one name
   */
  Header header(int number) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).number() < number) {
        continue;
      }
      Map<String, Integer> places = new LinkedHashMap<>();
      List<Cell> cells = lines.get(i).cells();
      for (int place = 0; place < cells.size(); place++) {
        String name = cells.get(place).text();
        if (!name.isEmpty() && places.put(name.toUpperCase(Locale.ROOT), place) != null) {
          throw new RowException("There are two columns '" + shown(name) + "'");
        }
      }
      return new Header(places, cells.stream().map(Cell::text).toList(), i);
    }
    throw new RowException("There is no line with the names of the columns");
  }

  /** Of what others wrote, no more than a person reads. */
  static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
