package org.rodnan.trials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The list of misprints that goes with the seed trials, by id. */
final class Misprints {

  /** A place where the print cannot stand, or needs a word. */
  record Misprint(
      String study, String id, String place, String printed, String reads, String reason) {}

  private final Map<String, Misprint> byId = new LinkedHashMap<>();

  Misprints() {
    try (InputStream in = Misprints.class.getResourceAsStream("/trials/misprints.json")) {
      for (JsonNode entry : new ObjectMapper().readTree(in)) {
        Misprint misprint =
            new Misprint(
                entry.get("study").asText(),
                entry.get("id").asText(),
                entry.get("place").asText(),
                entry.get("printed").asText(),
                entry.get("reads").asText(),
                entry.get("reason").asText());
        byId.put(misprint.id(), misprint);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Map<String, Misprint> byId() {
    return byId;
  }

  Misprint of(String id) {
    Misprint misprint = byId.get(id);
    if (misprint == null) {
      throw new IllegalArgumentException("no misprint " + id);
    }
    return misprint;
  }
}
