package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LATER = "respond-async";

  private final TestServer other;
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch endless = new CountDownLatch(3);
  private final CountDownLatch cut = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer files;
  private TestServer server;
  private FhirClient client;
  private String place;

  ImportTest(TestServer other) {
    this.other = other;
  }

  @BeforeAll
  void start() throws IOException {
    files = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    files.setExecutor(threads);
    files.createContext("/", this::answer);
    files.start();
    place = "http://127.0.0.1:" + files.getAddress().getPort();
    server =
        TestServer.start(
            "rodnan.import.prefixes="
                + Stream.of(place + "/open", named() + "/open", other.base())
                    .filter(each -> !each.startsWith("/"))
                    .collect(Collectors.joining(",")),
            "rodnan.import.bytes-max=200000",
            "rodnan.import.silence-max=2s");
    client = server.client();
  }

  @AfterAll
  void stop() {
    end.countDown();
    files.stop(0);
    threads.shutdownNow();
    server.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.incrementAndGet();
    byte[] body = lines("Patient", 3);
    switch (path) {
      case "/open/packed.ndjson.gz" -> body = packed(body);
      case "/open/mixed.ndjson" ->
          body = (text(body) + patient("Group", 9)).getBytes(StandardCharsets.UTF_8);
      case "/open/broken.ndjson" ->
          body = (text(body) + "{\"resourceType\":\n").getBytes(StandardCharsets.UTF_8);
      case "/open/moved.ndjson" -> {
        exchange.getResponseHeaders().add("Location", place + "/closed/Patient.ndjson");
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
        return;
      }
      case "/open/large.ndjson" -> body = new byte[300_000];
      case "/open/zip.ndjson" -> body = new byte[] {'P', 'K', 3, 4};
      case "/open/short.ndjson", "/open/silent.ndjson" -> {
        exchange.sendResponseHeaders(200, body.length + 100);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().flush();
        if (path.contains("silent")) {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
        exchange.close();
        return;
      }
      case "/open/endless.ndjson" -> {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
          for (int i = 0; !end.await(20, TimeUnit.MILLISECONDS); i++) {
            out.write(
                "{\"resourceType\":\"Patient\",\"id\":\"endless-%d\"}\n"
                    .formatted(i)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            endless.countDown();
          }
        } catch (IOException e) {
          cut.countDown();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return;
      }
      case "/open/none.ndjson" -> {
        exchange.sendResponseHeaders(404, -1);
        exchange.close();
        return;
      }
      default -> {}
    }
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost.localdomain";
    }
  }

  /** As {@link #place} by a name that stands for a private address; empty if there is none here. */
  private String named() {
    for (String name : List.of("ip6-localhost", "localhost.localdomain", hostName())) {
      try {
        if (InetAddress.getByName(name).isLoopbackAddress()
            || InetAddress.getByName(name).isSiteLocalAddress()) {
          return place.replace("127.0.0.1", name);
        }
      } catch (UnknownHostException e) {
        // The next one.
      }
    }
    return "";
  }

  @Test
  void fetchesNothingFromANameThatStandsForAPrivateAddress() {
    String named = named();
    assumeThat(named).as("a name of a private address").isNotEmpty();
    int before = asked.get();
    List<String> report =
        report(
            manifest("/open/Patient.ndjson").replace("\"url\":\"" + place, "\"url\":\"" + named));
    assertThat(report).hasSize(2);
    assertThat(report.getLast())
        .contains(",rejected,", "stands for an address of this machine or of a private network");
    assertThat(asked).as("requests that came").hasValue(before);
  }

  /** DELETE ends the fetching itself, and what was fetched until then isn't stored. */
  @Test
  void endsTheFetchingWhenItIsCancelled() throws InterruptedException {
    Answer accepted = post(client, manifest("/open/endless.ndjson"));
    assertThat(accepted.status()).describedAs(accepted.text()).isEqualTo(202);
    assertThat(endless.await(30, TimeUnit.SECONDS)).isTrue();
    String state = accepted.header("Content-Location").orElseThrow();
    assertThat(client.get(state).status()).isEqualTo(202);
    assertThat(client.delete(state).status()).isEqualTo(202);
    JsonNode entry = ended(client, accepted).json().at("/entry/0");
    String report = text(Base64.getDecoder().decode(entry.at("/resource/data").asText()));
    assertThat(report.lines()).hasSize(2);
    assertThat(report).contains("Cancelled while it was fetched");
    assertThat(cut.await(30, TimeUnit.SECONDS)).as("the connection is given up").isTrue();
    assertThat(client.get("/Patient/endless-0").status()).isEqualTo(404);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] packed(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }

  private static byte[] lines(String type, int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(patient(type, i));
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String patient(String type, int number) {
    String more = type.equals("Group") ? ",\"type\":\"person\",\"actual\":true" : "";
    return "{\"resourceType\":\"%s\",\"id\":\"import-%d\"%s}\n".formatted(type, number, more);
  }

  private String manifest(String... names) {
    ObjectNode manifest = JSON.createObjectNode().put("inputFormat", "application/fhir+ndjson");
    manifest.put("inputSource", place).putObject("storageDetail").put("type", "https");
    ArrayNode input = manifest.putArray("input");
    for (String name : names) {
      input.addObject().put("type", "Patient").put("url", place + name);
    }
    return manifest.toString();
  }

  private Answer post(FhirClient to, String manifest) {
    return to.post(
        "/$import?_format=csv", manifest, "Content-Type", "application/json", "Prefer", LATER);
  }

  private static Answer ended(FhirClient at, Answer accepted) {
    assertThat(accepted.status()).describedAs(accepted.text()).isEqualTo(202);
    String state = accepted.header("Content-Location").orElseThrow();
    Answer answer = at.get(state);
    while (answer.status() == 202) {
      assertThat(answer.header("X-Progress")).isPresent();
      Thread.onSpinWait();
      answer = at.get(state);
    }
    return answer;
  }

  private List<String> report(String manifest) {
    JsonNode entry = ended(client, post(client, manifest)).json().at("/entry/0");
    assertThat(entry.at("/response/status").asText())
        .describedAs(entry.toString())
        .startsWith("200");
    return text(Base64.getDecoder().decode(entry.at("/resource/data").asText())).lines().toList();
  }

  @Test
  void takesTheFilesOfAManifestAndTheSameAgain() {
    List<String> first = report(manifest("/open/Patient.ndjson?signature=secret"));
    assertThat(first).hasSize(4);
    assertThat(first.get(1)).contains("/open/Patient.ndjson,1,").contains("Patient,import-0,");
    assertThat(String.join("", first)).doesNotContain("secret");
    assertThat(report(manifest("/open/packed.ndjson.gz", "/open/Patient.ndjson")))
        .hasSize(7)
        .noneMatch(line -> line.contains("created") || line.contains("rejected"));
    assertThat(client.get("/Patient/import-2/_history").json().path("total").asInt()).isEqualTo(1);
    JsonNode traces = client.get("/Provenance?target=Patient/import-1").json();
    assertThat(traces.at("/entry/0/resource/entity/0/what/identifier/value").asText())
        .matches("[0-9a-f]{64}");
  }

  @Test
  void takesAManifestAsParameters() {
    ObjectNode parameters = JSON.createObjectNode().put("resourceType", "Parameters");
    ArrayNode all = parameters.putArray("parameter");
    all.addObject().put("name", "inputFormat").put("valueCode", "application/fhir+ndjson");
    all.addObject()
        .put("name", "storageDetail")
        .putArray("part")
        .addObject()
        .put("name", "type")
        .put("valueCode", "https");
    ArrayNode parts = all.addObject().put("name", "input").putArray("part");
    parts.addObject().put("name", "type").put("valueCode", "Patient");
    parts.addObject().put("name", "url").put("valueUrl", place + "/open/Patient.ndjson");
    assertThat(report(parameters.toString())).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/open/moved.ndjson|302",
        "/open/none.ndjson|404",
        "/open/large.ndjson|rodnan.import.bytes-max",
        "/open/zip.ndjson|zip file",
        "/open/short.ndjson|can't be fetched to its end",
        "/open/silent.ndjson|rodnan.import.silence-max"
      })
  void tellsOfAFileThatCannotBeHadAndTakesTheOthers(String path, String reason) {
    List<String> lines = report(manifest(path, "/open/Patient.ndjson"));
    assertThat(lines).hasSize(5);
    assertThat(lines.get(1)).contains(path + ",0,rejected").contains(reason);
    assertThat(lines.subList(2, 5)).noneMatch(line -> line.contains("rejected"));
  }

  @Test
  void rejectsLinesThatAreBrokenOrOfAnotherTypeThanDeclared() {
    List<String> mixed = report(manifest("/open/mixed.ndjson"));
    assertThat(mixed.getLast())
        .contains("/open/mixed.ndjson,4,rejected")
        .contains("is a Group; expected a Patient");
    assertThat(client.get("/Group/import-9").status()).isEqualTo(404);
    assertThat(report(manifest("/open/broken.ndjson")).getLast()).contains(",4,rejected");
  }

  @Test
  void fetchesOnlyFromAllowedPlaces() {
    Answer nowhere = post(other.client(), manifest("/open/Patient.ndjson"));
    assertThat(nowhere.status()).isEqualTo(403);
    assertThat(nowhere.text()).contains("rodnan.import.prefixes");
    for (String path :
        List.of(
            "/closed/a",
            "/opened/a",
            "/open/../closed/a",
            "/open/%2e%2e/closed/a",
            "/open/..%2fclosed/a")) {
      Answer refused = post(client, manifest(path));
      assertThat(refused.status()).describedAs(path).isEqualTo(403);
      assertThat(refused.text()).contains("rodnan.import.prefixes");
    }
    for (String url :
        List.of(
            "file:///etc/passwd",
            place.replace("http://", "http://user@") + "/open/a",
            "http://169.254.169.254/open/a",
            place.replace("127.0.0.1", "localhost") + "/open/a")) {
      Answer refused = post(client, manifest("").replace("\"url\":\"" + place, "\"url\":\"" + url));
      assertThat(refused.status()).describedAs(url).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|no input",
        "[]|no JSON object",
        "{\"input\":[{\"type\":\"Patients\",\"url\":\"http://a/\"}]}|input[0].type",
        "{\"input\":[{\"type\":\"Patient\",\"url\":\"http://a b\"}]}|input[0].url",
        "{\"inputFormat\":\"text/csv\",\"input\":[]}|inputFormat",
        "{\"storageDetail\":{\"type\":\"aws-s3\"},\"input\":[]}|storageDetail.type",
        "{\"requiresAccessToken\":true,\"output\":[]}|requiresAccessToken",
        "{\"inputs\":[]}|inputs is not known"
      })
  void refusesWhatIsNoManifest(String body, String reason) {
    Answer refused = post(client, body);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text()).contains(reason);
    assertThat(
            client.post("/$import", manifest("/open/a"), "Content-Type", "application/json").text())
        .contains("Prefer: respond-async");
  }

  @Test
  void loadsFromAnotherServerWhatItExports() {
    FhirClient from = other.client();
    String id = other.newId();
    from.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Far"));
    from.put(
        "/List/" + id,
        "{\"resourceType\":\"List\",\"id\":\"%s\",\"status\":\"current\",\"mode\":\"working\",\"subject\":{\"reference\":\"Patient/%s\"}}"
            .formatted(id, id));
    Answer exported =
        ended(
            from,
            from.get(
                "/$export?_type=List,Patient&_typeFilter=Patient?_id=" + id + ",List?_id=" + id,
                "Prefer",
                LATER));
    List<String> lines = report(exported.text());
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).contains("/Patient.").contains("created,Patient," + id);
    assertThat(lines.get(2)).contains("/List.").contains("created,List," + id);
    assertThat(content(client, "/List/" + id)).isEqualTo(content(from, "/List/" + id));
    assertThat(content(client, "/Patient/" + id)).isEqualTo(content(from, "/Patient/" + id));
  }

  private static ObjectNode content(FhirClient at, String path) {
    ObjectNode resource = (ObjectNode) at.get(path).json();
    resource.remove("meta");
    return resource;
  }
}
