package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

  private static String observation(String id, String subject) {
    ObjectNode observation = (ObjectNode) Resources.json(Resources.observation(id, "y"));
    observation.putObject("subject").put("reference", subject);
    return observation.toString();
  }
}
