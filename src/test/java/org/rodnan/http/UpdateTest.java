package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class UpdateTest {
  private final TestServer server;
  private final FhirClient client;
  private final String path;

  UpdateTest(TestServer server) {
    this.server = server;
    this.client = server.client();
    this.path = "/Patient/" + server.newId();
  }

  @Test
  void createsUnderTheClientsId() {
    Answer answer = client.put(path, Resources.patient(path, "First"));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("Location")).contains(server.base() + path + "/_history/1");
    assertThat(answer.header("ETag")).contains("W/\"1\"");
  }

  @Test
  void takesAnyIdOfTheStandard() {
    for (String id : new String[] {"0", "4711", "a.b-C", "x".repeat(64)}) {
      String any = "/Patient/" + id;
      assertThat(client.put(any, Resources.patient(any, "Any")).status())
          .describedAs(id)
          .isIn(200, 201);
      assertThat(client.get(any).status()).isEqualTo(200);
    }
    String tooLong = "/Patient/" + "x".repeat(65);
    assertThat(client.put(tooLong, Resources.patient(tooLong, "No")).status()).isEqualTo(400);
  }

  @Test
  void makesTheNextVersion() {
    client.put(path, Resources.patient(path, "First"));
    Answer answer = client.put(path, Resources.patient(path, "Second"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("ETag")).contains("W/\"2\"");
    assertThat(answer.json().at("/meta/versionId").asText()).isEqualTo("2");
  }

  @Test
  void bringsADeletedResourceBack() {
    client.put(path, Resources.patient(path, "First"));
    client.delete(path);
    Answer answer = client.put(path, Resources.patient(path, "Third"));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("ETag")).contains("W/\"3\"");
  }

  @Test
  void refusesAnotherIdOrTypeOrNoneInTheBody() {
    assertThat(client.put(path, Resources.patient("/Patient/other", "No")).status()).isEqualTo(400);
    assertThat(client.put(path, Resources.patient("/Patient", "No")).status()).isEqualTo(400);
    assertThat(client.put("/Observation/1", Resources.patient("/Patient/1", "No")).status())
        .isEqualTo(400);
    assertThat(client.get(path).status()).isEqualTo(404);
  }

  @Test
  void ignoresContentLocation() {
    Answer answer =
        client.put(
            path, Resources.patient(path, "First"), "Content-Location", "/Patient/elsewhere");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(client.get(path).status()).isEqualTo(200);
    assertThat(client.get("/Patient/elsewhere").status()).isEqualTo(404);
  }

  @Test
  void updatesOnlyTheVersionThatTheClientKnows() {
    client.put(path, Resources.patient(path, "First"));
    assertThat(client.put(path, Resources.patient(path, "Second"), "If-Match", "W/\"1\"").status())
        .isEqualTo(200);
    Answer stale = client.put(path, Resources.patient(path, "Third"), "If-Match", "W/\"1\"");
    assertThat(stale.status()).isEqualTo(412);
    assertThat(client.get(path).json().at("/name/0/family").asText()).isEqualTo("Second");
  }

  @Test
  void createsOnlyIfThereIsNothing() {
    assertThat(client.put(path, Resources.patient(path, "First"), "If-None-Match", "*").status())
        .isEqualTo(201);
    assertThat(client.put(path, Resources.patient(path, "Second"), "If-None-Match", "*").status())
        .isEqualTo(412);
  }

  @Test
  void updatesTheOneThatTheCriteriaMatch() {
    String identifier = server.newId();
    String where = "/Patient?identifier=" + identifier;
    String body = Resources.identified("/Patient", "First", identifier);
    Answer created = client.put(where, body);
    assertThat(created.status()).isEqualTo(201);
    Answer updated = client.put(where, body.replace("First", "Second"));
    assertThat(updated.status()).isEqualTo(200);
    assertThat(updated.json().path("id").asText()).isEqualTo(created.id());
    assertThat(updated.header("ETag")).contains("W/\"2\"");
  }

  @Test
  void refusesCriteriaThatSeveralMatchOrNone() {
    String identifier = server.newId();
    String body = Resources.identified("/Patient", "Twice", identifier);
    client.post("/Patient", body);
    client.post("/Patient", body);
    assertThat(client.put("/Patient?identifier=" + identifier, body).status()).isEqualTo(412);
    assertThat(client.put("/Patient", body).status()).isBetween(400, 412);
  }

  @Test
  void recordsWhoAskedUnderItsRequestId() {
    Answer answer =
        client.put(path, Resources.patient(path, "First"), "X-Request-Id", "visit-3.17");
    assertThat(answer.header("X-Request-Id")).contains("visit-3.17");
    assertThat(client.get(path, "X-Request-Id", "no good").header("X-Request-Id"))
        .hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f-]{36}"));
  }

  @Test
  void keepsTheVersionIfNothingIsDifferent() {
    String body = Resources.identified(path, "First", path);
    Answer first = client.put(path, body);
    Answer again = client.put(path, body);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.header("ETag")).contains("W/\"1\"");
    assertThat(again.header("Last-Modified")).isEqualTo(first.header("Last-Modified"));
    // What was read can be sent back, and another order is no other content.
    assertThat(client.put(path, client.get(path).text()).header("ETag")).contains("W/\"1\"");
    String xml = client.get(path + "?_format=xml").text();
    assertThat(client.put(path, xml, "Content-Type", "application/fhir+xml").header("ETag"))
        .contains("W/\"1\"");
    String reordered =
        "{\"name\":[{\"family\":\"First\"}],\"resourceType\":\"Patient\",\"identifier\":[{\"value\":\""
            + path
            + "\",\"system\":\""
            + Resources.SYSTEM
            + "\"}],\"id\":\""
            + path.substring("/Patient/".length())
            + "\"}";
    assertThat(client.put(path, reordered).header("ETag")).contains("W/\"1\"");
    assertThat(client.get(path + "/_history").json().path("total").asInt()).isEqualTo(1);
    assertThat(
            client
                .put("/Patient?identifier=" + org.rodnan.FhirClient.encode(path), body)
                .header("ETag"))
        .contains("W/\"1\"");
    assertThat(client.put(path, body, "If-Match", "W/\"9\"").status()).isEqualTo(412);
  }

  @Test
  void makesAVersionOfAnotherPrecision() {
    String risk = path.replace("Patient", "RiskAssessment");
    String id = risk.substring("/RiskAssessment/".length());
    client.put(path, Resources.patient(path, "First"));
    for (String[] each : new String[][] {{"10", "1"}, {"1e1", "2"}, {"1E1", "3"}, {"1E1", "3"}}) {
      String body =
          "{\"resourceType\":\"RiskAssessment\",\"id\":\""
              + id
              + "\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/"
              + id
              + "\"},\"prediction\":[{\"relativeRisk\":"
              + each[0]
              + "}]}";
      assertThat(client.put(risk, body).header("ETag")).contains("W/\"" + each[1] + "\"");
    }
  }

  @Test
  void keepsTheVersionInATransactionToo() {
    String body = Resources.patient(path, "First");
    client.put(path, body);
    var bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "PUT", path.substring(1)).set("resource", Resources.json(body));
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.json().at("/entry/0/response/status").asText()).isEqualTo("200 OK");
    assertThat(answer.json().at("/entry/0/response/etag").asText()).isEqualTo("W/\"1\"");
  }
}
