package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class MethodTest {
  private final FhirClient client;

  MethodTest(TestServer server) {
    this.client = server.client();
  }

  @Test
  void namesTheMethodsThatAPathHas() {
    Answer post = client.send("POST", "/Patient/1", Optional.of("[]"));
    assertThat(post.status()).isEqualTo(405);
    assertThat(post.header("Allow")).contains("GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    assertThat(post.json().path("resourceType").asText()).isEqualTo("OperationOutcome");
    assertThat(client.send("BREW", "/Patient", Optional.empty()).status()).isEqualTo(405);
    assertThat(client.post("/Patient/1", "{}").status()).isEqualTo(405);
    assertThat(client.delete("/metadata").status()).isEqualTo(405);
    assertThat(client.put("/_history", "{}").header("Allow")).contains("GET, HEAD, OPTIONS");
  }

  @Test
  void answersOptions() {
    Answer answer = client.send("OPTIONS", "/Patient", Optional.empty());
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("Allow")).contains("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  }

  @Test
  void knowsNoOperationThatIsNotThere() {
    for (String path : new String[] {"/$reindex", "/Patient/$match", "/Group/1/$everything"}) {
      Answer answer = client.get(path);
      assertThat(answer.status()).describedAs(path).isEqualTo(404);
      assertThat(answer.json().at("/issue/0/diagnostics").asText()).contains("$");
    }
  }

  @Test
  void validatesWithoutStoring() {
    Answer answer = client.post("/Patient/$validate", Resources.patient("/Patient", "Valid"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("resourceType").asText()).isEqualTo("OperationOutcome");
    assertThat(client.post("/Observation/$validate", "{}").status()).isEqualTo(400);
    assertThat(client.get("/Patient/$validate").status()).isEqualTo(400);
  }

  @Test
  void offersNothingToPagesOfOtherOrigins() {
    Answer answer = client.get("/metadata", "Origin", "https://elsewhere.example.org");
    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
  }
}
