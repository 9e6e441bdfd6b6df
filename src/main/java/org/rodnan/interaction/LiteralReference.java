package org.rodnan.interaction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;

/**
 * A {@code Reference.reference} as it stands in a resource (R4, references.html#literal).
 *
 * @param path where, as FHIRPath from the resource: {@code Observation.subject}
 */
record LiteralReference(String path, String text) {
  private static final JsonFactory JSON = new JsonFactory();

  /** All literal references of a resource, those in contained resources and extensions too. */
  static List<LiteralReference> of(String type, byte[] json) {
    List<LiteralReference> found = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING && "reference".equals(parser.currentName())) {
          JsonStreamContext element = parser.getParsingContext().getParent();
          found.add(new LiteralReference(type + path(element), parser.getText()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** Whether the text is of a form that can name a resource outside of a Bundle. */
  boolean canBeResolved() {
    return text.startsWith("#")
        || text.startsWith("http://")
        || text.startsWith("https://")
        || ResourceKey.parse(text).filter(key -> ResourceTypes.isType(key.type())).isPresent();
  }

  private static String path(JsonStreamContext context) {
    if (context == null || context.inRoot()) {
      return "";
    }
    String above = path(context.getParent());
    if (context.inArray()) {
      return above + "[" + context.getCurrentIndex() + "]";
    }
    // In an object the context's own name is that of the member being read.
    return context.getCurrentName() == null ? above : arrayOrName(above, context);
  }

  private static String arrayOrName(String above, JsonStreamContext context) {
    return above + "." + context.getCurrentName();
  }
}
