package org.rodnan.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** {@code ViewDefinition/$run} over what is stored; the server holds the seed trials. */
class ViewRunTest {
  private static final String[] JSON = {"Content-Type", "application/fhir+json"};
  private static final String SUBJECTS =
      """
      {"resourceType":"ViewDefinition","name":"s","resource":"ResearchSubject","status":"active",
       "select":[{"column":[{"name":"id","path":"getResourceKey()"},
                            {"name":"patient","path":"individual.getReferenceKey(Patient)"}]}]}
      """;

  private static TestServer server;
  private static FhirClient client;

  @BeforeAll
  static void start() {
    server = TestServer.start("rodnan.trials.load=true");
    client = server.client();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static long stored(String search) {
    return client
        .get(search + (search.contains("?") ? "&" : "?") + "_summary=count")
        .json()
        .path("total")
        .asLong();
  }

  private static List<String> lines(String text) {
    return text.lines().toList();
  }

  @Test
  void takesADefinitionAsTheBody() {
    Answer answer = client.post("/ViewDefinition/$run", SUBJECTS, JSON);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).contains("application/json");
    assertThat(answer.json()).hasSize((int) stored("/ResearchSubject"));
    assertThat(answer.json().get(0).path("patient").asText()).startsWith("spiera-2011-");
  }

  @Test
  void writesEachFormat() {
    Answer csv = client.post("/ViewDefinition/$run?_format=csv&_limit=2", SUBJECTS, JSON);
    assertThat(csv.header("Content-Type").orElseThrow()).startsWith("text/csv");
    assertThat(lines(csv.text())).hasSize(3).first().isEqualTo("id,patient");
    Answer bare =
        client.post("/ViewDefinition/$run?_format=csv&_limit=2&header=false", SUBJECTS, JSON);
    assertThat(lines(bare.text())).isEqualTo(lines(csv.text()).subList(1, 3));
    Answer ndjson =
        client.post(
            "/ViewDefinition/$run?_limit=2",
            SUBJECTS,
            "Content-Type",
            "application/fhir+json",
            "Accept",
            "application/x-ndjson");
    assertThat(ndjson.header("Content-Type")).contains("application/x-ndjson");
    assertThat(lines(ndjson.text())).hasSize(2).allMatch(line -> line.startsWith("{\"id\":"));
  }

  /** Read by another implementation than the one that writes. */
  @Test
  void writesParquet() throws IOException {
    String view =
        """
        {"resource":"Patient","select":[{"column":[
          {"name":"id","path":"getResourceKey()"},
          {"name":"named","path":"name.exists()"},
          {"name":"names","path":"name.count()","type":"integer"},
          {"name":"half","path":"name.count() / 2","type":"decimal"},
          {"name":"born","path":"birthDate"},
          {"name":"texts","path":"name.text | gender","collection":true},
          {"name":"first","path":"name.first()","type":"HumanName"},
          {"name":"given","path":"name.given","collection":true}]}]}
        """;
    Answer parquet = client.post("/ViewDefinition/$run?_format=parquet", view, JSON);
    assertThat(parquet.status()).describedAs(parquet.text()).isEqualTo(200);
    assertThat(parquet.header("Content-Type")).contains("application/vnd.apache.parquet");
    JsonNode rows = client.post("/ViewDefinition/$run", view, JSON).json();
    InputFile file = InputFile.of(ByteBuffer.wrap(parquet.response().body()));
    int count = 0;
    try (ParquetFileReader reader = ParquetFileReader.open(file);
        RowReader row = reader.rowReader()) {
      while (row.hasNext()) {
        row.next();
        JsonNode same = rows.get(count++);
        assertThat(row.getString("id")).isEqualTo(same.path("id").asText());
        assertThat(row.getBoolean("named")).isEqualTo(same.path("named").asBoolean());
        assertThat(row.getLong("names")).isEqualTo(same.path("names").asLong());
        assertThat(row.getDouble("half")).isEqualTo(same.path("half").asDouble());
        assertThat(row.isNull("born")).isEqualTo(same.path("born").isNull());
        List<String> texts = new ArrayList<>();
        same.path("texts").forEach(text -> texts.add(text.asText()));
        assertThat(row.getList("texts").strings()).isEqualTo(texts);
        assertThat(row.getList("given").isEmpty()).isEqualTo(same.path("given").isEmpty());
        assertThat(row.getString("first")).isEqualTo(same.path("first").toString());
      }
    }
    assertThat(count).isEqualTo(rows.size()).isPositive();
    for (JsonNode entry : client.get("/ViewDefinition").json().path("entry")) {
      String id = entry.at("/resource/id").asText();
      Answer answer = client.get("/ViewDefinition/" + id + "/$run?_format=parquet");
      assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    }
  }

  @Test
  void runsTheViewsThatComeWithIt() {
    JsonNode all = client.get("/ViewDefinition").json();
    assertThat(all.path("entry")).hasSize(6);
    for (JsonNode entry : all.path("entry")) {
      String id = entry.at("/resource/id").asText();
      assertThat(client.get("/ViewDefinition/" + id).json()).isEqualTo(entry.path("resource"));
      Answer answer = client.get("/ViewDefinition/" + id + "/$run?_format=csv");
      assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    }
    assertThat(client.get("/ViewDefinition/subjects/$run").json())
        .hasSize((int) stored("/ResearchSubject"));
    assertThat(client.get("/ViewDefinition/adverse-events/$run").json())
        .hasSize((int) stored("/AdverseEvent"));
    String profile = "https://w3id.org/rodnan/StructureDefinition/ssc-study-treatment-statement";
    assertThat(client.get("/ViewDefinition/exposure/$run").json())
        .hasSize((int) stored("/MedicationStatement?_profile=" + profile));
  }

  private static String score(JsonNode row, String column) {
    return String.join(
        " ",
        row.path("patient_id").asText(),
        row.path("visit").asText(),
        row.path(column).asText());
  }

  @Test
  void endsAfterATime() {
    try (TestServer other = TestServer.start("rodnan.export.view-time-max=0s")) {
      assertThat(
              other
                  .client()
                  .put("/Patient/p", "{\"resourceType\":\"Patient\",\"id\":\"p\"}")
                  .status())
          .isEqualTo(201);
      Answer answer =
          other
              .client()
              .post(
                  "/ViewDefinition/$run",
                  "{\"resource\":\"Patient\",\"select\":[{\"column\":[{\"name\":\"id\",\"path\":"
                      + "\"id\"}]}]}",
                  JSON);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isPresent();
      assertThat(answer.text()).contains("rodnan.export.view-time-max");
    }
  }

  /** The same numbers in both shapes, and those that the search knows. */
  @Test
  void showsMeasuresLongAndWide() {
    long scores = stored("/Observation?code=mrss-total&subject:Patient._id:missing=false");
    List<String> wide = new ArrayList<>();
    Set<String> places = new TreeSet<>();
    int full = 0;
    JsonNode rows = client.get("/ViewDefinition/visits-wide/$run").json();
    for (JsonNode row : rows) {
      places.add(row.path("patient_id").asText() + " " + row.path("visit").asText());
      if (!row.path("mrss").isNull()) {
        wide.add(score(row, "mrss"));
        full += row.path("fvc_percent").isNull() ? 0 : 1;
      }
    }
    assertThat(places).as("a row for each subject and visit").hasSameSizeAs(rows);
    assertThat(full).as("rows with several measures").isPositive();
    List<String> narrow = new ArrayList<>();
    for (JsonNode row : client.get("/ViewDefinition/visits-long/$run").json()) {
      if (row.path("measure").asText().equals("mrss-total") && row.path("component").isNull()) {
        narrow.add(score(row, "value"));
      }
    }
    Collections.sort(wide);
    Collections.sort(narrow);
    assertThat(wide).isEqualTo(narrow).hasSize((int) scores).isNotEmpty();
  }

  @Test
  void findsStoredDefinitions() {
    String data = Base64.getEncoder().encodeToString(SUBJECTS.getBytes(UTF_8));
    String id = server.newId();
    client.put(
        "/Binary/" + id,
        "{\"resourceType\":\"Binary\",\"id\":\""
            + id
            + "\",\"contentType\":\"application/json\",\"data\":\""
            + data
            + "\"}");
    JsonNode rows = client.get("/ViewDefinition/$run?viewReference=Binary/" + id).json();
    assertThat(rows).isEqualTo(client.post("/ViewDefinition/$run", SUBJECTS, JSON).json());
    assertThat(client.get("/ViewDefinition/$viewdefinition-run?viewReference=Binary/" + id).json())
        .isEqualTo(rows);
    String canonical = "https://w3id.org/rodnan/ViewDefinition/subjects|0.1.0";
    assertThat(client.get("/ViewDefinition/$run?viewReference=" + canonical.replace("|", "%7C")))
        .extracting(Answer::status)
        .isEqualTo(200);
    assertThat(client.get("/ViewDefinition/$run?viewReference=Binary/nobody").status())
        .isEqualTo(404);
    assertThat(client.get("/ViewDefinition/nothing/$run").status()).isEqualTo(404);
    assertThat(client.get("/ViewDefinition/$run").status()).isEqualTo(400);
  }

  @Test
  void keepsToPatientsGroupsAndTime() {
    JsonNode of = client.get("/ViewDefinition/adverse-events/$run?patient=spiera-2011-003").json();
    assertThat(of)
        .hasSize((int) stored("/AdverseEvent?subject=Patient/spiera-2011-003"))
        .allMatch(row -> row.path("patient_id").asText().equals("spiera-2011-003"));
    String group =
        client
            .post(
                "/Group",
                """
                {"resourceType":"Group","type":"person","actual":true,"member":[
                 {"entity":{"reference":"Patient/spiera-2011-003"}},
                 {"entity":{"reference":"Patient/spiera-2011-004"},"inactive":true}]}
                """,
                JSON)
            .id();
    assertThat(client.get("/ViewDefinition/adverse-events/$run?group=Group/" + group).json())
        .isEqualTo(of);
    assertThat(client.get("/ViewDefinition/adverse-events/$run?patient=nobody").status())
        .isEqualTo(400);
    assertThat(client.get("/ViewDefinition/adverse-events/$run?_since=2999-01-01T00:00:00Z").json())
        .isEmpty();
    assertThat(client.get("/ViewDefinition/adverse-events/$run?_since=yesterday").status())
        .isEqualTo(400);
  }

  /** More than is kept in memory goes by a file, and what fails late is still a failure. */
  @Test
  void sendsLongTablesWholeOrNotAtAll() {
    String wide =
        """
        {"resource":"AdverseEvent","select":[
          {"forEach":"extension","column":[{"name":"e","path":"url"}]},
          {"forEach":"extension","column":[{"name":"f","path":"url"}]},
          {"forEach":"extension","column":[{"name":"g","path":"url"}]},
          {"column":[{"name":"term","path":"%s"}]}]}
        """;
    Answer all = client.post("/ViewDefinition/$run", wide.formatted("event.text"), JSON);
    assertThat(all.response().body().length).isGreaterThan(2 * 1024 * 1024);
    assertThat(all.json().size()).isGreaterThan(10_000);
    Answer failing =
        client.post(
            "/ViewDefinition/$run",
            wide.formatted("iif(id = 'spiera-2011-030-ae-01', extension.url, event.text)"),
            JSON);
    assertThat(failing.status()).isEqualTo(422);
    assertThat(failing.text()).contains("spiera-2011-030-ae-01", "'term'");
  }

  @Test
  void refusesWhatItCantRun() {
    assertThat(client.post("/ViewDefinition/$run?_format=xml", SUBJECTS, JSON).status())
        .isEqualTo(400);
    assertThat(client.post("/ViewDefinition/$run?limit=1", SUBJECTS, JSON).status()).isEqualTo(400);
    assertThat(client.post("/ViewDefinition/$run", "<ViewDefinition/>").status()).isEqualTo(400);
    assertThat(client.post("/ViewDefinition/$run", "[1]", JSON).status()).isEqualTo(400);
    assertThat(client.post("/ViewDefinition/$run", "{\"resourceType\":\"Patient\"}", JSON).status())
        .isEqualTo(422);
    Answer bundle =
        client.post(
            "/ViewDefinition/$run",
            """
            {"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":%s},
             {"name":"resource","resource":{"resourceType":"Bundle","type":"collection"}}]}
            """
                .formatted(SUBJECTS),
            JSON);
    assertThat(bundle.status()).isEqualTo(400);
    assertThat(bundle.text()).contains("resource[0] is a Bundle", "a parameter of its own");
    Answer costly =
        client.post(
            "/ViewDefinition/$run",
            """
            {"resource":"AdverseEvent","select":[%s{"column":[{"name":"t","path":"id"}]}]}
            """
                .formatted(
                    "{\"forEach\":\"extension\",\"select\":[{\"forEach\":\"%resource.extension\","
                            .repeat(9)
                        + "\"column\":[{\"name\":\"a\",\"path\":\"url\"}]"
                        + "}]}".repeat(9)
                        + ","),
            JSON);
    assertThat(costly.status()).isBetween(400, 499);
  }
}
