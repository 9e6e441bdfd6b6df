package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** Operations and cascading deletes as entries of batches and transactions. */
@ExtendWith(TestServer.Shared.class)
class BundleOperationTest {
  private final FhirClient client;
  private final String patient;
  private final String observation;

  BundleOperationTest(TestServer server) {
    this.client = server.client();
    this.patient = "Patient/" + server.newId();
    this.observation = "Observation/" + server.newId();
  }

  @BeforeEach
  void store() {
    client.put("/" + patient, Resources.patient("/" + patient, "Bundled"));
    client.put("/" + observation, observation(observation, patient));
  }

  private static String observation(String path, String subject) {
    return """
    {"resourceType":"Observation","id":"%s","status":"final","code":{"text":"note"},
     "subject":{"reference":"%s"}}\
    """
        .formatted(path.substring("Observation/".length()), subject);
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch", "transaction"})
  void readingOperationsAnswerWithTheirResource(String type) {
    ObjectNode bundle = Resources.bundle(type);
    Resources.entry(bundle, "GET", patient + "/$everything?_type=Observation");
    Resources.entry(bundle, "GET", "Observation/$lastn?patient=" + patient);
    Resources.entry(bundle, "GET", "/" + patient + "/$meta");
    ObjectNode validate = Resources.entry(bundle, "POST", "Patient/$validate");
    validate.putObject("resource").put("resourceType", "Patient").put("gender", "male");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    JsonNode entries = answer.json().path("entry");
    assertThat(entries.at("/0/resource/entry/0/resource/id").asText())
        .isEqualTo(observation.substring("Observation/".length()));
    assertThat(entries.at("/1/resource/total").asInt()).isEqualTo(1);
    assertThat(entries.at("/2/resource/parameter/0/valueMeta/versionId").asText()).isEqualTo("1");
    assertThat(entries.at("/3/resource/resourceType").asText()).isEqualTo("OperationOutcome");
    assertThat(entries.at("/3/response/status").asText()).isEqualTo("200 OK");
  }

  @Test
  void anOperationSeesWhatItsTransactionHasWritten() {
    ObjectNode bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "GET", "Patient/new-" + id() + "/$everything");
    ObjectNode put = Resources.entry(bundle, "PUT", "Patient/new-" + id());
    put.putObject("resource").put("resourceType", "Patient").put("id", "new-" + id());
    JsonNode entries = client.post("", bundle.toString()).json().path("entry");
    assertThat(entries.at("/0/resource/total").asInt()).isEqualTo(1);
  }

  private String id() {
    return patient.substring("Patient/".length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch", "transaction"})
  void metaChangesAsPartOfIt(String type) {
    ObjectNode bundle = Resources.bundle(type);
    meta(Resources.entry(bundle, "POST", patient + "/$meta-add"), "kept");
    JsonNode entries = client.post("", bundle.toString()).json().path("entry");
    assertThat(entries.at("/0/resource/parameter/0/valueMeta/tag/0/code").asText())
        .isEqualTo("kept");
    assertThat(entries.at("/0/response/etag").asText()).isEqualTo("W/\"2\"");
  }

  @Test
  void metaDoesNotChangeIfAnotherEntryFails() {
    ObjectNode bundle = Resources.bundle("transaction");
    meta(Resources.entry(bundle, "POST", patient + "/$meta-add"), "lost");
    Resources.entry(bundle, "GET", "Patient/never-there");
    assertThat(client.post("", bundle.toString()).status()).isEqualTo(404);
    assertThat(client.get("/" + patient).json().at("/meta/tag").isMissingNode()).isTrue();
  }

  private static void meta(ObjectNode entry, String tag) {
    ObjectNode parameter =
        entry
            .putObject("resource")
            .put("resourceType", "Parameters")
            .putArray("parameter")
            .addObject()
            .put("name", "meta");
    parameter
        .putObject("valueMeta")
        .putArray("tag")
        .addObject()
        .put("system", "http://example.org/tags")
        .put("code", tag);
  }

  @Test
  void whatIsNoOperationFailsAlone() {
    ObjectNode bundle = Resources.bundle("batch");
    Resources.entry(bundle, "GET", patient + "/$nothing");
    Resources.entry(bundle, "GET", patient + "/$meta-add");
    Resources.entry(bundle, "GET", "Patient/never-there/$everything");
    Resources.entry(bundle, "GET", patient);
    JsonNode entries = client.post("", bundle.toString()).json().path("entry");
    assertThat(entries.findValuesAsText("status"))
        .containsExactly("404 Not Found", "405 Method Not Allowed", "404 Not Found", "200 OK");
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch", "transaction"})
  void deletesCascade(String type) {
    ObjectNode bundle = Resources.bundle(type);
    Resources.entry(bundle, "DELETE", patient + "?_cascade=delete");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.json().at("/entry/0/response/status").asText())
        .describedAs(answer.text())
        .startsWith("204");
    assertThat(client.get("/" + patient).status()).isEqualTo(410);
    assertThat(client.get("/" + observation).status()).isEqualTo(410);
  }

  @Test
  void cascadesOfOneTransactionMayMeet() {
    ObjectNode bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "DELETE", "Patient?_id=" + id() + "&_cascade=delete");
    Resources.entry(bundle, "DELETE", observation);
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(client.get("/" + observation + "/_history").json().path("total").asInt())
        .isEqualTo(2);
  }

  @Test
  void aDeleteThatDoesNotCascadeIsRefused() {
    ObjectNode bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "DELETE", patient + "?_cascade=none");
    assertThat(client.post("", bundle.toString()).status()).isEqualTo(409);
    Resources.entry(bundle, "DELETE", observation + "?_cascade=some");
    assertThat(client.post("", bundle.toString()).status()).isEqualTo(400);
  }
}
