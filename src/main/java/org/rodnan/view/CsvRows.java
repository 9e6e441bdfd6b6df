package org.rodnan.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** Rows as CSV in UTF-8; what is null is empty. */
final class CsvRows implements RowWriter {
  private final CSVPrinter out;

  CsvRows(OutputStream stream, List<ViewColumn> columns, boolean hasHeader) throws IOException {
    this.out =
        new CSVPrinter(
            new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8)),
            CSVFormat.RFC4180);
    if (hasHeader) {
      out.printRecord(columns.stream().map(ViewColumn::name));
    }
  }

  @Override
  public void write(@Nullable Object[] row) throws IOException {
    for (Object cell : row) {
      out.print(
          switch (cell) {
            case BigDecimal number -> number.toPlainString();
            case List<?> list -> JsonRows.text(list);
            case JsonNode json -> JsonRows.text(json);
            case null, default -> cell;
          });
    }
    out.println();
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }
}
