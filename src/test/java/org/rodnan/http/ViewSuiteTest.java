package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/**
 * Runs files in the shape of SQL on FHIR's shareable tests over HTTP: those of {@code
 * src/test/resources/views}, and with {@code -Drodnan.views.suite=folder} those of another folder,
 * such as the official ones. Of a suite only what is for R4 counts.
 */
@ExtendWith(TestServer.Shared.class)
class ViewSuiteTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final FhirClient client;

  ViewSuiteTest(TestServer server) {
    this.client = server.client();
  }

  @TestFactory
  Stream<DynamicNode> givesTheRowsThatAreExpected() throws IOException {
    List<Path> files = new ArrayList<>(files(Path.of("src/test/resources/views")));
    assertThat(files).hasSizeGreaterThan(20);
    String other = System.getProperty("rodnan.views.suite");
    if (other != null) {
      files.addAll(files(Path.of(other)));
    }
    return files.stream().map(this::suite);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private DynamicNode suite(Path file) {
    try {
      JsonNode suite = JSON.readTree(file.toFile());
      List<DynamicNode> tests = new ArrayList<>();
      for (JsonNode test : suite.path("tests")) {
        if (isOfR4(suite) && isOfR4(test)) {
          tests.add(
              dynamicTest(test.path("title").asText(), () -> run(suite.path("resources"), test)));
        }
      }
      return dynamicContainer(file.getFileName().toString(), tests);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean isOfR4(JsonNode node) {
    JsonNode versions = node.path("fhirVersion");
    return !versions.isArray() || versions.toString().contains("\"4.0");
  }

  private void run(JsonNode resources, JsonNode test) {
    ObjectNode body = JSON.createObjectNode().put("resourceType", "Parameters");
    ArrayNode parameters = body.putArray("parameter");
    parameters.addObject().put("name", "viewResource").set("resource", test.path("view"));
    for (JsonNode resource : resources) {
      parameters.addObject().put("name", "resource").set("resource", resource);
    }
    Answer answer =
        client.post(
            "/ViewDefinition/$run?_format=json",
            body.toString(),
            "Content-Type",
            "application/fhir+json");
    if (test.path("expectError").asBoolean()) {
      assertThat(answer.status()).describedAs(answer.text()).isBetween(400, 499);
      assertThat(answer.json().at("/issue/0/diagnostics").asText()).isNotBlank();
      return;
    }
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    List<JsonNode> rows = rows(answer.text());
    if (test.has("expect")) {
      assertThat(sorted(rows)).isEqualTo(sorted(rows(test.path("expect").toString())));
    }
    if (test.has("expectCount")) {
      assertThat(rows).hasSize(test.path("expectCount").asInt());
    }
    if (test.has("expectColumns")) {
      List<String> names = new ArrayList<>();
      test.path("expectColumns").forEach(name -> names.add(name.asText()));
      List<String> found = new ArrayList<>();
      rows.getFirst().fieldNames().forEachRemaining(found::add);
      assertThat(found).isEqualTo(names);
    }
  }

  /** Numbers are equal if their values are. */
  private static List<JsonNode> rows(String json) {
    try {
      List<JsonNode> rows = new ArrayList<>();
      JSON.readTree(json.replaceAll("(?<=\\d)\\.0+(?=[,}\\]\\s])", "")).forEach(rows::add);
      return rows;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(json, e);
    }
  }

  private static List<JsonNode> sorted(List<JsonNode> rows) {
    return rows.stream().sorted(Comparator.comparing(ViewSuiteTest::text)).toList();
  }

  private static String text(JsonNode row) {
    List<String> members = new ArrayList<>();
    row.properties().forEach(member -> members.add(member.toString()));
    return members.stream().sorted().toList().toString();
  }
}
