package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.fhir.Issue;

/** The bundles of the seed trials, as the server reads them at its first start. */
class SeedTrialsValidityTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<String> bundles() throws IOException {
    List<String> paths = new ArrayList<>();
    for (JsonNode trial : read("index.json").get("trials")) {
      trial.get("bundles").forEach(path -> paths.add(path.asText()));
    }
    return paths;
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void everyResourceIsValid(String path) throws IOException {
    JsonNode entries = read(path).get("entry");
    assertThat(entries).isNotEmpty();
    for (JsonNode entry : entries) {
      byte[] resource = JSON.writeValueAsBytes(entry.get("resource"));
      assertThat(Validators.validate(resource).issues())
          .as(entry.at("/request/url").asText())
          .noneMatch(Issue::isError);
    }
  }

  private static JsonNode read(String path) throws IOException {
    try (InputStream in = SeedTrialsValidityTest.class.getResourceAsStream("/trials/" + path)) {
      return JSON.readTree(Objects.requireNonNull(in, path));
    }
  }
}
