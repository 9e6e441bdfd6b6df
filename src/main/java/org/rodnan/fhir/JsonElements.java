package org.rodnan.fhir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Looks into stored resources where reading them into a model would cost too much. Thread safe. */
public final class JsonElements {
  private static final ObjectMapper MAPPER = new ObjectMapper(UnlimitedJson.FACTORY);

  private JsonElements() {}

  /**
   * @param stored a resource as the store or the index has it
   */
  public static JsonNode read(byte[] stored) {
    try {
      return MAPPER.readTree(stored);
    } catch (IOException e) {
      throw new UncheckedIOException("A stored resource can't be read", e);
    }
  }

  /** Those of this URL, or parts of this name, directly on the element. */
  public static List<JsonNode> extensions(JsonNode element, String url) {
    return StreamSupport.stream(element.path("extension").spliterator(), false)
        .filter(extension -> extension.path("url").asText().equals(url))
        .toList();
  }

  /** The first of them. */
  public static Optional<JsonNode> extension(JsonNode element, String url) {
    return extensions(element, url).stream().findFirst();
  }

  /** The element's text under a name; empty if there is none, or nothing in it. */
  public static Optional<String> text(JsonNode element, String name) {
    return Optional.of(element.path(name).asText("").strip()).filter(text -> !text.isEmpty());
  }

  /** Whether a CodeableConcept has the code, of the system. */
  public static boolean hasCode(JsonNode concept, String system, String code) {
    return StreamSupport.stream(concept.path("coding").spliterator(), false)
        .anyMatch(coding ->
            coding.path("system").asText().equals(system)
                && coding.path("code").asText().equals(code));
  }
}
