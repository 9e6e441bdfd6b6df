package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** A server whose operator has set things. */
class SettingsTest {
  private static final String FRIEND = "https://app.example.org";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            "rodnan.http.cors-origins=https://app\\.example\\.org",
            "rodnan.http.threads=8",
            "rodnan.limits.body-bytes-max=500",
            "rodnan.limits.uri-bytes-max=4096",
            "rodnan.limits.page-size-default=1",
            "server.forward-headers-strategy=native");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private final FhirClient client;

  SettingsTest() {
    client = server.client();
  }

  @Test
  void keepsToTheLimitsThatAreSet() {
    String path = "/Patient/" + server.newId();
    Answer tooLarge = client.put(path, Resources.patient(path, "x".repeat(500)));
    assertThat(tooLarge.status()).isEqualTo(413);
    assertThat(tooLarge.text()).contains("500").contains("rodnan.limits.body-bytes-max");
    assertThat(client.put(path, Resources.patient(path, "Small")).status()).isEqualTo(201);
    assertThat(client.get(path + "?_elements=" + "x".repeat(5_000)).status()).isEqualTo(414);
  }

  @Test
  void letsPagesOfAConfiguredOriginIn() {
    Answer friend = client.get("/metadata", "Origin", FRIEND);
    assertThat(friend.header("Access-Control-Allow-Origin")).contains(FRIEND);
    assertThat(friend.header("Access-Control-Expose-Headers"))
        .hasValueSatisfying(exposed -> assertThat(exposed).contains("ETag").contains("Location"));
    assertThat(friend.response().headers().allValues("Vary").toString())
        .contains("Accept")
        .contains("Origin");
    Answer preflight =
        client.send(
            "OPTIONS",
            "/Patient/1",
            Optional.empty(),
            "Origin",
            FRIEND,
            "Access-Control-Request-Method",
            "PUT",
            "Access-Control-Request-Headers",
            "content-type, if-match");
    assertThat(preflight.header("Access-Control-Allow-Methods"))
        .hasValueSatisfying(methods -> assertThat(methods).contains("PUT"));
    assertThat(
            client
                .get("/metadata", "Origin", "https://elsewhere.example.org")
                .header("Access-Control-Allow-Origin"))
        .isEmpty();
  }

  @Test
  void buildsLinksUnderTheNameOfTheProxy() {
    Answer answer =
        client.post(
            "/Patient",
            Resources.patient("/Patient", "New"),
            "X-Forwarded-Host",
            "trials.example.org",
            "X-Forwarded-Proto",
            "https");
    assertThat(answer.header("Location"))
        .hasValueSatisfying(
            location -> assertThat(location).startsWith("https://trials.example.org/fhir/"));
    assertThat(
            client
                .get("/metadata", "X-Forwarded-Host", "trials.example.org")
                .json()
                .at("/implementation/url")
                .asText())
        .isEqualTo("http://trials.example.org/fhir");
  }
}
