package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** {@code $diff}, as HAPI's server has it. */
@ExtendWith(TestServer.Shared.class)
class DiffTest {
  private final FhirClient client;
  private final String path;
  private final String other;

  DiffTest(TestServer server) {
    this.client = server.client();
    this.path = "Patient/" + server.newId();
    this.other = "Patient/" + server.newId();
  }

  @BeforeEach
  void store() {
    for (String family : new String[] {"One", "Two", "Three"}) {
      client.put("/" + path, Resources.patient("/" + path, family));
    }
    client.put("/" + other, Resources.patient("/" + other, "Other"));
  }

  private static void assertReplaces(Answer answer, String before, String after) {
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    JsonNode parameters = answer.json().path("parameter");
    assertThat(parameters).hasSize(1);
    assertThat(parameters.at("/0/part/1/valueString").asText()).isEqualTo("Patient.name[0].family");
    assertThat(parameters.at("/0/part/2/valueString").asText()).isEqualTo(before);
    assertThat(parameters.at("/0/part/3/valueString").asText()).isEqualTo(after);
  }

  @Test
  void comparesVersionsAndResources() {
    assertReplaces(client.get("/" + path + "/$diff"), "Two", "Three");
    assertReplaces(client.get("/" + path + "/$diff?fromVersion=1"), "One", "Three");
    assertReplaces(client.get("/$diff?from=" + path + "&to=" + other), "Three", "Other");
    assertReplaces(
        client.get("/$diff?from=" + path + "/_history/2&to=" + path + "/_history/1"), "Two", "One");
    assertReplaces(
        client.post(
            "/$diff",
            """
            {"resourceType":"Parameters","parameter":[
              {"name":"from","valueReference":{"reference":"%s/_history/1"}},
              {"name":"to","valueReference":{"reference":"%s"}}]}\
            """
                .formatted(path, path)),
        "One",
        "Three");
  }

  @Test
  void includesMetaIfAsked() {
    Answer answer = client.get("/" + path + "/$diff?includeMeta=true");
    // Two versions may be of the same millisecond, so that only their numbers surely differ.
    assertThat(answer.text()).contains("Patient.meta.versionId");
    assertThat(client.get("/" + path + "/$diff").text()).doesNotContain("Patient.meta");
  }

  @ParameterizedTest
  @CsvSource({
    "Patient/{id}/$diff?fromVersion=9,404",
    "Patient/never-there/$diff,404",
    "Patient/{other}/$diff,400",
    "$diff?from=Patient/{id},400",
    "$diff?from=Patient/{id}&to=nonsense,400",
    "$diff?from=Patient/{id}&to=Patient/{id}/_history/9,404",
    "Patient/{id}/$diff?includeMeta=yes,400",
    "Patient/{id}/$diff?nonsense=1,400"
  })
  void saysWhatIsWrong(String request, int status) {
    String url =
        request
            .replace("{id}", path.substring("Patient/".length()))
            .replace("{other}", other.substring("Patient/".length()));
    assertThat(client.get("/" + url).status()).isEqualTo(status);
  }

  @Test
  void resourcesAreOfOneType() {
    String observation = "Observation/" + path.substring("Patient/".length());
    client.put(
        "/" + observation,
        Resources.observation(
            path.substring("Patient/".length()), path.substring("Patient/".length())));
    assertThat(client.get("/$diff?from=" + path + "&to=" + observation).status()).isEqualTo(400);
  }
}
