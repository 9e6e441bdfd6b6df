package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class FormatTest {
  private final TestServer server;
  private final FhirClient client;
  private final String path;

  FormatTest(TestServer server) {
    this.server = server;
    this.client = server.client();
    this.path = "/Patient/" + server.newId();
  }

  @BeforeEach
  void write() {
    client.put(path, Resources.patient(path, "Größe"));
  }

  @Test
  void answersInXmlByHeaderAndByParameter() {
    for (Answer answer :
        new Answer[] {
          client.get(path, "Accept", "application/fhir+xml"), client.get(path + "?_format=xml")
        }) {
      assertThat(answer.header("Content-Type")).contains("application/fhir+xml;charset=utf-8");
      assertThat(answer.text())
          .startsWith("<Patient xmlns=\"http://hl7.org/fhir\">")
          .contains("<family value=\"Größe\"/>");
    }
  }

  @Test
  void answersUnderTheGenericTypeThatWasAsked() {
    assertThat(client.get(path, "Accept", "application/json").header("Content-Type"))
        .contains("application/json;charset=utf-8");
  }

  @Test
  void writesErrorsAndBundlesInXmlToo() {
    assertThat(client.get("/Patient/never?_format=xml").text()).startsWith("<OperationOutcome");
    assertThat(client.get(path + "/_history?_format=xml").text())
        .startsWith("<Bundle")
        .contains("_history?_format=xml");
  }

  @Test
  void printsPrettily() {
    assertThat(client.get(path + "?_pretty=true").text()).contains("\n  \"name\" : [");
    assertThat(client.get(path + "?_format=xml&_pretty=true").text()).contains("\n");
  }

  @Test
  void keepsToTheElementsAskedFor() {
    String part = client.get(path + "?_elements=birthDate").text();
    assertThat(part).contains("SUBSETTED").doesNotContain("Größe");
    assertThat(client.get(path + "/_history?_summary=true").text()).contains("SUBSETTED");
  }

  @Test
  void refusesOtherFormats() {
    assertThat(client.get(path, "Accept", "text/turtle").status()).isEqualTo(406);
    assertThat(client.get(path + "?_format=html").status()).isEqualTo(406);
    String body = Resources.patient(path, "No");
    for (String type :
        new String[] {
          "text/plain",
          "application/x-www-form-urlencoded",
          "application/fhir+json; charset=iso-8859-1",
          "application/fhir+json; fhirVersion=3.0"
        }) {
      Answer answer = client.put(path, body, "Content-Type", type);
      assertThat(answer.status()).describedAs(type).isEqualTo(415);
    }
  }

  @Test
  void takesJsonUnderEachOfItsNames() {
    for (String type :
        new String[] {
          "application/json", "text/json", "application/fhir+json; charset=UTF-8; fhirVersion=4.0"
        }) {
      assertThat(client.put(path, Resources.patient(path, "New"), "Content-Type", type).status())
          .describedAs(type)
          .isEqualTo(200);
    }
  }

  @Test
  void compressesWhatIsWorthIt() throws IOException, InterruptedException {
    HttpResponse<byte[]> large =
        send(request("/metadata").header("Accept-Encoding", "gzip").build());
    assertThat(large.headers().firstValue("Content-Encoding")).contains("gzip");
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(large.body()))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(client.get("/metadata").text());
    }
    HttpResponse<byte[]> small = send(request(path).header("Accept-Encoding", "gzip").build());
    assertThat(small.headers().firstValue("Content-Encoding")).isEmpty();
    HttpResponse<byte[]> unwanted =
        send(request("/metadata").header("Accept-Encoding", "gzip;q=0").build());
    assertThat(unwanted.headers().firstValue("Content-Encoding")).isEmpty();
  }

  @Test
  void inflatesBodies() throws IOException, InterruptedException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(Fixtures.bytes(Resources.patient(path, "Zipped")));
    }
    HttpResponse<byte[]> answer =
        send(
            request(path)
                .header("Content-Type", "application/fhir+json")
                .header("Content-Encoding", "gzip")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(zipped.toByteArray()))
                .build());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(client.get(path).text()).contains("Zipped");
  }

  private HttpRequest.Builder request(String below) {
    return HttpRequest.newBuilder(URI.create(server.base() + below));
  }

  private static HttpResponse<byte[]> send(HttpRequest request)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.ofByteArray());
    }
  }
}
