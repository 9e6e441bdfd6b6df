package org.rodnan.sdtm;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What sponsors send, as Dataset-JSON that is written by hand. */
public final class HandWritten {
  private HandWritten() {}

  /**
   * A dataset of texts.
   *
   * @param variables with a blank between each
   * @param rows with a bar between the values
   */
  public static String table(String name, String variables, String... rows) {
    String columns =
        Arrays.stream(variables.split(" "))
            .map(each ->
                "{\"itemOID\":\"I\",\"name\":\"%s\",\"label\":\"\",\"dataType\":\"string\"}"
                    .formatted(each))
            .collect(Collectors.joining(","));
    String values =
        Arrays.stream(rows)
            .map(row -> "[\"" + row.replace("|", "\",\"") + "\"]")
            .collect(Collectors.joining(","));
    return "{\"datasetJSONCreationDateTime\":\"2024-06-28T15:38:43\",\"datasetJSONVersion\":"
        + "\"1.1.0\",\"itemGroupOID\":\"IG\",\"records\":"
        + rows.length
        + ",\"name\":\""
        + name
        + "\",\"label\":\"\",\"columns\":["
        + columns
        + "],\"rows\":["
        + values
        + "]}";
  }
}
