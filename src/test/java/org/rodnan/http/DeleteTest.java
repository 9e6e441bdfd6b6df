package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class DeleteTest {
  private final TestServer server;
  private final FhirClient client;
  private final String path;

  DeleteTest(TestServer server) {
    this.server = server;
    this.client = server.client();
    this.path = "/Patient/" + server.newId();
  }

  @Test
  void leavesATombstone() {
    client.put(path, Resources.patient(path, "First"));
    Answer answer = client.delete(path);
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.text()).isEmpty();
    assertThat(answer.header("ETag")).contains("W/\"2\"");
    assertThat(client.get(path).status()).isEqualTo(410);
  }

  @Test
  void succeedsAgainAndForWhatNeverWas() {
    client.put(path, Resources.patient(path, "First"));
    client.delete(path);
    assertThat(client.delete(path).status()).isEqualTo(204);
    assertThat(client.delete("/Patient/never").status()).isEqualTo(204);
    assertThat(client.get(path + "/_history").json().path("total").asInt()).isEqualTo(2);
  }

  @Test
  void saysWhatItDidToAClientThatWantsToKnow() {
    client.put(path, Resources.patient(path, "First"));
    Answer answer = client.delete(path, "Prefer", "return=OperationOutcome");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/issue/0/diagnostics").asText()).contains(path.substring(1));
  }

  @Test
  void deletesOnlyTheVersionThatTheClientKnows() {
    client.put(path, Resources.patient(path, "First"));
    client.put(path, Resources.patient(path, "Second"));
    assertThat(client.delete(path, "If-Match", "W/\"1\"").status()).isEqualTo(412);
    assertThat(client.delete(path, "If-Match", "W/\"2\"").status()).isEqualTo(204);
  }

  @Test
  void deletesTheOneThatTheCriteriaMatch() {
    String identifier = server.newId();
    client.put(path, Resources.identified(path, "First", identifier));
    String where = "/Patient?identifier=" + identifier;
    assertThat(client.delete(where).status()).isEqualTo(204);
    assertThat(client.get(path).status()).isEqualTo(410);
    assertThat(client.delete(where).status()).describedAs("nothing matches").isEqualTo(204);
  }

  @Test
  void deletesNothingWithoutCriteria() {
    client.put(path, Resources.patient(path, "First"));
    for (String where :
        new String[] {
          "/Patient", "/Patient?", "/Patient?_format=json", "/Patient?identifier=", "/Patient?x"
        }) {
      assertThat(client.delete(where).status()).describedAs(where).isBetween(400, 412);
    }
    assertThat(client.delete("").status()).isEqualTo(405);
    assertThat(client.get(path).status()).isEqualTo(200);
  }

  @Test
  void keepsWhatOthersReferTo() {
    client.put(path, Resources.patient(path, "First"));
    String patient = path.substring("/Patient/".length());
    String observation = server.newId();
    assertThat(
            client
                .put("/Observation/" + observation, Resources.observation(observation, patient))
                .status())
        .isEqualTo(201);
    assertThat(client.delete(path).status()).isEqualTo(409);
    assertThat(client.delete("/Observation/" + observation).status()).isEqualTo(204);
    assertThat(client.delete(path).status()).isEqualTo(204);
  }
}
