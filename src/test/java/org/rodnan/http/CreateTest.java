package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class CreateTest {
  private final TestServer server;
  private final FhirClient client;

  CreateTest(TestServer server) {
    this.server = server;
    this.client = server.client();
  }

  @Test
  void returnsTheResourceAndWhereItIs() {
    Answer answer = client.post("/Patient", Resources.patient("/Patient", "New"));
    assertThat(answer.status()).isEqualTo(201);
    String id = answer.json().path("id").asText();
    assertThat(answer.header("Location"))
        .contains(server.base() + "/Patient/" + id + "/_history/1");
    assertThat(answer.header("ETag")).contains("W/\"1\"");
    assertThat(answer.header("Last-Modified")).isPresent();
    assertThat(client.get("/Patient/" + id).text()).isEqualTo(answer.text());
  }

  @Test
  void ignoresTheIdOfTheClient() {
    String wished = server.newId();
    Answer answer = client.post("/Patient", Resources.patient("/Patient/" + wished, "New"));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.id()).isNotEqualTo(wished);
    assertThat(client.get("/Patient/" + wished).status()).isEqualTo(404);
  }

  @Test
  void answersInTheWayTheClientPrefers() {
    String body = Resources.patient("/Patient", "New");
    Answer minimal = client.post("/Patient", body, "Prefer", "return=minimal");
    assertThat(minimal.status()).isEqualTo(201);
    assertThat(minimal.text()).isEmpty();
    assertThat(minimal.header("Location")).isPresent();
    Answer outcome = client.post("/Patient", body, "Prefer", "return=OperationOutcome");
    assertThat(outcome.json().path("resourceType").asText()).isEqualTo("OperationOutcome");
    assertThat(outcome.json().at("/issue/0/severity").asText()).isEqualTo("information");
    Answer whole = client.post("/Patient", body, "Prefer", "return=representation");
    assertThat(whole.json().path("resourceType").asText()).isEqualTo("Patient");
  }

  @Test
  void refusesABodyOfAnotherType() {
    Answer answer = client.post("/Observation", Resources.patient("/Patient", "New"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/issue/0/diagnostics").asText()).contains("Patient");
  }

  @Test
  void knowsNoTypeBeyondTheStandard() {
    assertThat(client.post("/Patiens", "{}").status()).isEqualTo(404);
  }

  @Test
  void createsOnceByIdentifier() {
    String identifier = server.newId();
    String body = Resources.identified("/Patient", "Once", identifier);
    String criteria = "identifier=" + FhirClient.encode(Resources.SYSTEM + "|" + identifier);
    Answer first = client.post("/Patient", body, "If-None-Exist", criteria);
    Answer second = client.post("/Patient", body, "If-None-Exist", criteria);
    assertThat(first.status()).isEqualTo(201);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.text()).isEqualTo(first.text());
  }

  @Test
  void takesTheCriteriaWithTheirTypeBeforeThem() {
    String identifier = server.newId();
    String body = Resources.identified("/Patient", "Once", identifier);
    Answer first = client.post("/Patient", body, "If-None-Exist", "identifier=" + identifier);
    for (String criteria : new String[] {"Patient?identifier=", "?identifier="}) {
      Answer second = client.post("/Patient", body, "If-None-Exist", criteria + identifier);
      assertThat(second.status()).isEqualTo(200);
      assertThat(second.id()).isEqualTo(first.id());
    }
    Answer other =
        client.post("/Patient", body, "If-None-Exist", "Observation?identifier=" + identifier);
    assertThat(other.status()).isEqualTo(400);
    assertThat(other.text()).contains("expected criteria of Patient");
  }

  @Test
  void refusesACriterionThatSeveralMatch() {
    String identifier = server.newId();
    String body = Resources.identified("/Patient", "Twice", identifier);
    client.post("/Patient", body);
    client.post("/Patient", body);
    Answer answer = client.post("/Patient", body, "If-None-Exist", "identifier=" + identifier);
    assertThat(answer.status()).isEqualTo(412);
    assertThat(answer.json().at("/issue/0/code").asText()).isEqualTo("multiple-matches");
  }

  @Test
  void takesXmlAndKeepsIt() {
    Answer answer =
        client.post(
            "/Patient",
            "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"true\"/></Patient>",
            "Content-Type",
            "application/fhir+xml");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().path("active").asBoolean()).isTrue();
  }

  @Test
  void refusesABodyOfUndeclaredType() {
    assertThat(rawPost(Resources.patient("/Patient", "New")))
        .startsWith("HTTP/1.1 415")
        .contains("no Content-Type");
  }

  private String rawPost(String body) {
    return server.raw(
        Fixtures.bytes(
            "POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body));
  }
}
