package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** What could be passed over in silence is refused, and named. */
@ExtendWith(TestServer.Shared.class)
class SenselessRequestTest {
  private final FhirClient client;
  private final String id;

  SenselessRequestTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Sense"));
  }

  @ParameterizedTest
  @CsvSource({"1,201", "2,422", "99,422", "x,422", "0,422"})
  void aReferenceToAVersionNeedsThatVersion(String version, int status) {
    String observation = Resources.observation("v" + id + version, id + "/_history/" + version);
    Answer answer = client.put("/Observation/v" + id + version, observation);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(status);
    if (status == 422) {
      assertThat(answer.text()).contains("Observation.subject").contains("version");
    }
  }

  @Test
  void aTransactionMayReferToTheVersionThatItMakes() {
    var bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "PUT", "Patient/" + id)
        .set("resource", Resources.patientWith("/Patient/" + id, "Next", Optional.empty()));
    Resources.entry(bundle, "PUT", "Observation/w" + id)
        .set("resource", Resources.json(Resources.observation("w" + id, id + "/_history/2")));
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/Patient/{id}/_history?_since=2020-01-01&_since=2021-01-01",
        "/Patient/{id}/_history?_at=2020&_at=2021",
        "/Patient/{id}/_history?_count=1&_count=2",
        "/Patient/{id}?_format=json&_format=xml",
        "/Patient/{id}?_summary=true&_summary=text",
        "/Observation/$lastn?max=1&max=2",
        "/Patient/{id}/$everything?start=2020&start=2021",
        "/Patient/{id}/$everything?end=2020&end=2021",
        "/Patient/{id}/$everything?_since=2020&_since=2021",
        "/Patient/{id}/$validate?profile=http://a.example&profile=http://b.example",
        "/metadata?mode=full&mode=normative"
      })
  void whatCanBeGivenOnceIsNotGivenTwice(String path) {
    Answer answer = client.get(path.replace("{id}", id));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
  }

  @Test
  void anEmptyJsonPatchChangesNothing() {
    Answer answer = patch("[]", "application/json-patch+json");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("ETag")).hasValue("W/\"1\"");
  }

  /** HL7's own cases have such a patch. */
  @Test
  void anEmptyFhirPathPatchChangesNothing() {
    Answer answer = patch("{\"resourceType\":\"Parameters\"}", "application/fhir+json");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("ETag")).hasValue("W/\"1\"");
  }

  @ParameterizedTest
  @CsvSource({
    "Patient.birthDate,200",
    "Patient.contact[0].name.family,200",
    "Patient.deceased,200",
    "Patient.name.where(use = 'old'),200",
    "Patient.extension('http://example.org/x').value,200",
    "Patient.nonsense,422",
    "Patient.name.nonsense,422",
    "nonsense,422",
    "Patient.birthDate.name,422",
    "Observation.status,422",
    "5,422"
  })
  void aFhirPathPatchDeletesElementsOfTheType(String path, int status) {
    Answer answer =
        patch(
            """
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[
              {"name":"type","valueCode":"delete"},{"name":"path","valueString":"%s"}]}]}\
            """
                .formatted(path),
            "application/fhir+json");
    assertThat(answer.status()).describedAs(path + answer.text()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[{", "nonsense", "[{\"op\":\"remove\",\"op\":\"remove\"}]", "\u0001"})
  void aBrokenPatchIsNamedByItsPlace(String patch) {
    Answer answer = patch(patch, "application/json-patch+json");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("line 1, column").doesNotContain("REDACTED", "Feature");
  }

  private Answer patch(String body, String type) {
    return client.send("PATCH", "/Patient/" + id, Optional.of(body), "Content-Type", type);
  }

  /** As in a write: one that should be ours and isn't is an error, of others it is unknown. */
  @ParameterizedTest
  @CsvSource({
    "https://w3id.org/rodnan/StructureDefinition/nothing,422",
    "http://example.org/StructureDefinition/elsewhere,200"
  })
  void metaAddTakesProfilesAsAWriteDoes(String profile, int status) {
    String meta =
        """
        {"resourceType":"Parameters","parameter":[
          {"name":"meta","valueMeta":{"profile":["%s"]}}]}\
        """
            .formatted(profile);
    assertThat(client.post("/Patient/" + id + "/$meta-add", meta).status()).isEqualTo(status);
    String claiming =
        Resources.patient("/Patient/" + id, "Sense")
            .replaceFirst(",", ",\"meta\":{\"profile\":[\"" + profile + "\"]},");
    assertThat(client.put("/Patient/" + id, claiming).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({"image/png,201", "text/plain; charset=utf-8,201", "nonsense,415", "a b/c,415"})
  void contentHasAMediaType(String type, int status) {
    assertThat(client.post("/Binary", "content", "Content-Type", type).status()).isEqualTo(status);
  }
}
