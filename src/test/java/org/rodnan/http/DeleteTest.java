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

  @Test
  void takesAlongWhatRefersToItIfAsked() {
    String patient = path.substring("/Patient/".length());
    for (String header : new String[] {"", "delete"}) {
      client.put(path, Resources.patient(path, "First"));
      String first = newObservation(patient, "");
      String second =
          newObservation(patient, ",'derivedFrom':[{'reference':'Observation/" + first + "'}]");
      Answer kept = client.delete(path + "?_cascade=none");
      assertThat(kept.status()).isEqualTo(409);
      Answer answer =
          header.isEmpty()
              ? client.delete(path + "?_cascade=delete", "Prefer", "return=OperationOutcome")
              : client.delete(path, "X-Cascade", header, "Prefer", "return=OperationOutcome");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().at("/issue/0/diagnostics").asText())
          .contains("Deleted 3 resources")
          .contains(first)
          .contains(second);
      for (String gone : new String[] {path, "/Observation/" + first, "/Observation/" + second}) {
        assertThat(client.get(gone).status()).describedAs(gone).isEqualTo(410);
      }
    }
    assertThat(client.delete(path + "?_cascade=delete").status()).isEqualTo(204);
    assertThat(client.delete(path + "?_cascade=all").status()).isEqualTo(400);
  }

  @Test
  void cascadesFromWhatTheCriteriaMatch() {
    String patient = path.substring("/Patient/".length());
    client.put(path, Resources.identified(path, "First", patient));
    String observation = newObservation(patient, "");
    String where = "/Patient?identifier=" + patient;
    assertThat(client.delete(where).status()).isEqualTo(409);
    assertThat(client.delete(where + "&_cascade=delete").status()).isEqualTo(204);
    assertThat(client.get("/Observation/" + observation).status()).isEqualTo(410);
    assertThat(client.delete("/Patient?_cascade=delete").status()).isEqualTo(412);
  }

  private String newObservation(String patient, String more) {
    String json = Resources.observation("x", patient);
    String body = json.substring(0, json.length() - 1) + more.replace('\'', '"') + "}";
    Answer answer = client.post("/Observation", body);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(201);
    return answer.id();
  }
}
