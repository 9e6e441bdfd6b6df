package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** {@code $export} with {@code _deidentify}. */
class DeidentifiedExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MARKER = "Zebrafinch";
  private static final int PATIENTS = 12;
  private static final long SEED = ThreadLocalRandom.current().nextLong();

  @TempDir private static Path folder;
  private static TestServer server;
  private static FhirClient client;

  /** The dates of each patient, in the order of its Observations' values. */
  private static final Map<Integer, List<LocalDate>> DATES = new HashMap<>();

  @BeforeAll
  static void load() throws IOException {
    Path key = folder.resolve("key");
    Files.writeString(key, "the key of the first server, long enough");
    server = TestServer.start("rodnan.export.pseudonym-key-file=" + key);
    client = server.client();
    put(
        client,
        "ResearchStudy/" + MARKER + "-study",
        "{\"resourceType\":\"ResearchStudy\",\"id\":\"%s-study\",\"status\":\"active\","
            + "\"title\":\"%s\",\"arm\":[{\"name\":\"A\"},{\"name\":\"B\"}]}",
        MARKER,
        MARKER);
    Random random = new Random(SEED);
    for (int i = 0; i < PATIENTS; i++) {
      patient(random, i);
    }
  }

  private static void patient(Random random, int number) {
    String id = MARKER + "-" + number;
    put(
        client,
        "Patient/" + id,
        "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"text\":{\"status\":\"generated\",\"div\":\"<div"
            + " xmlns=\\\"http://www.w3.org/1999/xhtml\\\">%s</div>\"},"
            + "\"extension\":[{\"url\":\"https://example.org/x\",\"valueString\":\"%s\"}],"
            + "\"identifier\":[{\"system\":\"https://example.org/mrn\",\"value\":\"%s\"}],"
            + "\"name\":[{\"family\":\"%s\"}],\"telecom\":[{\"system\":\"phone\",\"value\":\"%s\"}],"
            + "\"address\":[{\"city\":\"%s\"}],\"gender\":\"%s\",\"birthDate\":\"%d-05-17\"}",
        id,
        MARKER,
        MARKER,
        MARKER,
        MARKER,
        MARKER,
        MARKER,
        number % 4 == 0 ? "male" : "female",
        number == 0 ? 1930 : 1960 + random.nextInt(30));
    put(
        client,
        "ResearchSubject/" + id,
        "{\"resourceType\":\"ResearchSubject\",\"id\":\"%s\",\"status\":\"on-study\",\"study\":"
            + "{\"reference\":\"ResearchStudy/%s-study\"},\"individual\":{\"reference\":"
            + "\"Patient/%s\",\"display\":\"%s\"},\"assignedArm\":\"%s\"}",
        id,
        MARKER,
        id,
        MARKER,
        number % 2 == 0 ? "A" : "B");
    List<LocalDate> dates = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      LocalDate date = LocalDate.of(2010 + 3 * i, 1, 1).plusDays(random.nextInt(28));
      dates.add(date);
      put(
          client,
          "Observation/" + id + "-" + i,
          "{\"resourceType\":\"Observation\",\"id\":\"%s-%d\",\"status\":\"final\",\"code\":"
              + "{\"coding\":[{\"system\":\"https://example.org/codes\",\"code\":\"x\",\"display\":"
              + "\"%s\"}],\"text\":\"%s\"},\"subject\":{\"reference\":\"Patient/%s\"},"
              + "\"effectiveDateTime\":\"%s\",\"note\":[{\"text\":\"%s\"}],\"valueInteger\":%d}",
          id,
          i,
          MARKER,
          MARKER,
          id,
          date,
          MARKER,
          i);
    }
    DATES.put(number, dates);
  }

  private static void put(FhirClient to, String path, String json, Object... values) {
    Answer answer = to.put("/" + path, json.formatted(values));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(201);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode manifest(FhirClient client, String path) {
    Answer begun = client.get(path, "Prefer", "respond-async");
    assertThat(begun.status()).describedAs(begun.text()).isEqualTo(202);
    String place = begun.header("Content-Location").orElseThrow().substring(client.base().length());
    long deadline = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (true) {
      Answer state = client.get(place);
      if (state.status() != 202) {
        assertThat(state.status()).describedAs(state.text()).isEqualTo(200);
        return state.json();
      }
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static List<JsonNode> resources(FhirClient client, String path) throws IOException {
    List<JsonNode> resources = new ArrayList<>();
    for (JsonNode file : manifest(client, path).path("output")) {
      String text = client.get(file.path("url").asText().substring(client.base().length())).text();
      assertThat(text).doesNotContain(MARKER).doesNotContain("the key of");
      for (String line : text.lines().toList()) {
        resources.add(JSON.readTree(line));
      }
    }
    return resources;
  }

  private static Set<String> ids(List<JsonNode> resources) {
    Set<String> ids = new TreeSet<>();
    resources.forEach(
        each -> ids.add(each.path("resourceType").asText() + "/" + each.path("id").asText()));
    return ids;
  }

  @Test
  void tellsNobodysNameAndKeepsReferencesAndIntervals() throws IOException {
    List<JsonNode> resources = resources(client, "/$export?_deidentify=true");
    Set<String> ids = ids(resources);
    assertThat(resources)
        .filteredOn(each -> each.path("resourceType").asText().equals("Observation"))
        .hasSize(4 * PATIENTS);
    for (JsonNode each : resources) {
      for (JsonNode reference : each.findValues("reference")) {
        assertThat(ids).describedAs("seed %d", SEED).contains(reference.asText());
      }
    }
    Map<String, LocalDate[]> found = new HashMap<>();
    for (JsonNode each : resources) {
      if (each.path("resourceType").asText().equals("Observation")) {
        found
                .computeIfAbsent(
                    each.at("/subject/reference").asText(), absent -> new LocalDate[4])[
                each.path("valueInteger").asInt()] =
            LocalDate.parse(each.path("effectiveDateTime").asText());
      }
    }
    Set<String> original = new TreeSet<>();
    DATES.values().forEach(dates -> original.add(intervals(dates)));
    Set<String> exported = new TreeSet<>();
    found.values().forEach(dates -> exported.add(intervals(List.of(dates))));
    assertThat(exported).describedAs("seed %d", SEED).isEqualTo(original);
    Set<LocalDate> before = new TreeSet<>();
    DATES.values().forEach(before::addAll);
    found
        .values()
        .forEach(dates -> assertThat(before).describedAs("seed %d", SEED).doesNotContain(dates));
  }

  private static String intervals(List<LocalDate> dates) {
    List<Long> days = new ArrayList<>();
    for (int i = 1; i < dates.size(); i++) {
      days.add(ChronoUnit.DAYS.between(dates.get(0), dates.get(i)));
    }
    return days.toString();
  }

  @Test
  void reportsHowManyAreAlike() throws IOException {
    JsonNode report =
        resources(client, "/$export?_deidentify=true").stream()
            .filter(each -> each.path("resourceType").asText().equals("Parameters"))
            .findFirst()
            .orElseThrow();
    Map<String, Integer> numbers = new HashMap<>();
    report
        .path("parameter")
        .forEach(
            each -> numbers.put(each.path("name").asText(), each.path("valueInteger").asInt()));
    assertThat(numbers).containsEntry("k", 5).containsEntry("subjects", PATIENTS);
    assertThat(numbers.get("smallest")).isEqualTo(1);
    assertThat(report.toString()).contains("90 or more");
  }

  @Test
  void givesTheSamePseudonymsAgainAndOthersWithAnotherKey() throws IOException {
    Set<String> first = ids(resources(client, "/$export?_deidentify=true&_type=Patient"));
    Set<String> second = ids(resources(client, "/Patient/$export?_deidentify=true&_type=Patient"));
    first.remove("Parameters/");
    second.remove("Parameters/");
    assertThat(first).hasSize(PATIENTS).isEqualTo(second);
    Path key = folder.resolve("other");
    Files.writeString(key, "the key of the second server, also long enough");
    try (TestServer other = TestServer.start("rodnan.export.pseudonym-key-file=" + key)) {
      for (int i = 0; i < PATIENTS; i++) {
        put(
            other.client(),
            "Patient/" + MARKER + "-" + i,
            "{\"resourceType\":\"Patient\",\"id\":\"%s-%d\"}",
            MARKER,
            i);
      }
      assertThat(ids(resources(other.client(), "/$export?_deidentify=true&_type=Patient")))
          .doesNotContainAnyElementsOf(first);
    }
  }

  @Test
  void masksTheRowsOfViewsToo() throws IOException {
    JsonNode rows =
        manifest(client, "/ViewDefinition/subjects/$export?_deidentify=true&_format=csv");
    String place =
        rows.findValues("valueUri").stream()
            .map(JsonNode::asText)
            .filter(each -> each.endsWith(".csv"))
            .findFirst()
            .orElseThrow();
    String csv = client.get(place.substring(client.base().length())).text();
    assertThat(csv.lines().count()).isEqualTo(PATIENTS + 1L);
    assertThat(csv).doesNotContain(MARKER);
  }

  @Test
  void refusesWithoutAKey() {
    try (TestServer other = TestServer.start()) {
      Answer answer = other.client().get("/$export?_deidentify=true", "Prefer", "respond-async");
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.text()).contains("rodnan.export.pseudonym-key-file");
    }
  }
}
