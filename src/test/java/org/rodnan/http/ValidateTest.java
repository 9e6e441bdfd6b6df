package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.Fixtures;
import org.rodnan.validation.Mutator;

@ExtendWith(TestServer.Shared.class)
class ValidateTest {
  private static final String VITALS = "http://hl7.org/fhir/StructureDefinition/vitalsigns";

  private static final int MUTANTS = 200;

  private final FhirClient client;
  private final String id;

  ValidateTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  private static String parameters(String resource, String more) {
    return "{\"resourceType\":\"Parameters\",\"parameter\":["
        + (resource.isEmpty() ? "" : "{\"name\":\"resource\",\"resource\":" + resource + "}")
        + (resource.isEmpty() || more.isEmpty() ? "" : ",")
        + more.replace('\'', '"')
        + "]}";
  }

  private static boolean isAccepted(Answer answer) {
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    JsonNode issues = answer.json().path("issue");
    return issues.findValuesAsText("severity").stream().noneMatch("error"::equals);
  }

  /** What stands against a resource, or is to be said of it; not that all is well. */
  static List<JsonNode> findings(Answer answer) {
    List<JsonNode> findings = new ArrayList<>();
    for (JsonNode issue : answer.json().path("issue")) {
      if (!issue.path("severity").asText().equals("information")) {
        findings.add(issue);
      }
    }
    return findings;
  }

  static List<String> examples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("profiles", "examples"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".json", ""))
          .filter(name -> name.contains("-valid-") || name.contains("-invalid-"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void saysWhatTheWriteSays(String example) {
    ObjectNode resource = Fixtures.example(example);
    String type = resource.path("resourceType").asText();
    resource.put("id", id);
    Answer create = client.post("/" + type + "/$validate?mode=create", resource.toString());
    Answer update = client.post("/" + type + "/" + id + "/$validate", resource.toString());
    assertThat(client.get("/" + type + "/" + id).status()).isEqualTo(404);
    Answer write =
        client.put("/" + type + "/" + id, resource.toString(), "Prefer", "return=OperationOutcome");
    // What can't be read is no resource that could be judged.
    assertThat(write.status()).isIn(201, 422, 400);
    assertThat(update.status()).isEqualTo(write.status() == 400 ? 400 : 200);
    assertThat(findings(update)).isEqualTo(findings(write));
    assertThat(findings(create)).isEqualTo(findings(write));
  }

  /** Of resources that nobody thought of. */
  @Test
  void saysWhatTheWriteSaysOfMutants() throws IOException {
    long seed = Long.getLong("rodnan.seed", System.nanoTime());
    List<ObjectNode> corpus =
        examples().stream()
            .filter(name -> name.contains("-valid-"))
            .map(name -> (ObjectNode) Fixtures.example(name))
            .toList();
    storeFixtures();
    Mutator mutator = new Mutator(new Random(seed), corpus);
    int stored = 0;
    for (int i = 0; i < MUTANTS; i++) {
      ObjectNode mutant = mutator.next();
      String type = mutant.path("resourceType").asText();
      if (!type.matches("[A-Z][A-Za-z]+")) {
        continue;
      }
      String key = "/" + type + "/" + id + "-" + i;
      mutant.put("id", id + "-" + i);
      Answer rehearsal = client.post(key + "/$validate", mutant.toString());
      Answer write = client.put(key, mutant.toString(), "Prefer", "return=OperationOutcome");
      String told = "-Drodnan.seed=" + seed + ": " + mutant + " " + write.text();
      assertThat(findings(rehearsal)).describedAs(told).isEqualTo(findings(write));
      if (write.status() < 300) {
        stored++;
        assertThat(isAccepted(rehearsal)).describedAs(told).isTrue();
      } else {
        assertThat(write.status()).describedAs(told).isIn(400, 404, 409, 412, 422);
      }
    }
    assertThat(stored).describedAs("-Drodnan.seed=" + seed).isBetween(1, MUTANTS - 1);
  }

  /** What the examples refer to. */
  private void storeFixtures() {
    for (String name :
        List.of(
            "fixture-organization-example-site",
            "fixture-patient-example-patient",
            "fixture-researchstudy-example-study",
            "fixture-researchsubject-example-subject")) {
      ObjectNode fixture = Fixtures.example(name);
      String key = fixture.path("resourceType").asText() + "/" + fixture.path("id").asText();
      Answer answer = client.put("/" + key, fixture.toString());
      assertThat(answer.status()).describedAs(answer.text()).isIn(200, 201);
    }
  }

  @Test
  void saysWhatTheDeletionSays() {
    client.put("/Observation/" + id, observation());
    Answer rehearsal = client.get("/Patient/" + id + "/$validate?mode=delete");
    Answer deletion = client.delete("/Patient/" + id);
    assertThat(deletion.status()).isEqualTo(409);
    assertThat(findings(rehearsal)).isEqualTo(findings(deletion));
  }

  private String observation() {
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Validated"));
    return Resources.observation(id, id);
  }

  @Test
  void judgesTheResourceInParameters() {
    String good = observation();
    String bad = good.replace("\"final\"", "\"finished\"");
    assertThat(isAccepted(client.post("/Observation/$validate", parameters(good, "")))).isTrue();
    Answer answer = client.post("/Observation/$validate", parameters(bad, ""));
    assertThat(answer.status()).isIn(200, 400);
    assertThat(answer.text()).contains("error");
    assertThat(client.get("/Observation/" + id).status()).isEqualTo(404);
  }

  @Test
  void judgesAgainstAProfileThatIsAskedFor() {
    String resource = observation();
    String asked = "{'name':'profile','valueUri':'" + VITALS + "'}";
    assertThat(isAccepted(client.post("/Observation/$validate", parameters(resource, asked))))
        .isFalse();
    assertThat(isAccepted(client.post("/Observation/$validate?profile=" + VITALS, resource)))
        .isFalse();
    assertThat(
            isAccepted(
                client.post(
                    "/Observation/$validate",
                    parameters(
                        resource, "{'name':'profile','valueUri':'http://example.org/unknown'}"))))
        .isFalse();
  }

  @Test
  void judgesWhatIsStored() {
    client.put("/Observation/" + id, observation());
    assertThat(isAccepted(client.get("/Observation/" + id + "/$validate"))).isTrue();
    assertThat(isAccepted(client.get("/Observation/" + id + "/$validate?profile=" + VITALS)))
        .isFalse();
    assertThat(
            isAccepted(
                client.post(
                    "/Observation/" + id + "/$validate",
                    parameters(
                        "",
                        "{'name':'mode','valueCode':'profile'},{'name':'profile','valueUri':'"
                            + VITALS
                            + "'}"))))
        .isFalse();
    assertThat(client.get("/Observation/never-" + id + "/$validate").status()).isEqualTo(404);
  }

  @Test
  void judgesAnUpdateAndADeletion() {
    client.put("/Observation/" + id, observation());
    String url = "/Observation/" + id + "/$validate?mode=";
    assertThat(isAccepted(client.post(url + "update", Resources.observation(id, id)))).isTrue();
    assertThat(isAccepted(client.post(url + "update", Resources.observation("other", id))))
        .isFalse();
    assertThat(isAccepted(client.get(url + "delete"))).isTrue();
    assertThat(isAccepted(client.get("/Patient/" + id + "/$validate?mode=delete"))).isFalse();
    assertThat(client.get("/Observation/" + id).status()).isEqualTo(200);
  }

  @Test
  void refusesParametersThatMakeNoSense() {
    String resource = observation();
    assertThat(client.post("/Observation/$validate?mode=maybe", resource).status()).isEqualTo(400);
    assertThat(client.post("/Observation/$validate?mode=delete", resource).status()).isEqualTo(400);
    assertThat(client.post("/Observation/$validate?mode=profile", resource).status())
        .isEqualTo(400);
    assertThat(client.post("/Observation/$validate?level=1", resource).status()).isEqualTo(400);
    assertThat(client.post("/Patient/$validate", resource).status()).isEqualTo(400);
    assertThat(client.post("/Observation/$validate", parameters("", "")).status()).isEqualTo(400);
  }
}
