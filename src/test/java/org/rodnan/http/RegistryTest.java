package org.rodnan.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.Fixtures.example;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.registry.GeneratedRegistry;

/** What registries send, through the door to what is stored. */
@ExtendWith(TestServer.Shared.class)
class RegistryTest {
  private static final String CSV = "/$ingest?source=csv&_format=csv";

  private final FhirClient client;

  RegistryTest(TestServer server) {
    this.client = server.client();
    client.put(
        "/ResearchStudy/registry-1",
        example("ssc-research-study-valid-two-arms").put("id", "registry-1").toString());
  }

  private static byte[] zip(Map<String, byte[]> files) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private static byte[] form(Map<String, byte[]> files) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    files.forEach((name, content) -> {
      out.writeBytes(
          ("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                  + name
                  + "\"\r\n\r\n")
              .getBytes(UTF_8));
      out.writeBytes(content);
      out.writeBytes("\r\n".getBytes(UTF_8));
    });
    out.writeBytes("--cut--\r\n".getBytes(UTF_8));
    return out.toByteArray();
  }

  private List<String> send(String path, Map<String, byte[]> files) {
    Answer answer = client.postBytes(path, zip(files), "application/zip");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer.text().lines().skip(1).toList();
  }

  private static Map<String, byte[]> files(String mapping, String... namesAndTexts) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("mapping.yaml", mapping.getBytes(UTF_8));
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(UTF_8));
    }
    return files;
  }

  @Test
  void keepsHowPartsEndedIfTheMappingHasNothingOfIt() {
    String people =
        """
        study: registry-1
        tables:
          - table: people
            subject: ID
            demographics: {sex: Sex, birth-date: Born%s}
        """;
    String flow =
        people.formatted("")
            + "  - {table: flow, subject: ID, dispositions: {event: Step, date: On, arm: Arm}}\n";
    String table = "ID,Sex,Born\nK-1,F,1961\nK-2,M,1970\n";
    assertThat(
            send(
                CSV,
                files(
                    flow,
                    "people.csv",
                    table,
                    "flow.csv",
                    "ID,Step,On,Arm\nK-1,randomised,2015-01-12,Active\nK-1,death,2015-07-01,\n"
                        + "K-2,randomised,2015-02-12,Placebo\n")))
        .allMatch(line -> line.contains(",created,"));

    assertThat(send(CSV, files(people.formatted(""), "people.csv", table.replace("1961", "1962"))))
        .filteredOn(line -> !line.contains("unchanged"))
        .hasSize(2)
        .anyMatch(line -> line.contains("1 subjects keep their status, disposition and end"))
        .anyMatch(line -> line.contains("updated,Patient,registry-1-K-1"));
    JsonNode kept = client.get("/ResearchSubject/registry-1-K-1").json();
    assertThat(kept.path("status").asText()).isEqualTo("off-study");
    assertThat(kept.at("/period/start").asText()).isEqualTo("2015-01-12");
    assertThat(kept.path("assignedArm").asText()).isEqualTo("Active");
    assertThat(kept.path("extension").toString()).contains("death", "2015-07-01");

    assertThat(
            send(
                CSV,
                files(
                    people.formatted(", start: Start, disposition: Why"),
                    "people.csv",
                    "ID,Sex,Born,Start,Why\nK-1,F,1962,2015-01-13,\n")))
        .anyMatch(line -> line.contains("updated,ResearchSubject,registry-1-K-1"));
    JsonNode told = client.get("/ResearchSubject/registry-1-K-1").json();
    assertThat(told.path("status").asText()).isEqualTo("on-study");
    assertThat(told.path("extension").toString()).doesNotContain("death");
  }

  @Test
  void takesARegistryAsCsvAndItsTwinAsAWorkbookChangesNothing() {
    long seed = ThreadLocalRandom.current().nextLong();
    GeneratedRegistry registry = GeneratedRegistry.byVisit(seed, 25);
    Map<String, byte[]> files = new LinkedHashMap<>(registry.csv(UTF_8, ';', false));
    files.put("mapping.yaml", registry.mapping().getBytes(UTF_8));
    List<String> first = send(CSV, files);
    assertThat(first)
        .describedAs("seed %d", seed)
        .filteredOn(line -> !line.contains("left-out"))
        .hasSizeGreaterThan(300)
        .allMatch(line -> line.matches("[a-z]+\\.csv,\\d+,(created|updated|unchanged),.*"));
    assertThat(send(CSV, files))
        .hasSameSizeAs(first)
        .allMatch(line -> line.contains(",unchanged,") || line.contains("left-out"));

    Map<String, byte[]> twin = new LinkedHashMap<>();
    twin.put("registry.xlsx", registry.workbook());
    twin.put("mapping.yaml", registry.mapping().getBytes(UTF_8));
    Answer answer = client.postBytes(CSV, form(twin), "multipart/form-data; boundary=cut");
    assertThat(answer.text().lines().skip(1).toList())
        .describedAs("seed %d", seed)
        .hasSameSizeAs(first)
        .allMatch(
            line -> line.matches("registry.xlsx,\\d+,unchanged,.*") || line.contains("left-out"));

    JsonNode found =
        client
            .get(
                "/Observation?study=ResearchStudy/registry-1&code=mrss-total&visit=baseline"
                    + "&_count=1")
            .json();
    assertThat(found.path("total").asInt()).isPositive();
    String of = found.at("/entry/0/resource/id").asText();
    assertThat(client.get("/Provenance?target=Observation/" + of).json().toString())
        .contains("visits.csv", "registry.xlsx", "https://w3id.org/rodnan/sha-256");
  }

  @Test
  void rejectsWhatIsOutOfRangeByLineAndColumn() {
    List<String> lines =
        send(
            CSV,
            files(
                """
                study: registry-1
                tables:
                  - table: people
                    subject: ID
                    demographics: {sex: Sex, arm: Arm}
                  - table: visits
                    subject: ID
                    visit: Visit
                    date: Date
                    measures:
                      - {column: MRSS, measure: mrss-total}
                      - {column: FVC, measure: 19870-5, unit: L}
                """,
                "people.csv",
                "ID,Sex,Arm\nr1,F,Active\nr2,M,Nonsense\n",
                "visits.csv",
                "ID,Visit,Date,MRSS,FVC\n"
                    + "r1,baseline,2015-01-01,60,3.1\n"
                    + "r1,month 6,2015-07-01,12,31\n"));
    assertThat(lines)
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).startsWith("people.csv,2,created,Patient"),
            line -> assertThat(line).startsWith("people.csv,2,created,ResearchSubject"),
            line -> assertThat(line).startsWith("people.csv,3,created,Patient"),
            line ->
                assertThat(line)
                    .startsWith("people.csv,3,rejected,ResearchSubject")
                    .contains("Nonsense"),
            line ->
                assertThat(line)
                    .startsWith("visits.csv,2,rejected,Observation")
                    .contains("column MRSS: ", "mRSS total must be 0 to 51 {score}; found 60"),
            line -> assertThat(line).startsWith("visits.csv,2,created,Observation"),
            line -> assertThat(line).startsWith("visits.csv,3,created,Observation"),
            line ->
                assertThat(line)
                    .startsWith("visits.csv,3,rejected,Observation")
                    .contains("column FVC: ", "FVC must be 0.1 to 12 L"));
  }

  /** 01-001 of one study and 001 of another whose id goes on with -01 have one id. */
  @Test
  void neverTakesSomebodyOfAnotherStudyForTheOneWithTheSameId() {
    String study = "ssc" + System.nanoTime();
    for (String id : List.of(study, study + "-01")) {
      client.put(
          "/ResearchStudy/" + id,
          "{\"resourceType\":\"ResearchStudy\",\"id\":\"" + id + "\",\"status\":\"active\"}");
    }
    String mapping =
        """
        study: %s
        tables:
          - {table: people, subject: ID, demographics: {sex: Sex}}
          - table: labs
            subject: ID
            visit: Visit
            date: Date
            measures: [{column: MRSS, measure: mrss-total}]
        """;
    List<String> first =
        send(
            CSV,
            files(
                mapping.formatted(study),
                "people.csv",
                "ID,Sex\n01-001,F\n",
                "labs.csv",
                "ID,Visit,Date,MRSS\n01-001,baseline,2015-01-01,20\n"));
    assertThat(first).hasSize(3).allMatch(line -> line.contains(",created,"));
    List<String> second =
        send(
            CSV,
            files(
                mapping.formatted(study + "-01"),
                "people.csv",
                "ID,Sex\n001,M\n002,M\n",
                "labs.csv",
                "ID,Visit,Date,MRSS\n001,baseline,2015-01-02,10\n002,baseline,2015-01-02,11\n"));
    String person = "Patient/" + study + "-01-001";
    assertThat(second)
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("labs.csv,2,rejected")
                    .contains(person + ", which was refused"),
            line -> assertThat(line).startsWith("labs.csv,3,created"),
            line ->
                assertThat(line)
                    .startsWith("people.csv,2,rejected")
                    .contains(person + " is stored with the number 01-001, found 001"),
            line -> assertThat(line).startsWith("people.csv,2,rejected"),
            line -> assertThat(line).startsWith("people.csv,3,created"),
            line -> assertThat(line).startsWith("people.csv,3,created"));
    assertThat(client.get("/" + person).json().path("gender").asText()).isEqualTo("female");
    assertThat(
            client
                .get("/Observation?patient=" + person + "&_format=json")
                .json()
                .at("/entry/0/resource/valueQuantity/value")
                .asInt())
        .isEqualTo(20);
  }

  /** What the documentation shows is what comes of it. */
  @Test
  void theExampleOfTheDocumentationIsTrue() throws IOException {
    List<String> blocks =
        Pattern.compile("```(?:csv|yaml)\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("src/docs/mapping-files.md")))
            .results()
            .map(match -> match.group(1))
            .toList();
    List<String> lines =
        send(CSV, files(blocks.get(2), "people.csv", blocks.get(0), "visits.csv", blocks.get(1)));
    assertThat(lines).containsExactlyElementsOf(blocks.get(3).lines().skip(1).toList());

    Map<String, byte[]> beside =
        files(
            blocks.get(7),
            "people.csv",
            blocks.get(0),
            "treatment.csv",
            blocks.get(4),
            "drugs.csv",
            blocks.get(5),
            "history.csv",
            blocks.get(6));
    lines = send(CSV, beside);
    assertThat(lines).containsExactlyElementsOf(blocks.get(8).lines().skip(1).toList());
    assertThat(send(CSV, beside)).hasSameSizeAs(lines).noneMatch(line -> line.contains("created"));

    Map<String, byte[]> flow =
        files(blocks.get(11), "people.csv", blocks.get(9), "flow.csv", blocks.get(10));
    lines = send(CSV, flow);
    assertThat(lines).containsExactlyElementsOf(blocks.get(12).lines().skip(1).toList());
    JsonNode left = client.get("/ResearchSubject/registry-1-S-012").json();
    assertThat(left.path("status").asText()).isEqualTo("withdrawn");
    assertThat(left.path("assignedArm").asText()).isEqualTo("Placebo");
    assertThat(left.at("/period/start").asText()).isEqualTo("2015-03-11");
    assertThat(left.path("extension").toString())
        .contains("adverse-event", "Pneumonia", "2015-10-01", "month-6");
    assertThat(send(CSV, flow)).hasSameSizeAs(lines).noneMatch(line -> line.contains("created"));
  }

  @Test
  void wantsAMapping() {
    Answer answer = client.postBytes(CSV, "ID\n1\n".getBytes(UTF_8), "text/csv");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("There is no mapping");
    answer =
        client.postBytes(
            CSV, zip(files("study: s\ntable: x\n", "a.csv", "ID\n1\n")), "application/zip");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("unknown key 'table' in line 2");
  }

  @Test
  void takesNobodyOfAStudyThatIsNotThere() {
    String mapping =
        """
        study: nope
        tables:
          - {table: asked, subject: ID, history: {term: Disease}}
          - {table: people, subject: ID, demographics: {sex: Sex}}
        """;
    Map<String, byte[]> files =
        files(mapping, "asked.csv", "ID,Disease\n1,Asthma\n", "people.csv", "ID,Sex\n1,F\n");
    Answer answer = client.postBytes(CSV, zip(files), "application/zip");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(422);
    assertThat(answer.text()).contains("ResearchStudy/nope does not exist");
    assertThat(client.get("/Patient/nope-1").status()).isEqualTo(404);
  }
}
