package org.rodnan.operation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an operation's answer that is a table.
 *
 * @param columns their names
 * @param rows a cell is a text, a number, or null if there is nothing to say; numbers are not
 *     rounded
 */
public record Table(List<String> columns, List<List<@Nullable Object>> rows) {

  /** RFC 4180, in UTF-8, with a header; what is null is empty. */
  public byte[] csv() {
    StringBuilder out = new StringBuilder();
    try (CSVPrinter printer =
        new CSVPrinter(
            out, CSVFormat.RFC4180.builder().setHeader(columns.toArray(String[]::new)).get())) {
      for (List<@Nullable Object> row : rows) {
        printer.printRecord(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }
}
