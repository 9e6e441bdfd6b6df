package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** What a reference may say (R4, references.html#literal). */
@ExtendWith(TestServer.Shared.class)
class ReferenceTest {
  private final TestServer server;
  private final FhirClient client;

  ReferenceTest(TestServer server) {
    this.server = server;
    this.client = server.client();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient/nobody",
        "urn:uuid:99999999-0000-4000-8000-000000000000",
        "urn:oid:1.2.3",
        "/Patient/nobody",
        "Patient/",
        "Patient",
        "patient/t1",
        "../Patient/t1",
        "Nothing/t1",
        "javascript:alert(1)"
      })
  void refusesWhatPointsToNothing(String reference) {
    String id = server.newId();
    Answer answer = client.put("/Observation/" + id, observation(id, reference));
    assertThat(answer.status()).as(answer::text).isEqualTo(422);
    assertThat(answer.text()).contains("Observation.subject", reference);
    assertThat(client.get("/Observation/" + id).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.org/fhir/Patient/1", "http://example.org/Patient/1"})
  void takesReferencesToOtherServers(String reference) {
    String id = server.newId();
    Answer answer = client.put("/Observation/" + id, observation(id, reference));
    assertThat(answer.status()).as(answer::text).isEqualTo(201);
  }

  @Test
  void absoluteReferencesToThisServerAreReferencesToItsResources() {
    String patient = server.newId();
    String id = server.newId();
    client.put("/Patient/" + patient, Resources.patient("/Patient/" + patient, "Here"));
    String reference = client.base() + "/Patient/" + patient;
    assertThat(client.put("/Observation/" + id, observation(id, reference)).status())
        .isEqualTo(201);
    assertThat(client.get("/Observation/" + id).json().at("/subject/reference").asText())
        .isEqualTo(reference);
    for (String search :
        new String[] {
          "subject=Patient/" + patient,
          "patient=" + patient,
          "subject=" + reference,
          "patient.family=Here&_id=" + id
        }) {
      assertThat(client.get("/Observation?" + search).json().path("total").asInt())
          .as(search)
          .isEqualTo(1);
    }
    assertThat(client.delete("/Patient/" + patient).status()).isEqualTo(409);
  }

  @Test
  void absoluteReferencesToThisServerMustNameWhatIsThere() {
    String id = server.newId();
    Answer answer =
        client.put("/Observation/" + id, observation(id, client.base() + "/Patient/nobody"));
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text()).contains("Observation.subject", "Patient/nobody");
  }

  private static String observation(String id, String subject) {
    ObjectNode observation = (ObjectNode) Resources.json(Resources.observation(id, "y"));
    observation.putObject("subject").put("reference", subject);
    return observation.toString();
  }
}
