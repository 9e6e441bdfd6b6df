package org.rodnan.registry;

import java.util.List;
import java.util.Locale;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;

/** A line of a sheet below its header, by the names of the columns. */
record Row(Sheet sheet, Sheet.Header header, Sheet.Line line) {
  /** Empty if the line ends before it. */
  Cell cell(String column) {
    Integer place = header.places().get(column.toUpperCase(Locale.ROOT));
    if (place == null) {
      throw new RowException("There is no column '" + column + "'");
    }
    List<Cell> cells = line.cells();
    return place < cells.size() ? cells.get(place) : new Cell("", false, line.number());
  }

  /** That Excel has an error in a column instead of a value. */
  Refusal erroneous(String column) {
    String name =
        header.names().stream().filter(column::equalsIgnoreCase).findFirst().orElse(column);
    return new Refusal(
        sheet.file(),
        line.number(),
        where(name) + ": found the error " + Sheet.shown(cell(name).text()) + "; expected a value");
  }

  /** Where a column of it is, for people. */
  String where(String column) {
    return (sheet.isWorkbook() ? "sheet " + Sheet.shown(sheet.name()) + ", " : "")
        + "column "
        + Sheet.shown(column);
  }
}
