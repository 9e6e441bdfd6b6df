package org.rodnan.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.RodnanApplication;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** {@code $export}: Bulk Data Access 2.0, and views; the server holds the seed trials. */
class ExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] ASYNC = {"Prefer", "respond-async"};
  private static final String[] POSTED = {
    "Content-Type", "application/fhir+json", "Prefer", "respond-async"
  };

  private static TestServer server;
  private static FhirClient client;

  @BeforeAll
  static void start() {
    server = TestServer.start("rodnan.trials.load=true", "rodnan.export.file-bytes-max=200000");
    client = server.client();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** The place of an export, below the base. */
  private static String place(FhirClient client, Answer begun) {
    assertThat(begun.status()).describedAs(begun.text()).isEqualTo(202);
    String location = begun.header("Content-Location").orElseThrow();
    assertThat(location).startsWith(client.base() + "/_export/");
    return location.substring(client.base().length());
  }

  private static Answer end(FhirClient client, String place) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      Answer state = client.get(place);
      if (state.status() != 202) {
        return state;
      }
      assertThat(state.header("X-Progress")).isPresent();
      assertThat(state.header("Retry-After")).isPresent();
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static JsonNode manifest(String export) {
    Answer end = end(client, place(client, client.get(export, ASYNC)));
    assertThat(end.status()).describedAs(end.text()).isEqualTo(200);
    assertThat(end.header("Content-Type").orElseThrow()).startsWith("application/json");
    assertThat(end.header("Expires")).isPresent();
    JsonNode manifest = end.json();
    assertThat(manifest.path("requiresAccessToken").asBoolean(true)).isFalse();
    assertThat(manifest.path("request").asText()).isEqualTo(client.base() + export);
    assertThat(manifest.path("transactionTime").asText()).matches("20.*Z");
    assertThat(manifest.path("error")).isEmpty();
    return manifest;
  }

  private static Answer file(JsonNode file, String... headers) {
    return client.get(file.path("url").asText().substring(client.base().length()), headers);
  }

  /** The resources of all files, by type. */
  private static Map<String, List<JsonNode>> resources(JsonNode manifest, String member) {
    Map<String, List<JsonNode>> resources = new TreeMap<>();
    for (JsonNode file : manifest.path(member)) {
      Answer answer = file(file);
      assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/fhir+ndjson");
      List<String> lines = answer.text().lines().toList();
      assertThat(lines).hasSize(file.path("count").asInt());
      for (String line : lines) {
        JsonNode resource = read(line);
        assertThat(resource.path("resourceType").asText()).isEqualTo(file.path("type").asText());
        resources
            .computeIfAbsent(file.path("type").asText(), type -> new ArrayList<>())
            .add(resource);
      }
    }
    return resources;
  }

  private static List<JsonNode> of(Map<String, List<JsonNode>> resources, String type) {
    return resources.getOrDefault(type, List.of());
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(json, e);
    }
  }

  private static int stored(String search) {
    return client
        .get(search + (search.contains("?") ? "&" : "?") + "_summary=count")
        .json()
        .path("total")
        .asInt();
  }

  @Test
  void writesAllThatIsStored() {
    JsonNode manifest = manifest("/$export");
    Map<String, List<JsonNode>> resources = resources(manifest, "output");
    assertThat(resources.keySet()).contains("Patient", "Observation", "ResearchStudy", "Group");
    resources.forEach((type, all) -> assertThat(all).hasSize(stored("/" + type)));
    assertThat(manifest.path("output").findValuesAsText("type"))
        .describedAs("files of a bounded length")
        .filteredOn("Observation"::equals)
        .hasSizeGreaterThan(2);
    JsonNode one = of(resources, "Patient").getFirst();
    assertThat(one).isEqualTo(client.get("/Patient/" + one.path("id").asText()).json());
  }

  @Test
  void keepsToTypesFiltersAndElements() {
    Map<String, List<JsonNode>> resources =
        resources(
            manifest(
                "/$export?_type=Patient,Observation&_typeFilter=Observation%3Fcode%3Dmrss-total"
                    + "%26visit%3Dbaseline,Observation%3Fcode%3Desr&_elements=Observation.code"),
            "output");
    assertThat(resources.keySet()).containsExactly("Observation", "Patient");
    assertThat(resources.get("Patient")).hasSize(stored("/Patient"));
    assertThat(resources.get("Observation"))
        .hasSize(
            stored("/Observation?code=mrss-total&visit=baseline") + stored("/Observation?code=esr"))
        .allMatch(each -> each.has("code") && each.has("status") && !each.has("valueQuantity"))
        .allMatch(each -> each.toString().contains("SUBSETTED"));
    assertThat(resources.get("Patient")).allMatch(each -> each.has("birthDate"));
  }

  @Test
  void writesResourcesAsParquet() throws IOException {
    JsonNode manifest =
        manifest(
            "/$export?_type=Patient,Observation&_outputFormat=parquet"
                + "&_typeFilter=Observation%3Fcode%3Desr");
    assertThat(manifest.path("output").findValuesAsText("type"))
        .containsExactly("Observation", "Patient");
    JsonNode file = manifest.path("output").get(0);
    Answer answer = file(file);
    assertThat(answer.header("Content-Type")).contains("application/vnd.apache.parquet");
    int count = 0;
    try (ParquetFileReader reader =
            ParquetFileReader.open(InputFile.of(ByteBuffer.wrap(answer.response().body())));
        RowReader row = reader.rowReader()) {
      while (row.hasNext()) {
        row.next();
        count++;
        assertThat(read(String.valueOf(row.getString("resource"))))
            .isEqualTo(client.get("/Observation/" + row.getString("id")).json());
      }
    }
    assertThat(count).isEqualTo(stored("/Observation?code=esr")).isPositive();
    assertThat(client.get("/$export?_outputFormat=parquet&_elements=id", ASYNC).status())
        .isEqualTo(400);
  }

  @Test
  void keepsToPatientsAndGroups() {
    Map<String, List<JsonNode>> all = resources(manifest("/Patient/$export"), "output");
    assertThat(all.keySet())
        .contains("Patient", "Observation", "ResearchSubject")
        .doesNotContain("ResearchStudy");
    assertThat(all.get("Patient")).hasSize(stored("/Patient"));
    String group =
        client
            .post(
                "/Group",
                """
                {"resourceType":"Group","type":"person","actual":true,"member":[
                 {"entity":{"reference":"Patient/spiera-2011-003"}},
                 {"entity":{"reference":"Patient/spiera-2011-005"}}]}
                """)
            .id();
    Map<String, List<JsonNode>> some =
        resources(manifest("/Group/" + group + "/$export?_type=Patient,Observation"), "output");
    Set<String> ids = new TreeSet<>();
    of(some, "Patient").forEach(each -> ids.add(each.path("id").asText()));
    assertThat(ids).containsExactly("spiera-2011-003", "spiera-2011-005");
    assertThat(some.get("Observation"))
        .hasSize(
            stored("/Patient/spiera-2011-003/Observation")
                + stored("/Patient/spiera-2011-005/Observation"));
    Answer posted =
        client.post(
            "/Patient/$export",
            """
            {"resourceType":"Parameters","parameter":[
             {"name":"patient","valueReference":{"reference":"Patient/spiera-2011-003"}},
             {"name":"_type","valueString":"Patient"}]}
            """,
            POSTED);
    JsonNode one = end(client, place(client, posted)).json();
    assertThat(resources(one, "output").get("Patient")).hasSize(1);
  }

  @Test
  void tellsWhatCameAndWentSince() {
    String gone = server.newId();
    String back = server.newId();
    String made = server.newId();
    for (String id : List.of(gone, back)) {
      client.put("/Basic/" + id, basic(id, "1"));
    }
    String time = manifest("/$export?_type=Basic").path("transactionTime").asText();
    client.delete("/Basic/" + gone);
    client.delete("/Basic/" + back);
    client.put("/Basic/" + back, basic(back, "2"));
    client.put("/Basic/" + made, basic(made, "1"));
    JsonNode manifest = manifest("/$export?_type=Basic&_since=" + time);
    assertThat(resources(manifest, "output").get("Basic"))
        .extracting(each -> each.path("id").asText())
        .containsExactlyInAnyOrder(back, made);
    JsonNode deleted = of(resources(manifest, "deleted"), "Bundle").getFirst();
    assertThat(deleted.path("type").asText()).isEqualTo("transaction");
    assertThat(deleted.path("entry")).hasSize(1);
    assertThat(deleted.at("/entry/0/request/method").asText()).isEqualTo("DELETE");
    assertThat(deleted.at("/entry/0/request/url").asText()).isEqualTo("Basic/" + gone);
  }

  private static String basic(String id, String text) {
    return "{\"resourceType\":\"Basic\",\n\"id\":\""
        + id
        + "\",\n\"code\":{\"text\":\"line \\n break "
        + text
        + "\"}}";
  }

  @Test
  void sendsTheRestOfAFile() {
    JsonNode file = manifest("/$export?_type=AdverseEvent").path("output").get(0);
    Answer whole = file(file);
    byte[] bytes = whole.response().body();
    assertThat(whole.header("Accept-Ranges")).contains("bytes");
    String tag = whole.header("ETag").orElseThrow();
    Answer rest = file(file, "Range", "bytes=1000-", "If-Range", tag);
    assertThat(rest.status()).isEqualTo(206);
    assertThat(rest.header("Content-Range"))
        .contains("bytes 1000-" + (bytes.length - 1) + "/" + bytes.length);
    assertThat(new String(bytes, 0, 1000, UTF_8) + rest.text()).isEqualTo(whole.text());
    assertThat(file(file, "Range", "bytes=0-9").text()).isEqualTo(whole.text().substring(0, 10));
    assertThat(file(file, "Range", "bytes=-5").text())
        .isEqualTo(whole.text().substring(whole.text().length() - 5));
    Answer behind = file(file, "Range", "bytes=" + bytes.length + "-");
    assertThat(behind.status()).isEqualTo(416);
    assertThat(behind.header("Content-Range")).contains("bytes */" + bytes.length);
    assertThat(file(file, "Range", "bytes=-0").status()).isEqualTo(416);
    assertThat(file(file, "Range", "bytes=5-", "If-Range", "\"other\"").status()).isEqualTo(200);
    for (String ignored : List.of("bytes=-", "bytes=x", "lines=1-2", "bytes=0-1,4-5")) {
      Answer all = file(file, "Range", ignored);
      assertThat(all.status()).describedAs(ignored).isEqualTo(200);
      assertThat(all.text()).isEqualTo(whole.text());
    }
    String path = file.path("url").asText().substring(client.base().length());
    Answer head = client.send("HEAD", path, Optional.empty(), "Range", "bytes=5-");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).contains("" + bytes.length);
    Answer known = file(file, "If-None-Match", "\"other\", W/" + tag);
    assertThat(known.status()).isEqualTo(304);
    assertThat(known.header("ETag")).contains(tag);
    assertThat(file(file, "If-None-Match", "\"other\"").status()).isEqualTo(200);
    assertThat(file(file, "If-Match", "\"other\"", "Range", "bytes=5-").status()).isEqualTo(412);
    assertThat(file(file, "If-Match", tag, "Range", "bytes=5-").status()).isEqualTo(206);
    Answer packed = file(file, "Accept-Encoding", "gzip");
    assertThat(packed.header("Content-Encoding")).contains("gzip");
    assertThat(packed.header("ETag")).isPresent().isNotEqualTo(whole.header("ETag"));
    assertThat(packed.response().body().length).isLessThan(bytes.length / 2);
    String packedTag = packed.header("ETag").orElseThrow();
    assertThat(file(file, "Accept-Encoding", "gzip", "If-None-Match", packedTag).status())
        .isEqualTo(304);
  }

  /** A client whose connection is cut while it reads gets the rest with a second request. */
  @Test
  void letsABrokenTransferGoOn() throws IOException {
    JsonNode file = manifest("/$export?_type=Observation").path("output").get(0);
    URI url = URI.create(file.path("url").asText());
    byte[] whole = file(file).response().body();
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    String tag;
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\n\r\n")
                  .getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.read());
      }
      assertThat(head.toString()).startsWith("HTTP/1.1 200").contains("Accept-Ranges: bytes");
      tag =
          head.toString()
              .lines()
              .filter(line -> line.startsWith("ETag: "))
              .findFirst()
              .orElseThrow();
      got.write(in.readNBytes(whole.length / 3));
    }
    Answer rest =
        file(
            file,
            "Range",
            "bytes=" + got.size() + "-",
            "If-Range",
            tag.substring("ETag: ".length()));
    assertThat(rest.status()).isEqualTo(206);
    got.write(rest.response().body());
    assertThat(got.toByteArray()).isEqualTo(whole);
  }

  @Test
  void writesViews() {
    Answer begun =
        client.post(
            "/ViewDefinition/$export?_format=csv",
            """
            {"resourceType":"Parameters","parameter":[
             {"name":"clientTrackingId","valueString":"mine"},
             {"name":"view","part":[{"name":"name","valueString":"people"},
               {"name":"viewReference","valueReference":{"reference":"ViewDefinition/subjects"}}]},
             {"name":"view","part":[{"name":"viewResource","resource":
               {"resourceType":"ViewDefinition","name":"patients","resource":"Patient","select":[
                {"column":[{"name":"id","path":"id"}]}]}}]}]}
            """,
            POSTED);
    assertThat(begun.text()).contains("accepted", "mine");
    JsonNode state = end(client, place(client, begun)).json();
    assertThat(state.toString()).contains("completed", "mine", "exportDuration");
    Map<String, String> files = new TreeMap<>();
    for (JsonNode parameter : state.path("parameter")) {
      if (parameter.path("name").asText().equals("output")) {
        String url = parameter.at("/part/1/valueUri").asText();
        files.put(
            parameter.at("/part/0/valueString").asText(),
            client.get(url.substring(client.base().length())).text());
      }
    }
    assertThat(files.keySet()).containsExactly("patients", "people");
    assertThat(files.get("people"))
        .isEqualTo(client.get("/ViewDefinition/subjects/$run?_format=csv").text());
    assertThat(files.getOrDefault("patients", "").lines()).hasSize(1 + stored("/Patient"));
    Answer one = client.get("/ViewDefinition/exposure/$export", ASYNC);
    assertThat(end(client, place(client, one)).text()).contains("exposure.ndjson");
  }

  @Test
  void tellsWhyAViewFailed() {
    Answer begun =
        client.post(
            "/ViewDefinition/$viewdefinition-export",
            """
            {"resource":"ResearchSubject","select":[
             {"column":[{"name":"a","path":"extension.url | id"}]}]}
            """,
            POSTED);
    Answer end = end(client, place(client, begun));
    assertThat(end.status()).isEqualTo(422);
    assertThat(end.text()).contains("ResearchSubject/spiera-2011-001");
  }

  @Test
  void isDeletedWhenNobodyWantsIt() {
    String place = place(client, client.get("/$export?_type=Patient", ASYNC));
    JsonNode manifest = end(client, place).json();
    String url = manifest.at("/output/0/url").asText().substring(client.base().length());
    assertThat(client.get(url).status()).isEqualTo(200);
    assertThat(client.delete(place).status()).isEqualTo(202);
    assertThat(client.get(place).status()).isEqualTo(404);
    assertThat(client.get(url).status()).isEqualTo(404);
    assertThat(client.delete(place).status()).isEqualTo(404);
  }

  @Test
  void refusesWhatItCantDo() {
    assertThat(client.get("/$export").status()).isEqualTo(400);
    for (String wrong :
        List.of(
            "_type=Patientt",
            "_outputFormat=csv",
            "_since=yesterday",
            "_typeFilter=Observation",
            "_typeFilter=Observation%3Fno-such%3D1",
            "_typeFilter=Observation%3F_count%3D1",
            "_type=Patient&_typeFilter=Observation%3Fcode%3Dx",
            "_elements=a%20b",
            "_elements=Patient.brithDate",
            "organizeOutputBy=Patient",
            "patient=Patient/1")) {
      Answer answer = client.get("/$export?" + wrong, ASYNC);
      assertThat(answer.status()).describedAs(wrong).isEqualTo(400);
      assertThat(answer.json().at("/issue/0/diagnostics").asText()).isNotBlank();
    }
    Answer other = client.post("/$export", "{\"resourceType\":\"Patient\"}", ASYNC);
    assertThat(other.status()).describedAs(other.text()).isEqualTo(400);
    assertThat(other.text()).contains("The body is a Patient; expected a Parameters");
    assertThat(client.get("/Group/nobody/$export", ASYNC).status()).isBetween(400, 404);
    assertThat(client.get("/Patient/1/$export", ASYNC).status()).isEqualTo(404);
    assertThat(client.get("/ViewDefinition/nothing/$export", ASYNC).status()).isEqualTo(404);
    assertThat(client.get("/_export/nothing").status()).isEqualTo(404);
    String place = place(client, client.get("/$export?_type=Patient", ASYNC));
    end(client, place);
    assertThat(client.get(place + "/request.json").status()).isEqualTo(404);
    assertThat(client.get(place + "/..%2Fmanifest.json").status()).isBetween(400, 404);
  }

  /** What was done is there after a restart; what was not is done then. */
  @Test
  void outlivesAServer(@TempDir Path data) throws IOException {
    String done;
    String file;
    try (ConfigurableApplicationContext first = run(data)) {
      FhirClient one = client(first);
      one.put("/Basic/b", basic("b", "1"));
      done = place(one, one.get("/$export?_type=Basic", ASYNC));
      JsonNode manifest = end(one, done).json();
      file = manifest.at("/output/0/url").asText().substring(one.base().length());
    }
    Path exports = data.resolve("exports");
    Path unfinished = exports.resolve("unfinished");
    Files.createDirectories(unfinished);
    Files.copy(
        exports.resolve(done.substring("/_export/".length())).resolve("request.json"),
        unfinished.resolve("request.json"));
    Files.writeString(unfinished.resolve("Basic.1.ndjson"), "{\"resourceTy");
    try (ConfigurableApplicationContext second = run(data)) {
      FhirClient two = client(second);
      assertThat(end(two, done).json().at("/output/0/count").asInt()).isEqualTo(1);
      assertThat(two.get(file).text().lines()).hasSize(1);
      Answer again = end(two, "/_export/unfinished");
      assertThat(again.json().at("/output/0/count").asInt()).isEqualTo(1);
      assertThat(two.get("/_export/unfinished/Basic.1.ndjson").text())
          .isEqualTo(two.get(file).text());
    }
  }

  private static ConfigurableApplicationContext run(Path data) {
    return SpringApplication.run(
        RodnanApplication.class,
        "--server.port=0",
        "--rodnan.data-dir=" + data,
        "--rodnan.trials.load=false");
  }

  private static FhirClient client(ConfigurableApplicationContext context) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return new FhirClient(URI.create("http://127.0.0.1:" + port + "/fhir"));
  }
}
