package org.rodnan.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The contained resources of a resource as they stand in its JSON. */
final class ContainedJson {
  private static final JsonFactory JSON = new JsonFactory();

  private ContainedJson() {}

  /**
   * The bytes of each, in their order.
   *
   * @throws IOException if it isn't JSON
   */
  static List<byte[]> of(byte[] container) throws IOException {
    List<byte[]> contained = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(container)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isContained = parser.currentName().equals("contained");
        JsonToken value = parser.nextToken();
        if (isContained && value == JsonToken.START_ARRAY) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            int from = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
            parser.skipChildren();
            int to = Math.toIntExact(parser.currentLocation().getByteOffset());
            contained.add(Arrays.copyOfRange(container, from, to));
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    return contained;
  }
}
