package org.rodnan.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Progress;
import org.rodnan.ingest.Ingest;
import org.rodnan.ingest.Piece;

/** Sends files to a server's {@code $ingest}, and waits for the report of all records. */
final class RemoteIngest implements AutoCloseable {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long POLL_MILLIS = 300;
  private static final Pattern PROGRESS =
      Pattern.compile("\\d+ % \\((.+), (\\d{1,18}) of (\\d{1,18})\\).*");

  private final String base;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

  RemoteIngest(URI base) {
    this.base = base.toString().replaceAll("/+$", "");
  }

  /** What the server said in the end. */
  private static final class Said {
    private String status = "";
    private String diagnostics = "";
  }

  /**
   * Writes the report into the file as CSV.
   *
   * @throws IOException with the reason, if the server can't be reached or didn't do it
   */
  void ingest(Ingest.Order order, Path report, Progress progress) throws IOException {
    String boundary = "rodnan-" + IdGenerator.timeOrdered().next();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    base
                        + "/$ingest?_format=csv&source="
                        + order.source().code()
                        + "&provenance="
                        + order.isTraced()))
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .header("Prefer", "respond-async")
            .POST(body(order.pieces(), boundary))
            .build();
    progress.at("sending", 0, 1);
    HttpResponse<InputStream> accepted = send(request);
    if (accepted.statusCode() != 202) {
      throw refused(accepted);
    }
    URI state =
        URI.create(
            accepted
                .headers()
                .firstValue("Content-Location")
                .orElseThrow(() -> new IOException("The server doesn't say where it answers")));
    HttpResponse<InputStream> answer = send(HttpRequest.newBuilder(state).GET().build());
    while (answer.statusCode() == 202) {
      Matcher said = PROGRESS.matcher(answer.headers().firstValue("X-Progress").orElse(""));
      if (said.matches()) {
        progress.at(
            said.group(1),
            Long.parseLong(said.group(2)),
            Math.max(1, Long.parseLong(said.group(3))));
      }
      pause();
      answer = send(HttpRequest.newBuilder(state).GET().build());
    }
    if (answer.statusCode() != 200) {
      throw refused(answer);
    }
    Said said = read(answer.body(), report);
    if (!said.status.startsWith("200")) {
      throw new IOException("The server answered " + said.status + ": " + said.diagnostics);
    }
  }

  private static BodyPublisher body(List<Piece> pieces, String boundary) throws IOException {
    List<BodyPublisher> parts = new ArrayList<>();
    for (Piece piece : pieces) {
      parts.add(
          BodyPublishers.ofString(
              "--"
                  + boundary
                  + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                  + piece.name().replace("\"", "%22")
                  + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"));
      parts.add(BodyPublishers.ofFile(piece.path()));
      parts.add(BodyPublishers.ofString("\r\n"));
    }
    parts.add(BodyPublishers.ofString("--" + boundary + "--\r\n"));
    return BodyPublishers.concat(parts.toArray(BodyPublisher[]::new));
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new IOException("The server " + base + " can't be reached: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted; what the server took, it goes on with", e);
    }
  }

  private static void pause() throws IOException {
    try {
      new CountDownLatch(1).await(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted; what the server took, it goes on with", e);
    }
  }

  private static IOException refused(HttpResponse<InputStream> answer) {
    String reason = "";
    try {
      reason = read(answer.body(), Path.of("")).diagnostics;
    } catch (IOException e) {
      // It is no JSON.
    }
    return new IOException("The server answered " + answer.statusCode() + ": " + reason);
  }

  /** The status and first reason; the content of a Binary goes into the file as it comes. */
  private static Said read(InputStream in, Path report) throws IOException {
    Said said = new Said();
    try (JsonParser tokens = JSON.createParser(in)) {
      for (JsonToken token = tokens.nextToken(); token != null; token = tokens.nextToken()) {
        if (token != JsonToken.VALUE_STRING) {
          continue;
        }
        switch (String.valueOf(tokens.currentName())) {
          case "data" -> {
            try (OutputStream out = Files.newOutputStream(report)) {
              tokens.readBinaryValue(out);
            }
          }
          case "status" -> said.status = tokens.getText();
          case "diagnostics" ->
              said.diagnostics = said.diagnostics.isEmpty() ? tokens.getText() : said.diagnostics;
          default -> {}
        }
      }
    }
    return said;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
