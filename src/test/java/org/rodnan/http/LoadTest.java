package org.rodnan.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** What clients see of a server that is full, and of one that stops. */
@Timeout(120)
class LoadTest {
  private static final int CLIENTS = 16;
  private static final int WRITES = 200;

  @Test
  void answersBusyWhenTheQueueOfWritesIsFull() throws Exception {
    try (TestServer server =
            TestServer.start("rodnan.limits.write-queue-max=1", "rodnan.limits.group-size-max=1");
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      FhirClient client = server.client();
      AtomicBoolean isRefused = new AtomicBoolean();
      Map<String, Answer> answers = new ConcurrentHashMap<>();
      List<CompletableFuture<Void>> done = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String name = "/Patient/busy-" + i + "-";
        done.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int n = 0; n < WRITES && !isRefused.get(); n++) {
                    Answer answer = client.put(name + n, Resources.patient(name + n, "New"));
                    answers.put(name + n, answer);
                    if (answer.status() == 503) {
                      isRefused.set(true);
                    }
                  }
                },
                clients));
      }
      done.forEach(CompletableFuture::join);
      assertThat(isRefused).isTrue();
      answers.forEach((path, answer) -> {
        if (answer.status() == 503) {
          assertThat(answer.header("Retry-After")).hasValueSatisfying(LoadTest::requireSeconds);
          assertThat(answer.text())
              .contains("OperationOutcome")
              .contains("rodnan.limits.write-queue-max");
          assertThat(client.get(path).status()).isEqualTo(404);
          assertThat(client.put(path, Resources.patient(path, "New")).status()).isEqualTo(201);
        } else {
          assertThat(answer.status()).isEqualTo(201);
          assertThat(client.get(path).status()).isEqualTo(200);
        }
      });
    }
  }

  private static void requireSeconds(String header) {
    assertThat(Integer.parseInt(header)).isBetween(1, 60);
  }

  @Test
  void finishesTheRequestsInFlightWhenItStops() throws Exception {
    TestServer server = TestServer.start();
    CompletableFuture<Void> stopped;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(30_000);
      byte[] body = Resources.patient("/Patient", "Last").getBytes(ISO_8859_1);
      String head =
          "POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              + "Content-Type: application/fhir+json\r\nExpect: 100-continue\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(ISO_8859_1));
      // The server asks for the body: so the request is in its hands.
      byte[] proceed = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
      assertThat(new String(proceed, ISO_8859_1)).startsWith("HTTP/1.1 100");
      stopped = CompletableFuture.runAsync(server::close);
      awaitRefusal(server);
      assertThat(stopped).isNotDone();
      socket.getOutputStream().write(body);
      String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 201").contains("\"Last\"");
    }
    stopped.join();
  }

  /** Until the server takes no new connections. */
  private static void awaitRefusal(TestServer server) {
    while (true) {
      try (Socket late = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        // One that nobody accepts any longer isn't answered, and a connection that is idle for a
        // second is closed by a server that stops.
        late.setSoTimeout(500);
        late.getOutputStream()
            .write(
                "GET /fhir/metadata?mode=full HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(ISO_8859_1));
        String answer = new String(late.getInputStream().readAllBytes(), ISO_8859_1);
        if (!answer.startsWith("HTTP/1.1 200")) {
          return;
        }
      } catch (IOException e) {
        // Refused, or accepted by nobody.
        return;
      }
    }
  }
}
