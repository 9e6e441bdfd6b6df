package org.rodnan.validation;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.rodnan.terminology.Artifacts;

/** Valid resources of every profile and of 37 types of R4. */
final class ValidResources {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private ValidResources() {}

  /** Those of the folder {@code profiles/examples}. */
  static List<ObjectNode> examples() {
    return Artifacts.files("profiles/examples").entrySet().stream()
        .filter(file -> !file.getKey().contains("-invalid-"))
        .filter(file -> !file.getKey().equals("expectations.json"))
        .map(file -> (ObjectNode) read(file.getValue()))
        .toList();
  }

  /** Those of the seed trials. */
  static List<ObjectNode> seedTrials() {
    List<ObjectNode> resources = new ArrayList<>();
    for (JsonNode trial : trialFile("index.json").get("trials")) {
      for (JsonNode bundle : trial.get("bundles")) {
        for (JsonNode entry : trialFile(bundle.asText()).get("entry")) {
          resources.add((ObjectNode) entry.get("resource"));
        }
      }
    }
    return resources;
  }

  /** Those that claim no profile: one or two of each of many types. */
  static List<ObjectNode> ofBaseTypes() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                stream("/validation/base-types.ndjson"), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> (ObjectNode) read(line.getBytes(StandardCharsets.UTF_8)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode trialFile(String path) {
    try (InputStream in = stream("/trials/" + path)) {
      return read(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream stream(String path) {
    return Objects.requireNonNull(ValidResources.class.getResourceAsStream(path), path);
  }

  private static JsonNode read(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
