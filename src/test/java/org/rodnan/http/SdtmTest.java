package org.rodnan.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.sdtm.HandWritten.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.hl7.fhir.r4.model.Bundle.HTTPVerb;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.dataset.Definitions;
import org.rodnan.dataset.DefinitionsReader;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;
import org.rodnan.sdtm.SdtmMapping;
import org.rodnan.sdtm.SdtmReader;

/** {@code ResearchStudy/[id]/$sdtm}, and what it writes back into another server. */
class SdtmTest {
  private static final int SUBJECTS = 6;

  private static TestServer server;
  private static FhirClient client;

  @BeforeAll
  static void load() throws IOException {
    server = TestServer.start();
    client = server.client();
    post(client, trial("study"));
    for (int i = 1; i <= SUBJECTS; i++) {
      post(client, trial("subject-%03d".formatted(i)));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void writesDatasetsWithTheirDefinitions() throws IOException {
    Answer answer = client.get("/ResearchStudy/spiera-2011/$sdtm");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).contains("application/zip");
    assertThat(answer.header("Content-Disposition").orElseThrow())
        .contains("spiera-2011-sdtm-xpt.zip");
    Set<String> names = new TreeSet<>();
    Definitions definitions = Definitions.NONE;
    try (ZipInputStream in =
        new ZipInputStream(new ByteArrayInputStream(answer.response().body()))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        names.add(entry.getName());
        if (entry.getName().equals("define.xml")) {
          definitions = DefinitionsReader.read(new ByteArrayInputStream(in.readAllBytes()));
        }
      }
    }
    assertThat(names)
        .contains(
            "define.xml",
            "dm.xpt",
            "suppdm.xpt",
            "ae.xpt",
            "ds.xpt",
            "ex.xpt",
            "lb.xpt",
            "qs.xpt",
            "re.xpt",
            "rs.xpt",
            "sv.xpt");
    assertThat(definitions.standard()).isEqualTo("SDTMIG 3.4");
    assertThat(definitions.variable("RE", "RETESTCD").orElseThrow().codeList()).isNotEmpty();
    assertThat(definitions.decode("RE", "RETESTCD", "FVCPP"))
        .contains("Percent Predicted Forced Vital Capacity");
  }

  @Test
  void answersWithDefinitionsAlone() throws IOException {
    Answer answer = client.get("/ResearchStudy/spiera-2011/$sdtm?format=define");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/xml");
    assertThat(
            DefinitionsReader.read(new ByteArrayInputStream(answer.response().body())).datasets())
        .containsKeys("DM", "RS");
  }

  @Test
  void countsWhatHasNoPlaceInIt() {
    Answer answer = client.get("/ResearchStudy/spiera-2011/$sdtm?format=define");
    int procedures =
        client
            .get("/ResearchStudy/spiera-2011/$everything?_type=Procedure&_count=1")
            .json()
            .path("total")
            .asInt();
    assertThat(procedures).isPositive();
    assertThat(answer.header("X-Left-Out").orElseThrow())
        .contains("Procedure=" + procedures)
        .doesNotContain("AdverseEvent", "ResearchSubject");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(client.get("/ResearchStudy/spiera-2011/$sdtm?format=csv").text())
        .contains("format is 'csv'; expected xpt, dataset-json, ndjson or define");
    assertThat(client.get("/ResearchStudy/spiera-2011/$sdtm?format=csv").status()).isEqualTo(400);
    assertThat(client.get("/ResearchStudy/spiera-2011/$sdtm?other=x").status()).isEqualTo(400);
    assertThat(client.get("/ResearchStudy/none/$sdtm").status()).isEqualTo(404);
    assertThat(client.get("/Patient/spiera-2011-001/$sdtm").status()).isEqualTo(404);
  }

  /**
   * All that comes out of the files is valid, and what it makes there is written the same again.
   */
  @Test
  void anotherServerTakesItAndWritesTheSame() throws IOException {
    byte[] first = client.get("/ResearchStudy/spiera-2011/$sdtm?format=ndjson").response().body();
    try (TestServer other = TestServer.start()) {
      post(other.client(), trial("study"));
      MappedContent content =
          new SdtmReader(1_000_000)
              .readFiles(files(first), Optional.of(SdtmMapping.parse("ids: sponsor")));
      assertThat(content.refused()).extracting(Refusal::reason).isEmpty();
      post(other.client(), bundle(content));
      byte[] second =
          other.client().get("/ResearchStudy/spiera-2011/$sdtm?format=ndjson").response().body();
      assertThat(rows(second)).isEqualTo(rows(first));
    }
  }

  @Test
  void refusesAStudyThatIsTooLarge() throws IOException {
    try (TestServer small = TestServer.start("rodnan.export.sdtm-resources-max=20")) {
      post(small.client(), trial("study"));
      post(small.client(), trial("subject-001"));
      Answer answer = small.client().get("/ResearchStudy/spiera-2011/$sdtm");
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.text()).contains("rodnan.export.sdtm-resources-max allows, 20");
      assertThat(small.client().get("/ResearchStudy/spiera-2011").status()).isEqualTo(200);
    }
  }

  @Test
  void keepsHowSomebodysPartEndedIfNoDispositionsAreSent() throws IOException {
    client.put(
        "/ResearchStudy/KEPT",
        "{\"resourceType\":\"ResearchStudy\",\"id\":\"KEPT\",\"status\":\"active\"}");
    String people =
        table(
            "DM",
            "STUDYID USUBJID RFSTDTC RFPENDTC SEX",
            "KEPT|KEPT-1|2008-01-15|2008-07-01|F",
            "KEPT|KEPT-2|2008-01-15||F");
    String corrected =
        table(
            "DM",
            "STUDYID USUBJID RFSTDTC SEX",
            "KEPT|KEPT-1|2008-01-16|F",
            "KEPT|KEPT-2|2008-01-15|F");
    String variables = "STUDYID USUBJID DSSEQ DSTERM DSDECOD DSCAT";
    String ends = table("DS", variables, "KEPT|KEPT-1|1|Moved|LOST TO FOLLOW-UP|DISPOSITION EVENT");
    assertThat(ingest(people, ends)).contains("rejected 0");

    assertThat(ingest(corrected))
        .contains("DM: 1 subjects keep their status, disposition and end as stored", "rejected 0");
    JsonNode kept = client.get("/ResearchSubject/KEPT-1").json();
    assertThat(kept.path("status").asText()).isEqualTo("withdrawn");
    assertThat(kept.path("extension").toString()).contains("lost-to-follow-up");
    assertThat(kept.at("/period/start").asText()).isEqualTo("2008-01-16");
    assertThat(kept.at("/period/end").asText()).isEqualTo("2008-07-01");

    assertThat(ingest(corrected, table("DS", variables))).contains("rejected 0");
    JsonNode told = client.get("/ResearchSubject/KEPT-1").json();
    assertThat(told.path("status").asText()).isEqualTo("on-study");
    assertThat(told.at("/period/end").isMissingNode()).isTrue();
  }

  private static String ingest(String... tables) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < tables.length; i++) {
        zip.putNextEntry(new ZipEntry(i + ".json"));
        zip.write(tables[i].getBytes(UTF_8));
      }
    }
    return client.postBytes("/$ingest?source=sdtm", out.toByteArray(), "application/zip").text();
  }

  private static List<SourceFile> files(byte[] zip) throws IOException {
    List<SourceFile> files = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        files.add(new SourceFile(entry.getName(), () -> new ByteArrayInputStream(content)));
      }
    }
    return files;
  }

  private static String bundle(MappedContent content) {
    Bundle bundle = new Bundle().setType(BundleType.TRANSACTION);
    for (MappedContent.Mapped mapped : content.resources()) {
      Resource resource = mapped.resource();
      bundle
          .addEntry()
          .setResource(resource)
          .getRequest()
          .setMethod(HTTPVerb.PUT)
          .setUrl(resource.fhirType() + "/" + resource.getIdElement().getIdPart());
    }
    return FhirContexts.r4().newJsonParser().encodeResourceToString(bundle);
  }

  /** Without the line that says when it was made. */
  private static List<String> rows(byte[] zip) throws IOException {
    List<String> rows = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().endsWith(".ndjson")) {
          rows.add(entry.getName());
          new String(in.readAllBytes(), UTF_8).lines().skip(1).forEach(rows::add);
        }
      }
    }
    return rows;
  }

  private static void post(FhirClient to, String bundle) {
    Answer answer = to.post("/", bundle);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
  }

  private static String trial(String name) throws IOException {
    String path = "/trials/spiera-2011/" + name + ".json";
    try (InputStream in = Objects.requireNonNull(SdtmTest.class.getResourceAsStream(path))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
