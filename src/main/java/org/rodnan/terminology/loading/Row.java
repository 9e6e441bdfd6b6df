package org.rodnan.terminology.loading;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of a file.
 *
 * @param columns by name, of a file whose first line names them; otherwise empty
 */
record Row(String file, long line, List<String> values, Map<String, Integer> columns) {

  /** The value of a column by its place, counted from 0. */
  String at(int column) {
    if (column >= values.size()) {
      throw malformed("found " + values.size() + " columns, expected at least " + (column + 1));
    }
    return values.get(column);
  }

  /** One that must not be empty. */
  String required(int column) {
    String value = at(column);
    if (value.isBlank()) {
      throw malformed("column " + (column + 1) + " is empty");
    }
    return value;
  }

  /** The value of a column by its name; empty if there is no such column. */
  String named(String column) {
    @Nullable Integer at = columns.get(column);
    return at == null ? "" : at(at);
  }

  /** A number of digits only, as the codes of most systems are. */
  String digits(int column) {
    String value = at(column);
    if (!value.matches("[0-9]{1,18}")) {
      throw malformed("found '" + value + "' in column " + (column + 1) + ", expected digits");
    }
    return value;
  }

  BadRelease malformed(String what) {
    return new BadRelease(file + ":" + line + ": " + what);
  }
}
