package org.rodnan.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.UnlimitedJson;

/** Rows as JSON objects: in an array, or one in each line. Numbers keep their digits. */
final class JsonRows implements RowWriter {
  private static final ObjectMapper JSON = new ObjectMapper(UnlimitedJson.FACTORY);

  private final JsonGenerator out;
  private final List<ViewColumn> columns;
  private final boolean isArray;
  private boolean isEmpty = true;

  JsonRows(OutputStream out, List<ViewColumn> columns, boolean isArray) throws IOException {
    this.out = JSON.createGenerator(out);
    this.out.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    this.out.setPrettyPrinter(new MinimalPrettyPrinter(isArray ? " " : "\n"));
    this.columns = columns;
    this.isArray = isArray;
    if (isArray) {
      this.out.writeStartArray();
    }
  }

  @Override
  public void write(@Nullable Object[] row) throws IOException {
    isEmpty = false;
    out.writeStartObject();
    for (int i = 0; i < row.length; i++) {
      out.writeFieldName(columns.get(i).name());
      value(out, row[i]);
    }
    out.writeEndObject();
  }

  private static void value(JsonGenerator out, @Nullable Object cell) throws IOException {
    switch (cell) {
      case null -> out.writeNull();
      case Boolean truth -> out.writeBoolean(truth);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case BigDecimal number -> out.writeNumber(number);
      case JsonNode json -> JSON.writeTree(out, json);
      case List<?> list -> {
        out.writeStartArray();
        for (Object each : list) {
          value(out, each);
        }
        out.writeEndArray();
      }
      default -> out.writeString(cell.toString());
    }
  }

  /** A cell that is no primitive, as text. */
  static String text(Object cell) throws IOException {
    java.io.StringWriter text = new java.io.StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      value(out, cell);
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    if (isArray) {
      out.writeEndArray();
    } else if (!isEmpty) {
      out.writeRaw('\n');
    }
    out.close();
  }
}
