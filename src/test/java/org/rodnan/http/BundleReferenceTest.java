package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** References within Bundles that are stored (R4, bundle.html#references). */
@ExtendWith(TestServer.Shared.class)
class BundleReferenceTest {
  private static final String URN = "urn:uuid:5f0e9c2e-6d0b-4c8e-9a53-0c9b3f1f7b0";
  private static final String PATIENT = URN + 1;
  private static final String WEIGHT = URN + 2;
  private static final String COMPOSITION = URN + 3;
  private static final String ELSEWHERE = "http://elsewhere.example.org/fhir/";

  private final TestServer server;
  private final FhirClient client;

  BundleReferenceTest(TestServer server) {
    this.server = server;
    this.client = server.client();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "document",
        "message",
        "collection",
        "searchset",
        "history",
        "batch",
        "batch-response",
        "transaction",
        "transaction-response"
      })
  void entriesOfEveryTypeOfBundleReferToEachOther(String type) {
    ObjectNode bundle = Resources.bundle(type);
    if (type.equals("document") || type.equals("message")) {
      bundle.put("timestamp", "2020-01-01T00:00:00Z");
      bundle.putObject("identifier").put("system", Resources.SYSTEM).put("value", server.newId());
    }
    if (type.equals("message")) {
      ObjectNode header = add(bundle, URN + 4, "MessageHeader");
      header.putObject("eventCoding").put("system", Resources.SYSTEM).put("code", "sent");
      header.putObject("source").put("endpoint", "http://example.org/source");
      header.putArray("focus").addObject().put("reference", WEIGHT);
    }
    composition(bundle, COMPOSITION, WEIGHT);
    observation(bundle, WEIGHT, PATIENT);
    add(bundle, PATIENT, "Patient").put("gender", "male");
    for (JsonNode entry : bundle.get("entry")) {
      if (type.equals("history") || type.equals("batch") || type.equals("transaction")) {
        ((ObjectNode) entry)
            .putObject("request")
            .put("method", "POST")
            .put("url", entry.at("/resource/resourceType").asText());
      }
      if (type.equals("history") || type.endsWith("-response")) {
        ((ObjectNode) entry).putObject("response").put("status", "201");
      }
    }
    JsonNode stored = accepted(bundle);
    assertThat(stored.get("entry")).isEqualTo(bundle.get("entry"));
  }

  @Test
  void relativeReferencesMeanEntriesUnderTheBaseOfTheirOwn() {
    ObjectNode bundle = Resources.bundle("collection");
    composition(bundle, ELSEWHERE + "Composition/1", "Observation/2");
    observation(bundle, ELSEWHERE + "Observation/2", ELSEWHERE + "Patient/3/_history/4");
    add(bundle, ELSEWHERE + "Patient/3", "Patient").putObject("meta").put("versionId", "4");
    assertThat(accepted(bundle).get("entry")).isEqualTo(bundle.get("entry"));
  }

  @ParameterizedTest
  @CsvSource({
    ELSEWHERE + "Observation/2, http://another.example.org/fhir/Patient/3, Patient/3",
    WEIGHT + ", " + ELSEWHERE + "Patient/3, Patient/3",
    WEIGHT + ", " + ELSEWHERE + "Patient/3, " + PATIENT,
    ELSEWHERE + "Observation/2, " + ELSEWHERE + "Patient/3, Patient/4",
    ELSEWHERE + "Observation/2, " + ELSEWHERE + "Patient/3, Patient/3/_history/2",
    ELSEWHERE + "Observation/2, " + PATIENT + ", " + COMPOSITION
  })
  void refusesWhatMeansNoEntryAndNothingThatIsStored(
      String holder, String patient, String reference) {
    ObjectNode bundle = Resources.bundle("collection");
    add(bundle, patient, "Patient").put("gender", "male").putObject("meta").put("versionId", "1");
    observation(bundle, holder, reference);
    Answer answer = client.post("/Bundle", bundle.toString());
    assertThat(answer.status()).as(answer::text).isEqualTo(422);
    assertThat(answer.json().at("/issue/0/expression/0").asText())
        .isEqualTo("Bundle.entry[1].resource.subject");
    assertThat(answer.text()).contains(reference);
  }

  @Test
  void entriesOfAnInnerBundleReferToEachOtherAndToOuterOnes() {
    ObjectNode inner = Resources.bundle("collection");
    composition(inner, COMPOSITION, WEIGHT);
    observation(inner, WEIGHT, PATIENT);
    ObjectNode bundle = Resources.bundle("collection");
    add(bundle, PATIENT, "Patient").put("gender", "male");
    ObjectNode entry = ((ArrayNode) bundle.get("entry")).addObject().put("fullUrl", URN + 5);
    entry.set("resource", inner);
    assertThat(accepted(bundle).get("entry")).isEqualTo(bundle.get("entry"));

    ObjectNode outwards = Resources.bundle("collection");
    observation(outwards, URN + 6, WEIGHT);
    ((ArrayNode) outwards.get("entry")).add(entry);
    Answer answer = client.post("/Bundle", outwards.toString());
    assertThat(answer.status()).as(answer::text).isEqualTo(422);
    assertThat(answer.text()).contains("Bundle.entry[0].resource.subject", WEIGHT);
  }

  @Test
  void onlyWhatIsMeantOutsideOfTheBundleIsHeldByIt() {
    String copied = stored();
    String meant = stored();
    ObjectNode bundle = Resources.bundle("collection");
    observation(bundle, ELSEWHERE + "Observation/1", "Patient/" + copied);
    observation(bundle, WEIGHT, "Patient/" + meant);
    add(bundle, ELSEWHERE + "Patient/" + copied, "Patient").put("gender", "male");
    accepted(bundle);
    assertThat(client.delete("/Patient/" + copied).status()).isLessThan(300);
    Answer refused = client.delete("/Patient/" + meant);
    assertThat(refused.status()).as(refused::text).isEqualTo(409);
    assertThat(refused.text()).contains("Bundle/");
  }

  @Test
  void aTransactionLeavesReferencesWithinABundleThatItWrites() {
    ObjectNode inner = Resources.bundle("collection");
    observation(inner, WEIGHT, PATIENT);
    add(inner, PATIENT, "Patient").put("gender", "male");
    observation(inner, COMPOSITION, URN + 7);
    ObjectNode transaction = Resources.bundle("transaction");
    for (String urn : new String[] {PATIENT, URN + 7}) {
      ObjectNode patient = Resources.entry(transaction, "POST", "Patient").put("fullUrl", urn);
      patient.set("resource", Resources.patientWith("/Patient", "New", Optional.empty()));
    }
    Resources.entry(transaction, "POST", "Bundle").set("resource", inner);
    Answer answer = client.post("", transaction.toString());
    assertThat(answer.status()).as(answer::text).isEqualTo(200);
    JsonNode stored =
        client.get("/" + answer.json().at("/entry/2/response/location").asText()).json();
    assertThat(stored.at("/entry/0")).isEqualTo(inner.at("/entry/0"));
    assertThat(stored.at("/entry/1")).isEqualTo(inner.at("/entry/1"));
    assertThat(answer.json().at("/entry/1/response/location").asText())
        .startsWith(stored.at("/entry/2/resource/subject/reference").asText() + "/_history/");
  }

  /** The Bundle as it is read back; {@code $validate} has said before that it would be stored. */
  private JsonNode accepted(ObjectNode bundle) {
    Answer verdict = client.post("/Bundle/$validate", bundle.toString());
    assertThat(verdict.status()).as(verdict::text).isEqualTo(200);
    assertThat(verdict.json().findValuesAsText("severity"))
        .as(verdict::text)
        .doesNotContain("error", "fatal");
    Answer answer = client.post("/Bundle", bundle.toString());
    assertThat(answer.status()).as(answer::text).isEqualTo(201);
    return client.get("/Bundle/" + answer.json().path("id").asText()).json();
  }

  private String stored() {
    String id = server.newId();
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Here"));
    return id;
  }

  private static void composition(ObjectNode bundle, String fullUrl, String entry) {
    ObjectNode composition = add(bundle, fullUrl, "Composition");
    composition.put("status", "final").put("date", "2020-01-01").put("title", "Visit");
    composition.putObject("type").put("text", "visit");
    composition.putArray("author").addObject().put("display", "Someone");
    composition
        .putArray("section")
        .addObject()
        .putArray("entry")
        .addObject()
        .put("reference", entry);
  }

  private static void observation(ObjectNode bundle, String fullUrl, String subject) {
    ObjectNode observation = add(bundle, fullUrl, "Observation").put("status", "final");
    observation.putObject("code").put("text", "weight");
    observation.putObject("subject").put("reference", subject);
  }

  private static ObjectNode add(ObjectNode bundle, String fullUrl, String type) {
    ObjectNode entry = ((ArrayNode) bundle.get("entry")).addObject().put("fullUrl", fullUrl);
    ObjectNode resource = entry.putObject("resource").put("resourceType", type);
    return fullUrl.startsWith("http")
        ? resource.put("id", fullUrl.substring(fullUrl.lastIndexOf('/') + 1))
        : resource;
  }
}
