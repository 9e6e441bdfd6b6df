package org.rodnan.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** What a command has to say at its end: in words, or as one JSON object for scripts. */
final class Told {
  private Told() {}

  /**
   * @param values numbers, texts, booleans and lists of texts, in their order
   */
  static void json(PrintWriter out, Map<String, Object> values) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      for (Map.Entry<String, Object> each : values.entrySet()) {
        json.writeFieldName(each.getKey());
        switch (each.getValue()) {
          case Long number -> json.writeNumber(number);
          case Boolean flag -> json.writeBoolean(flag);
          case List<?> texts -> {
            json.writeStartArray();
            for (Object item : texts) {
              json.writeString(item.toString());
            }
            json.writeEndArray();
          }
          default -> json.writeString(each.getValue().toString());
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.println(text);
  }
}
