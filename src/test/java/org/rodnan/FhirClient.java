package org.rodnan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/** A plain HTTP client of a FHIR server, for tests. Thread safe. */
public final class FhirClient {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  public FhirClient(URI base) {
    this.base = base;
  }

  /** The server's base URL, without a slash at its end. */
  public String base() {
    return base.toString();
  }

  /** An answer with its body read. */
  public record Answer(HttpResponse<byte[]> response) {
    public int status() {
      return response.statusCode();
    }

    public String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    public JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException("Not JSON: " + text(), e);
      }
    }

    /**
     * The rows of a table by the names of its columns.
     *
     * @throws AssertionError with the answer, if it is none in CSV
     */
    public List<CSVRecord> rows() {
      boolean isTable =
          header("Content-Type").filter(type -> type.startsWith("text/csv")).isPresent();
      if (status() != 200 || !isTable) {
        throw new AssertionError(status() + " " + text());
      }
      try {
        return CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .get()
            .parse(new StringReader(text()))
            .getRecords();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    public Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    /** The id in the Location header. */
    public String id() {
      String location = header("Location").orElseThrow();
      String path = location.replaceAll("/_history/.*", "");
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  public Answer get(String path, String... headers) {
    return send("GET", path, Optional.empty(), headers);
  }

  public Answer delete(String path, String... headers) {
    return send("DELETE", path, Optional.empty(), headers);
  }

  public Answer put(String path, String body, String... headers) {
    return send("PUT", path, Optional.of(body), headers);
  }

  public Answer post(String path, String body, String... headers) {
    return send("POST", path, Optional.of(body), headers);
  }

  /**
   * @param path below the base, or an absolute URL such as a next link
   * @param headers name, value, name, value
   * @throws UncheckedIOException if there is no answer
   */
  public Answer send(String method, String path, Optional<String> body, String... headers) {
    URI uri = path.startsWith("http") ? URI.create(path) : URI.create(base + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(60))
            .method(method, body.map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody));
    if (body.isPresent()) {
      request.header("Content-Type", "application/fhir+json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return answer(request.build());
  }

  /** POST of bytes that are no FHIR. */
  public Answer postBytes(String path, byte[] body, String contentType) {
    return answer(
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(body))
            .build());
  }

  private Answer answer(HttpRequest request) {
    try {
      return new Answer(http.send(request, BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }

  /** All matches of a search, page by page; fails if a page doesn't come. */
  public List<JsonNode> walk(String path) {
    List<JsonNode> resources = new ArrayList<>();
    Optional<String> next = Optional.of(path);
    while (next.isPresent()) {
      Answer answer = get(next.get());
      if (answer.status() != 200) {
        throw new IllegalStateException(answer.status() + ": " + answer.text());
      }
      JsonNode bundle = answer.json();
      bundle.path("entry").forEach(resources::add);
      next = link(bundle, "next");
    }
    return resources;
  }

  public static Optional<String> link(JsonNode bundle, String relation) {
    for (JsonNode link : bundle.path("link")) {
      if (link.path("relation").asText().equals(relation)) {
        return Optional.of(link.path("url").asText());
      }
    }
    return Optional.empty();
  }

  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
