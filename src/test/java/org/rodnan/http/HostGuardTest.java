package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestServer.Shared.class)
class HostGuardTest {
  private final TestServer server;

  HostGuardTest(TestServer server) {
    this.server = server;
  }

  private static String send(TestServer to, String method, String... headers) {
    String body = method.equals("GET") ? "" : Resources.patient("/Patient", "New");
    String request =
        method
            + (method.equals("GET") ? " /fhir/metadata" : " /fhir/Patient")
            + " HTTP/1.1\r\n"
            + String.join("\r\n", headers)
            + "\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    return to.raw(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LOCALHOST:8080", "localhost.", "127.0.0.1:1", "[::1]", "[::1]:8080"})
  void answersToTheNamesOfItsOwnMachine(String host) {
    assertThat(send(server, "GET", "Host: " + host)).startsWith("HTTP/1.1 200");
    assertThat(send(server, "POST", "Host: " + host)).startsWith("HTTP/1.1 201");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example.org",
        "evil.example.org:8080",
        "localhost.evil.org",
        "10.0.0.1",
        "b"
      })
  void refusesANameThatWasMadeToPointHere(String host) {
    for (String method : new String[] {"GET", "POST"}) {
      assertThat(send(server, method, "Host: " + host))
          .startsWith("HTTP/1.1 421")
          .contains("\"resourceType\":\"OperationOutcome\"")
          .contains("rodnan.http.allowed-hosts");
    }
    assertThat(
            server.raw(
                ("GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1)))
        .startsWith("HTTP/1.1 421");
  }

  @Test
  void answersWithoutAHostAsOldClientsAsk() {
    assertThat(
            server.raw("GET /fhir/metadata HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1)))
        .startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://evil.example.org", "null", "http://localhost:3000", "http://localhost"})
  void refusesWritesOfPagesFromElsewhere(String origin) {
    assertThat(send(server, "POST", "Host: localhost:8080", "Origin: " + origin))
        .startsWith("HTTP/1.1 403")
        .contains("\"resourceType\":\"OperationOutcome\"")
        .contains("rodnan.http.cors-origins");
    assertThat(send(server, "GET", "Host: localhost:8080", "Origin: " + origin))
        .startsWith("HTTP/1.1 200")
        .doesNotContain("Access-Control-Allow-Origin");
  }

  @Test
  void takesWritesOfItsOwnPages() {
    assertThat(send(server, "POST", "Host: localhost:8080", "Origin: http://localhost:8080"))
        .startsWith("HTTP/1.1 201");
  }

  @Test
  void answersToTheNamesAndOriginsOfTheSettings() {
    try (TestServer own =
        TestServer.start(
            "rodnan.http.base-url=https://trials.example.org/fhir",
            "rodnan.http.allowed-hosts=rodnan.internal,other.internal",
            "rodnan.http.cors-origins=https://app\\.example\\.org")) {
      for (String host :
          new String[] {"trials.example.org", "rodnan.internal:8080", "other.internal"}) {
        assertThat(send(own, "POST", "Host: " + host)).startsWith("HTTP/1.1 201");
      }
      for (String origin : new String[] {"https://trials.example.org", "https://app.example.org"}) {
        assertThat(send(own, "POST", "Host: localhost", "Origin: " + origin))
            .startsWith("HTTP/1.1 201");
      }
      assertThat(send(own, "POST", "Host: evil.example.org")).startsWith("HTTP/1.1 421");
      assertThat(send(own, "POST", "Host: localhost", "Origin: https://evil.example.org"))
          .startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void leavesAServerAloneThatOthersMayReach() {
    try (TestServer open = TestServer.start("server.address=0.0.0.0")) {
      assertThat(send(open, "GET", "Host: rodnan.example.org")).startsWith("HTTP/1.1 200");
    }
  }
}
