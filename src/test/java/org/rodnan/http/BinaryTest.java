package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class BinaryTest {
  private final FhirClient client;
  private final String id;
  private final String path;

  BinaryTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
    this.path = "/Binary/" + id;
  }

  private Answer put(String type, String content, String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "Content-Type";
    all[1] = type;
    System.arraycopy(headers, 0, all, 2, headers.length);
    return client.send("PUT", path, Optional.of(content), all);
  }

  @Test
  void takesContentInAndGivesItBack() {
    Answer created = put("text/csv; charset=utf-8", "a,b\n1,\u00e9\n");
    assertThat(created.status()).describedAs(created.text()).isEqualTo(201);
    Answer content = client.get(path);
    assertThat(content.status()).isEqualTo(200);
    assertThat(content.header("Content-Type").orElseThrow().replace(" ", ""))
        .isEqualToIgnoringCase("text/csv;charset=utf-8");
    assertThat(content.text()).isEqualTo("a,b\n1,\u00e9\n");
    assertThat(content.header("ETag")).contains("W/\"1\"");
    assertThat(content.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(client.get(path, "Accept", "image/png").text()).startsWith("a,b");
    assertThat(client.get(path + "/_history/1", "Accept", "*/*").text()).startsWith("a,b");
    assertThat(client.get(path, "If-None-Match", "W/\"1\"").status()).isEqualTo(304);
    Answer head = client.send("HEAD", path, Optional.empty());
    assertThat(head.header("Content-Length")).isEqualTo(content.header("Content-Length"));
    assertThat(head.text()).isEmpty();
  }

  @Test
  void givesTheResourceToWhoAsksForFhir() {
    put("text/plain", "hello");
    for (String accept : new String[] {"application/fhir+json", "application/json"}) {
      JsonNode resource = client.get(path, "Accept", accept).json();
      assertThat(resource.path("contentType").asText()).isEqualTo("text/plain");
      assertThat(resource.path("data").asText()).isEqualTo("aGVsbG8=");
    }
    assertThat(client.get(path, "Accept", "application/fhir+xml").text()).startsWith("<Binary");
    assertThat(client.get(path + "?_format=json").json().path("data").asText())
        .isEqualTo("aGVsbG8=");
  }

  @Test
  void takesTheResourceToo() {
    String body =
        "{\"resourceType\":\"Binary\",\"id\":\""
            + id
            + "\",\"contentType\":\"text/plain\",\"data\":\"aGVsbG8=\"}";
    assertThat(put("application/fhir+json", body).status()).isEqualTo(201);
    assertThat(client.get(path, "Accept", "text/plain").text()).isEqualTo("hello");
    assertThat(put("application/json", body).header("ETag")).contains("W/\"1\"");
  }

  @Test
  void takesAnyJsonAsContent() {
    assertThat(put("application/json", "{\"n\":1.50}").status()).isEqualTo(201);
    Answer content = client.get(path, "Accept", "application/json");
    assertThat(content.text()).isEqualTo("{\"n\":1.50}");
    assertThat(content.header("Content-Type")).contains("application/json");
  }

  @Test
  void keepsTheSecurityContext() {
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Context"));
    String context = "Patient/" + id;
    assertThat(put("text/plain", "x", "X-Security-Context", context).status()).isEqualTo(201);
    assertThat(client.get(path).header("X-Security-Context")).contains(context);
    assertThat(client.get(path + "?_format=json").json().at("/securityContext/reference").asText())
        .isEqualTo(context);
    assertThat(put("text/plain", "x", "X-Security-Context", "Patient/nobody-" + id).status())
        .isEqualTo(422);
  }

  @Test
  void isCreatedByPost() {
    Answer created =
        client.send(
            "POST", "/Binary", Optional.of("<p/>"), "Content-Type", "text/html", "Accept", "*/*");
    assertThat(created.status()).describedAs(created.text()).isEqualTo(201);
    Answer content = client.get("/Binary/" + created.id(), "Accept", "text/html");
    assertThat(content.text()).isEqualTo("<p/>");
    assertThat(content.header("Content-Security-Policy").orElseThrow()).contains("sandbox");
  }
}
