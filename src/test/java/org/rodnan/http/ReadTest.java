package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class ReadTest {
  private final FhirClient client;
  private final String path;

  ReadTest(TestServer server) {
    this.client = server.client();
    this.path = "/Patient/" + server.newId();
  }

  @BeforeEach
  void writeTwoVersions() {
    assertThat(client.put(path, Resources.patient(path, "First")).status()).isEqualTo(201);
    assertThat(client.put(path, Resources.patient(path, "Second")).status()).isEqualTo(200);
  }

  @Test
  void returnsTheCurrentVersionWithItsHeaders() {
    Answer answer = client.get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("ETag")).contains("W/\"2\"");
    assertThat(answer.header("Last-Modified"))
        .hasValueSatisfying(date -> assertThat(date).endsWith("GMT"));
    assertThat(answer.header("Content-Type")).contains("application/fhir+json;charset=utf-8");
    assertThat(answer.json().at("/name/0/family").asText()).isEqualTo("Second");
    assertThat(answer.json().at("/meta/versionId").asText()).isEqualTo("2");
  }

  @Test
  void returnsEachVersionByItsId() {
    Answer first = client.get(path + "/_history/1");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("ETag")).contains("W/\"1\"");
    assertThat(first.json().at("/name/0/family").asText()).isEqualTo("First");
    assertThat(client.get(path + "/_history/2").text()).isEqualTo(client.get(path).text());
  }

  @Test
  void findsNoVersionThatNeverWas() {
    for (String version : new String[] {"3", "0", "x", "01", "99999999999999999999"}) {
      assertThat(client.get(path + "/_history/" + version).status())
          .describedAs(version)
          .isEqualTo(404);
    }
  }

  @Test
  void returnsNotFoundForWhatNeverWas() {
    Answer answer = client.get("/Patient/never");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().at("/issue/0/code").asText()).isEqualTo("not-found");
  }

  @Test
  void returnsGoneForDeletedResourceAndItsTombstone() {
    assertThat(client.delete(path).status()).isEqualTo(204);
    Answer answer = client.get(path);
    assertThat(answer.status()).isEqualTo(410);
    assertThat(answer.json().at("/issue/0/code").asText()).isEqualTo("deleted");
    assertThat(client.get(path + "/_history/3").status()).isEqualTo(410);
    assertThat(client.get(path + "/_history/2").status()).isEqualTo(200);
  }

  @Test
  void answersHeadAsGetWithoutTheBody() {
    Answer head = client.send("HEAD", path, Optional.empty());
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("ETag")).contains("W/\"2\"");
    assertThat(head.header("Content-Length"))
        .contains(Integer.toString(client.get(path).response().body().length));
    assertThat(head.response().body()).isEmpty();
    assertThat(client.send("HEAD", "/Patient/never", Optional.empty()).status()).isEqualTo(404);
  }

  @Test
  void saysNotModifiedToAClientThatHasTheVersion() {
    for (String tag : new String[] {"W/\"2\"", "\"2\"", "W/\"1\", W/\"2\"", "*"}) {
      Answer answer = client.get(path, "If-None-Match", tag);
      assertThat(answer.status()).describedAs(tag).isEqualTo(304);
      assertThat(answer.header("ETag")).contains("W/\"2\"");
      assertThat(answer.response().body()).isEmpty();
    }
    assertThat(client.get(path, "If-None-Match", "W/\"1\"").status()).isEqualTo(200);
  }

  @Test
  void saysNotModifiedSinceTheDateOfTheVersion() {
    String modified = client.get(path).header("Last-Modified").orElseThrow();
    assertThat(client.get(path, "If-Modified-Since", modified).status()).isEqualTo(304);
    assertThat(client.get(path, "If-Modified-Since", "Tue, 03 Jun 2008 11:05:30 GMT").status())
        .isEqualTo(200);
    assertThat(client.get(path, "If-Modified-Since", "whenever").status()).isEqualTo(200);
    assertThat(client.get(path, "If-Modified-Since", modified, "If-None-Match", "W/\"1\"").status())
        .describedAs("If-None-Match goes first")
        .isEqualTo(200);
  }

  @Test
  void refusesAParameterItDoesNotKnowUnlessLenient() {
    assertThat(client.get(path + "?foo=1").status()).isEqualTo(400);
    assertThat(client.get(path + "?foo=1", "Prefer", "handling=lenient").status()).isEqualTo(200);
  }

  @Test
  void returnsTheBytesThatWereStoredWithTheirDigits() {
    String body =
        Resources.patient(path, "Third")
            .replaceFirst(
                "\"name\"",
                "\"extension\":[{\"url\":\"http://example.org/n\",\"valueDecimal\":1.00},"
                    + "{\"url\":\"http://example.org/n\",\"valueDecimal\":1e3}],\"name\"");
    client.put(path, body);
    assertThat(client.get(path).text())
        .contains("\"valueDecimal\":1.00")
        .contains("\"valueDecimal\":1e3");
  }
}
