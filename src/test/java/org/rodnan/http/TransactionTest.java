package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** R4, http.html#trules, rule by rule. */
@ExtendWith(TestServer.Shared.class)
class TransactionTest {
  private static final String URN = "urn:uuid:5f0e9c2e-6d0b-4c8e-9a53-0c9b3f1f7a77";
  private static final String OTHER_URN = "urn:uuid:5f0e9c2e-6d0b-4c8e-9a53-0c9b3f1f7a78";

  private final TestServer server;
  private final FhirClient client;
  private final ObjectNode bundle = Resources.bundle("transaction");

  TransactionTest(TestServer server) {
    this.server = server;
    this.client = server.client();
  }

  @Test
  void readsFailItBeforeAnythingIsWritten() {
    String id = server.newId();
    patient("PUT", "Patient/" + id, id, Optional.empty());
    Resources.entry(bundle, "GET", "Patient/never-there");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("Bundle.entry[1]");
    assertThat(client.get("/Patient/" + id).status()).isEqualTo(404);
  }

  @Test
  void readsSeeWhatItHasWritten() {
    String id = server.newId();
    Resources.entry(bundle, "GET", "Patient/" + id);
    Resources.entry(bundle, "GET", "Patient?_id=" + id);
    patient("PUT", "Patient/" + id, id, Optional.empty());
    JsonNode response = client.post("", bundle.toString()).json();
    assertThat(response.at("/entry/0/resource/id").asText()).isEqualTo(id);
    assertThat(response.at("/entry/1/resource/total").asInt()).isEqualTo(1);
    assertThat(response.at("/entry/2/response/status").asText()).startsWith("201");
  }

  @Test
  void aConditionalCreateThatMatchesLendsItsIdToReferences() {
    String id = server.newId();
    client.put("/Patient/" + id, Resources.identified("/Patient/" + id, "There", id));
    ObjectNode entry = patient("POST", "Patient", null, Optional.of(id));
    entry.put("fullUrl", URN);
    ((ObjectNode) entry.get("request"))
        .put("ifNoneExist", "identifier=" + Resources.SYSTEM + "|" + id);
    observationOf(URN);
    JsonNode response = client.post("", bundle.toString()).json();
    assertThat(response.at("/entry/0/response/status").asText()).startsWith("200");
    JsonNode observation = client.get("/" + location(response, 1)).json();
    assertThat(observation.at("/subject/reference").asText()).isEqualTo("Patient/" + id);
    assertThat(total("/Observation?subject=Patient/" + id)).isEqualTo(1);
  }

  @Test
  void equalConditionalCreatesMakeOneResource() {
    String identifier = server.newId();
    for (String urn : new String[] {URN, OTHER_URN}) {
      ObjectNode entry = patient("POST", "Patient", null, Optional.of(identifier));
      entry.put("fullUrl", urn);
      ((ObjectNode) entry.get("request"))
          .put("ifNoneExist", "identifier=" + Resources.SYSTEM + "|" + identifier);
    }
    observationOf(OTHER_URN);
    JsonNode response = client.post("", bundle.toString()).json();
    assertThat(response.at("/entry/0/response/status").asText()).startsWith("201");
    assertThat(response.at("/entry/1/response/status").asText()).startsWith("200");
    assertThat(total("/Patient?identifier=" + identifier)).isEqualTo(1);
  }

  @Test
  void parametersForOneTypeOfTargetFindReferencesThatWereOpen() {
    String family = server.newId();
    String code = server.newId();
    ObjectNode entry = patient("POST", "Patient", null, Optional.empty());
    entry.put("fullUrl", URN);
    ((ObjectNode) entry.at("/resource/name/0")).put("family", family);
    observationOf(URN)
        .putObject("code")
        .put("text", "x")
        .putArray("coding")
        .addObject()
        .put("code", code);
    JsonNode response = client.post("", bundle.toString()).json();
    String patient = client.get("/" + location(response, 0)).json().path("id").asText();
    ((ArrayNode) bundle.get("entry")).removeAll();
    observationOf("Patient?family=" + family)
        .putObject("code")
        .put("text", "x")
        .putArray("coding")
        .addObject()
        .put("code", code);
    assertThat(client.post("", bundle.toString()).status()).isEqualTo(200);
    assertThat(total("/Observation?code=" + code + "&patient=" + patient)).isEqualTo(2);
    assertThat(total("/Observation?code=" + code + "&patient.family=" + family)).isEqualTo(2);
    assertThat(total("/Patient?_has:Observation:patient:code=" + code)).isEqualTo(1);
  }

  @Test
  void relativeReferencesMeanTheEntryWhoseFullUrlEndsSo() {
    String there = server.newId();
    ObjectNode entry = patient("POST", "Patient", null, Optional.empty());
    entry.put("fullUrl", "https://elsewhere.example.org/fhir/Patient/" + there);
    observationOf("Patient/" + there);
    JsonNode response = client.post("", bundle.toString()).json();
    String patient = client.get("/" + location(response, 0)).json().path("id").asText();
    JsonNode observation = client.get("/" + location(response, 1)).json();
    assertThat(observation.at("/subject/reference").asText()).isEqualTo("Patient/" + patient);
  }

  @Test
  void aConditionalReferenceMeansTheOneThatMatches() {
    String id = server.newId();
    client.put("/Patient/" + id, Resources.identified("/Patient/" + id, "Meant", id));
    observationOf("Patient?identifier=" + Resources.SYSTEM + "|" + id);
    JsonNode response = client.post("", bundle.toString()).json();
    JsonNode observation = client.get("/" + location(response, 0)).json();
    assertThat(observation.at("/subject/reference").asText()).isEqualTo("Patient/" + id);
  }

  @Test
  void aConditionalReferenceThatMatchesNothingFailsIt() {
    String id = server.newId();
    patient("PUT", "Patient/" + id, id, Optional.empty());
    observationOf("Patient?identifier=nobody-has-this");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isEqualTo(412);
    assertThat(answer.text()).contains("Bundle.entry[1]", "nobody-has-this");
    assertThat(client.get("/Patient/" + id).status()).isEqualTo(404);
  }

  @Test
  void refusesTheSameResourceTwice() {
    String id = server.newId();
    patient("PUT", "Patient/" + id, id, Optional.empty());
    Resources.entry(bundle, "DELETE", "Patient/" + id);
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("Patient/" + id, "twice");
  }

  @Test
  void deletesWhatReferToEachOtherTogetherButNotAlone() {
    String patient = server.newId();
    String observation = server.newId();
    client.put("/Patient/" + patient, Resources.patient("/Patient/" + patient, "Left"));
    client.put("/Observation/" + observation, Resources.observation(observation, patient));
    Resources.entry(bundle, "DELETE", "Patient/" + patient);
    Answer alone = client.post("", bundle.toString());
    assertThat(alone.status()).isEqualTo(409);
    assertThat(alone.text()).contains("Observation/" + observation);
    Resources.entry(bundle, "DELETE", "Observation/" + observation);
    assertThat(client.post("", bundle.toString()).status()).isEqualTo(200);
    assertThat(client.get("/Patient/" + patient).status()).isEqualTo(410);
    assertThat(client.get("/Observation/" + observation).status()).isEqualTo(410);
  }

  @Test
  void refusesAReferenceToWhatItDeletes() {
    String patient = server.newId();
    client.put("/Patient/" + patient, Resources.patient("/Patient/" + patient, "Gone"));
    Resources.entry(bundle, "DELETE", "Patient/" + patient);
    observationOf("Patient/" + patient);
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text()).contains("Bundle.entry[1].resource.subject");
    assertThat(client.get("/Patient/" + patient).status()).isEqualTo(200);
  }

  @Test
  void replacesLinksOfTheNarrativeAndLeavesIdentifiersAlone() {
    ObjectNode entry = patient("POST", "Patient", null, Optional.empty());
    entry.put("fullUrl", URN);
    observationOf(URN);
    ObjectNode observation = (ObjectNode) bundle.at("/entry/1/resource");
    observation
        .putObject("text")
        .put("status", "generated")
        .put(
            "div",
            "<div xmlns=\"http://www.w3.org/1999/xhtml\">It's of <a href=\""
                + URN
                + "\">her</a></div>");
    observation
        .putArray("identifier")
        .addObject()
        .put("system", Resources.SYSTEM)
        .put("value", URN);
    JsonNode response = client.post("", bundle.toString()).json();
    JsonNode stored = client.get("/" + location(response, 1)).json();
    String patient = stored.at("/subject/reference").asText();
    assertThat(patient).startsWith("Patient/");
    assertThat(stored.at("/text/div").asText()).contains("href=\"" + patient + "\"");
    assertThat(stored.at("/identifier/0/value").asText()).isEqualTo(URN);
  }

  @Test
  void versionsThatDoNotMatchFailIt() {
    String id = server.newId();
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "First"));
    ObjectNode entry = patient("PUT", "Patient/" + id, id, Optional.empty());
    ((ObjectNode) entry.get("request")).put("ifMatch", "W/\"7\"");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isEqualTo(412);
    assertThat(client.get("/Patient/" + id).json().at("/meta/versionId").asText()).isEqualTo("1");
  }

  private ObjectNode patient(
      String method, String url, @Nullable String id, Optional<String> identifier) {
    ObjectNode entry = Resources.entry(bundle, method, url);
    String path = id == null ? "/Patient" : "/Patient/" + id;
    entry.set("resource", Resources.patientWith(path, "Sent", identifier));
    return entry;
  }

  private ObjectNode observationOf(String subject) {
    ObjectNode observation = (ObjectNode) Resources.json(Resources.observation("x", "y"));
    observation.remove("id");
    observation.putObject("subject").put("reference", subject);
    Resources.entry(bundle, "POST", "Observation").set("resource", observation);
    return observation;
  }

  private static String location(JsonNode response, int entry) {
    return response.at("/entry/" + entry + "/response/location").asText();
  }

  private int total(String search) {
    return client.get(search).json().path("total").asInt(-1);
  }
}
