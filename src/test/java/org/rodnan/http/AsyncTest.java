package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class AsyncTest {
  private static final long WAIT_NANOS = 30_000_000_000L;

  private final FhirClient client;
  private final String id;

  AsyncTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  private static String location(Answer accepted) {
    assertThat(accepted.status()).describedAs(accepted.text()).isEqualTo(202);
    assertThat(accepted.text()).isEmpty();
    return accepted.header("Content-Location").orElseThrow();
  }

  private JsonNode result(Answer accepted) {
    String location = location(accepted);
    long deadline = System.nanoTime() + WAIT_NANOS;
    Answer answer = client.get(location);
    while (answer.status() == 202 && System.nanoTime() < deadline) {
      assertThat(answer.header("X-Progress")).isPresent();
      assertThat(answer.header("Retry-After")).isPresent();
      Thread.onSpinWait();
      answer = client.get(location);
    }
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("type").asText()).isEqualTo("batch-response");
    return answer.json().at("/entry/0");
  }

  @Test
  void answersSearchesLater() {
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Later"));
    JsonNode get = result(client.get("/Patient?_id=" + id, "Prefer", "respond-async"));
    assertThat(get.at("/response/status").asText()).isEqualTo("200 OK");
    assertThat(get.at("/resource/type").asText()).isEqualTo("searchset");
    assertThat(get.at("/resource/total").asInt()).isEqualTo(1);
    JsonNode post =
        result(
            client.send(
                "POST",
                "/Patient/_search",
                Optional.of("_id=" + id),
                "Content-Type",
                "application/x-www-form-urlencoded",
                "Prefer",
                "respond-async"));
    assertThat(post.at("/resource/total").asInt()).isEqualTo(1);
  }

  @Test
  void answersOperationsLater() {
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Later"));
    JsonNode everything =
        result(client.get("/Patient/" + id + "/$everything", "Prefer", "respond-async"));
    assertThat(everything.at("/resource/total").asInt()).isEqualTo(1);
    JsonNode graphql =
        result(
            client.post(
                "/Patient/" + id + "/$graphql",
                "{id}",
                "Content-Type",
                "application/graphql",
                "Prefer",
                "respond-async"));
    assertThat(graphql.at("/resource/resourceType").asText()).isEqualTo("Binary");
    JsonNode failed =
        result(client.get("/Patient/never-there/$everything", "Prefer", "respond-async"));
    assertThat(failed.at("/response/status").asText()).startsWith("404");
  }

  @Test
  void answersBundlesLater() {
    ObjectNode bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "PUT", "Patient/" + id)
        .set("resource", Resources.json(Resources.patient("/Patient/" + id, "Later")));
    JsonNode entry = result(client.post("", bundle.toString(), "Prefer", "respond-async"));
    assertThat(entry.at("/resource/type").asText()).isEqualTo("transaction-response");
    assertThat(client.get("/Patient/" + id).status()).isEqualTo(200);
  }

  @Test
  void tellsOfAFailure() {
    JsonNode entry = result(client.get("/Patient?nothing=1", "Prefer", "respond-async"));
    assertThat(entry.at("/response/status").asText()).startsWith("400");
    assertThat(entry.at("/response/outcome/issue/0/diagnostics").asText()).contains("nothing");
  }

  @Test
  void forgetsWhatIsCancelled() {
    String location = location(client.get("/Patient?_id=" + id, "Prefer", "respond-async"));
    assertThat(client.delete(location).status()).isEqualTo(202);
    assertThat(client.get(location).status()).isEqualTo(404);
    assertThat(client.delete(location).status()).isEqualTo(404);
    assertThat(client.get("/_async/never-" + id).status()).isEqualTo(404);
  }

  @Test
  void keepsNoMoreThanTheSettingAllows() {
    try (TestServer small =
        TestServer.start("rodnan.http.async-jobs-max=1", "rodnan.http.async-age-max=1h")) {
      FhirClient other = small.client();
      String first = location(other.get("/Patient", "Prefer", "respond-async"));
      Answer second = other.get("/Patient", "Prefer", "respond-async");
      if (second.status() == 503) {
        assertThat(second.header("Retry-After")).isPresent();
        assertThat(other.get(first).status()).isIn(200, 202);
      } else {
        // The first was done, and made room.
        assertThat(second.status()).isEqualTo(202);
        assertThat(other.get(first).status()).isEqualTo(404);
      }
    }
  }
}
