package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.fhir.Limits;

/** Whatever is sent: 4xx with an OperationOutcome, and the server serves on. */
@ExtendWith(TestServer.Shared.class)
class HostileRequestTest {
  private static final String HOST = "Host: localhost\r\nConnection: close\r\n";
  private static final long SEED = 20111;

  private final TestServer server;
  private final FhirClient client;

  HostileRequestTest(TestServer server) {
    this.server = server;
    this.client = server.client();
  }

  @AfterEach
  void servesOn() {
    String path = "/Patient/" + server.newId();
    assertThat(client.put(path, Resources.patient(path, "After")).status()).isEqualTo(201);
    assertThat(client.get(path).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}",
        "[]",
        "null",
        "17",
        "\"Patient\"",
        "{\"resourceType\":\"Patient\"",
        "{\"resourceType\":\"Patient\"}}",
        "{\"resourceType\":\"Patient\"}{\"resourceType\":\"Patient\"}",
        "{\"resourceType\":\"Patiens\"}",
        "{\"resourceType\":null}",
        "{\"resourceType\":[\"Patient\"]}",
        "{\"resourceType\":\"Patient\",\"active\":true,\"active\":true}",
        "{\"resourceType\":\"Patient\",\"unknown\":1}",
        "{\"resourceType\":\"Patient\",\"active\":\"yes\"}",
        "{\"resourceType\":\"Patient\",\"active\":{}}",
        "{\"resourceType\":\"Patient\",\"name\":\"x\"}",
        "{\"resourceType\":\"Patient\",\"name\":{\"family\":\"x\"}}",
        "{\"resourceType\":\"Patient\",\"birthDate\":\"1970-13-45\"}",
        "{\"resourceType\":\"Patient\",\"gender\":\"x\"}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":99999999999}",
        "{\"resourceType\":\"Patient\",\"contained\":[17]}",
        "{\"resourceType\":\"Patient\",\"contained\":[{}]}",
        "{\"resourceType\":\"Patient\",\"extension\":[{\"valueDecimal\":1e}]}",
        "{'resourceType':'Patient'}",
        "\uFEFF{",
        "<Patient",
        "<Patient xmlns=\"http://hl7.org/fhir\">",
      })
  void refusesBodiesThatAreNoPatient(String body) {
    Answer answer = client.post("/Patient", body);
    assertThat(answer.status()).isBetween(400, 422);
    assertThat(answer.json().path("resourceType").asText()).isEqualTo("OperationOutcome");
    assertThat(answer.json().at("/issue/0/diagnostics").asText()).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"resourceType\":\"Patient\"}",
        "<Patient xmlns=\"http://hl7.org/fhir\"",
        "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"x\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><nothing value=\"x\"/></Patient>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
            + "<Patient xmlns=\"http://hl7.org/fhir\"><language value=\"&x;\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><language value=\"&lol;\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><implicitRules value=\"&#0;\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><implicitRules value=\"\uffff\"/></Patient>",
      })
  void refusesXmlThatIsNoPatient(String body) {
    Answer answer = client.post("/Patient", body, "Content-Type", "application/fhir+xml");
    assertThat(answer.status()).isBetween(400, 422);
    assertThat(answer.json().path("resourceType").asText()).isEqualTo("OperationOutcome");
    assertThat(answer.text()).doesNotContain("root:");
  }

  @ParameterizedTest
  @ValueSource(ints = {65, 1_000, 100_000})
  void refusesDeepNesting(int depth) {
    String arrays =
        "{\"resourceType\":\"Patient\",\"name\":" + "[".repeat(depth) + "]".repeat(depth);
    assertThat(client.post("/Patient", arrays + "}").status()).isEqualTo(400);
    String extensions =
        "{\"resourceType\":\"Patient\",\"extension\":"
            + "[{\"url\":\"u\",\"extension\":".repeat(depth)
            + "[]"
            + "}]".repeat(depth)
            + "}";
    assertThat(client.post("/Patient", extensions).status()).isEqualTo(400);
    String xml =
        "<Patient xmlns=\"http://hl7.org/fhir\">"
            + "<extension url=\"u\">".repeat(3 * depth)
            + "</extension>".repeat(3 * depth)
            + "</Patient>";
    assertThat(client.post("/Patient", xml, "Content-Type", "application/xml").status())
        .isEqualTo(400);
  }

  @Test
  void refusesCharactersThatNoTextHolds() {
    for (String text :
        new String[] {"\\u0000", "\\u001f", "\\ud800", "\\udc00\\ud800", "\\ufffe", "\uffff"}) {
      String body =
          "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"http://example.org/x\","
              + "\"value\":\"a"
              + text
              + "\"}]}";
      Answer answer = client.post("/Patient", body);
      assertThat(answer.status()).describedAs(text).isEqualTo(400);
      assertThat(answer.json().at("/issue/0/diagnostics").asText()).isNotBlank();
    }
    String allowed =
        "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\ud83d\\ude00\\t\\u00e4\"}]}";
    Answer answer = client.post("/Patient", allowed);
    assertThat(answer.status()).isEqualTo(201);
    assertThat(client.get("/Patient/" + answer.id() + "?_format=xml").text())
        .contains("\ud83d\ude00")
        .contains("\u00e4");
    assertThat(
            client
                .post("/Patient", "{\"resourceType\":\"Patient\"}", "If-None-Exist", "name=%00")
                .status())
        .isEqualTo(400);
    byte[] latin =
        "{\"resourceType\":\"Patient\",\"language\":\"gr\u00fc\u00df\"}"
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(post(BodyPublishers.ofByteArray(latin)).statusCode()).isEqualTo(400);
  }

  @Test
  void refusesABodyOverTheLimitByItsLengthAndWhileItComes() {
    byte[] large = new byte[Limits.DEFAULTS.bodyBytesMax() + 1];
    for (BodyPublisher body :
        new BodyPublisher[] {
          BodyPublishers.ofByteArray(large),
          BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))
        }) {
      HttpResponse<String> answer = post(body);
      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(answer.body())
          .contains("OperationOutcome")
          .contains("rodnan.limits.body-bytes-max");
    }
  }

  @Test
  void refusesABodyThatInflatesOverTheLimit() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
      byte[] zeros = new byte[1024 * 1024];
      for (int i = 0; i < 20; i++) {
        out.write(zeros);
      }
    }
    HttpResponse<String> answer =
        post(BodyPublishers.ofByteArray(bomb.toByteArray()), "Content-Encoding", "gzip");
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(post(BodyPublishers.ofString("no gzip"), "Content-Encoding", "gzip").statusCode())
        .isEqualTo(400);
    assertThat(post(BodyPublishers.ofString("x"), "Content-Encoding", "br").statusCode())
        .isEqualTo(415);
  }

  @Test
  void answersBeforeABodyThatIsOnlyAnnounced() {
    String answer =
        server.raw(
            bytes(
                "POST /fhir/Patient HTTP/1.1\r\n"
                    + HOST
                    + "Content-Type: application/fhir+json\r\nContent-Length: 99999999999\r\n\r\n{"));
    assertThat(answer).startsWith("HTTP/1.1 413").contains("OperationOutcome");
  }

  @Test
  void refusesAFormOverTheLimit() {
    Answer answer =
        client.post(
            "/Patient/_search",
            "name=" + "x".repeat(Limits.DEFAULTS.formBytesMax()),
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text()).contains("rodnan.limits.form-bytes-max");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /fhir/Patient/1                              | 400",
        "GET /fhir/Patient/1 HTTP/3.7                     | 400",
        "nonsense                                         | 400",
        "PRI * HTTP/2.0                                   | 426",
        "BREW /fhir/Patient HTTP/1.1                      | 405",
        "TRACE /fhir/Patient/1 HTTP/1.1                   | 405",
        "TRACE / HTTP/1.1                                 | 405",
        "BREW /elsewhere HTTP/1.1                         | 404",
        "GET /fhir/Patient/%zz HTTP/1.1                   | 400",
        "GET /fhir/Patient/%00 HTTP/1.1                   | 400",
        "GET /fhir/Patient/%ff%fe HTTP/1.1                | 400",
        "GET /fhir/Patient/a%2Fb HTTP/1.1                 | 400",
        "GET /fhir/Patient/<> HTTP/1.1                    | 400",
        "GET /fhir//Patient HTTP/1.1                      | 400",
        "GET /fhir/%2e%2e/etc/passwd HTTP/1.1             | 400",
        "GET /fhir/../etc/passwd HTTP/1.1                 | 404",
        "GET /fhir/Patient?name=%zz HTTP/1.1              | 400",
        "GET /fhir/Patient?name=%00 HTTP/1.1              | 400",
        "GET /fhir/Patient?name=%ff HTTP/1.1              | 400",
        "GET /fhir/Patient/1/2/3/4/5 HTTP/1.1             | 404",
      })
  void refusesBrokenRequestLines(String line, int status) {
    String answer = server.raw(bytes(line + "\r\n" + HOST + "\r\n"));
    assertThat(answer).startsWith("HTTP/1.1 " + status).contains("OperationOutcome");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Host: a b:xx                                 | 400",
        "Host: b                                      | 400",
        "X-Reason: a\u0001b                           | 400",
        "no colon                                     | 400",
        "Content-Length: -1                           | 400",
        "Content-Length: abc                          | 400",
        "Content-Length: 99999999999999999999         | 400",
        "Transfer-Encoding: nonsense                  | 400",
        "If-None-Match: ,,                            | 400",
        "Accept: image/png                            | 406",
        "Expect: miracles                             | 417",
      })
  void refusesOddHeaders(String header, int status) {
    String answer =
        server.raw(bytes("GET /fhir/metadata HTTP/1.1\r\n" + HOST + header + "\r\n\r\n"));
    if (status == 400 && header.startsWith("If-None-Match")) {
      // The CapabilityStatement has no version, so that nothing is compared.
      assertThat(answer).startsWith("HTTP/1.1 200");
    } else {
      assertThat(answer).startsWith("HTTP/1.1 " + status).contains("OperationOutcome");
    }
  }

  @Test
  void refusesEndlessUrisAndHeadersByName() {
    String uri = server.raw(bytes("GET /fhir/" + "a".repeat(70_000) + " HTTP/1.1\r\n" + HOST));
    assertThat(uri).startsWith("HTTP/1.1 414").contains("rodnan.limits.uri-bytes-max");
    String header =
        server.raw(
            bytes(
                "GET /fhir/metadata HTTP/1.1\r\n"
                    + HOST
                    + "X: "
                    + "a".repeat(70_000)
                    + "\r\n\r\n"));
    assertThat(header).startsWith("HTTP/1.1 431").contains("rodnan.limits.uri-bytes-max");
  }

  @Test
  void answersGarbageOfAnyKindWithoutFailing() {
    Random random = new Random(SEED);
    for (int i = 0; i < 100; i++) {
      byte[] garbage = new byte[1 + random.nextInt(300)];
      random.nextBytes(garbage);
      garbage[garbage.length - 1] = '\n';
      assertNoFailure(server.raw(garbage), "garbage " + i);
    }
  }

  @Test
  void answersDamagedRequestsWithoutFailing() {
    Random random = new Random(SEED);
    String path = "/Patient/" + server.newId();
    String body =
        Resources.identified(path, "Größe", "x")
            .replaceFirst("\"name\"", "\"birthDate\":\"1970-01-02\",\"active\":true,\"name\"");
    String request =
        "PUT /fhir"
            + path
            + "?_format=json HTTP/1.1\r\n"
            + HOST
            + "Content-Type: application/fhir+json\r\nPrefer: return=minimal\r\n"
            + "If-Match: W/\"1\"\r\nContent-Length: "
            + body.getBytes(StandardCharsets.UTF_8).length
            + "\r\n\r\n"
            + body;
    for (int i = 0; i < 400; i++) {
      byte[] damaged = request.getBytes(StandardCharsets.UTF_8);
      for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      assertNoFailure(server.raw(damaged), "seed " + SEED + ", request " + i);
    }
  }

  /** An answer of less than 500, or none where there was no whole request. */
  private static void assertNoFailure(String answer, String which) {
    if (!answer.isEmpty()) {
      assertThat(answer).describedAs(which).matches("(?s)HTTP/1.1 [234].*");
    }
  }

  private HttpResponse<String> post(BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.base() + "/Patient"))
            .header("Content-Type", "application/fhir+json")
            .POST(body);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("The client saw no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
