package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class ValidateTest {
  private static final String VITALS = "http://hl7.org/fhir/StructureDefinition/vitalsigns";

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
