package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.FhirClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WatchedFolderTest {
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private Path folder;
  private TestServer server;
  private FhirClient client;

  @BeforeAll
  void start(@TempDir Path given) throws IOException {
    folder = given;
    // A process that was killed had claimed a file.
    Path dead = Files.createDirectories(folder.resolve(".claimed/dead/fhir"));
    Files.writeString(dead.resolve("left.ndjson"), patient("left"));
    server = TestServer.start(settings("300ms"));
    client = server.client();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private String[] settings(String settle) {
    return new String[] {
      "rodnan.ingest.watch.folder=" + folder,
      "rodnan.ingest.watch.interval=100ms",
      "rodnan.ingest.watch.settle=" + settle
    };
  }

  private static String patient(String id) {
    return "{\"resourceType\":\"Patient\",\"id\":\"watched-%s\"}\n".formatted(id);
  }

  private Path put(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private List<String> report(String path) throws IOException {
    Path file = folder.resolve(path);
    long deadline = System.nanoTime() + WAIT_NANOS;
    while (!Files.exists(file) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(20_000_000);
    }
    assertThat(file).exists();
    return Files.readAllLines(file.resolveSibling(file.getFileName() + ".report.csv"));
  }

  private int status(String id) {
    return client.get("/Patient/watched-" + id).status();
  }

  @Test
  void takesWhatIsPutThereAndTheSameAgainAndAFolderAsOne() throws IOException {
    put("fhir/a.ndjson", patient("a"));
    assertThat(report("fhir/done/a.ndjson"))
        .containsExactly(
            "file,line,action,type,id,reason", "a.ndjson,1,created,Patient,watched-a,");
    put("fhir/a.ndjson", patient("a"));
    assertThat(report("fhir/done/a.ndjson.2").getLast()).contains("unchanged");
    put("fhir/two/b.ndjson", patient("b"));
    put("fhir/two/c.ndjson", patient("c"));
    report("fhir/done/two");
    assertThat(List.of(status("a"), status("b"))).containsOnly(200);
  }

  @Test
  void rejectsABadFileAndTakesTheOthers() throws IOException {
    put("fhir/0-bad.ndjson", "{\"resourceType\":\"Patient\",\"nothing\":1}\n" + patient("half"));
    put("fhir/1-good.ndjson", patient("good"));
    put("csv/rows.csv", "id\n1\n");
    assertThat(report("fhir/rejected/0-bad.ndjson").get(1)).startsWith("0-bad.ndjson,1,rejected");
    report("fhir/done/1-good.ndjson");
    assertThat(report("csv/rejected/rows.csv").get(1)).contains("rejected", "no mapping");
    assertThat(List.of(status("good"), status("half"))).containsOnly(200);
  }

  private static String mapping(String sex) {
    return "study: watched\ntables:\n  - table: people\n    subject: ID\n    demographics: {sex: "
        + sex
        + "}\n";
  }

  @Test
  void takesTheMappingOfADeliveredFolderInThePlaceOfThatBesideIt() throws IOException {
    String study = "{\"resourceType\":\"ResearchStudy\",\"id\":\"watched\",\"status\":\"active\"}";
    assertThat(client.put("/ResearchStudy/watched", study).status()).isEqualTo(201);
    Path ours = put("csv/mapping.yaml", mapping("Sex"));
    put("csv/people.csv", "ID,Sex\n1,F\n");
    assertThat(report("csv/done/people.csv")).contains("people.csv,2,created,Patient,watched-1,");
    // It appears at once, as a delivery that is renamed when it is whole.
    put("csv/.site/mapping.yaml", mapping("Geschlecht"));
    Path people = put("csv/.site/people.csv", "ID,Geschlecht\n2,M\n");
    Files.move(people.getParent(), folder.resolve("csv/site"));
    assertThat(report("csv/done/site"))
        .anyMatch(line -> line.endsWith(",2,created,Patient,watched-2,"));
    assertThat(client.get("/Patient/watched-2").text()).contains("\"gender\":\"male\"");
    assertThat(folder.resolve("csv/done/site/mapping.yaml")).exists();
    assertThat(ours).exists();
    Files.delete(ours);
  }

  @Test
  void takesWhatAKilledProcessHadClaimed() throws IOException {
    assertThat(report("fhir/done/left.ndjson").get(1)).contains("created,Patient,watched-left");
    assertThat(folder.resolve(".claimed/dead")).doesNotExist();
  }

  @Test
  void waitsForAFileThatIsStillWritten() throws IOException {
    Path file = put("fhir/slow.ndjson", patient("slow-0"));
    for (int i = 1; i < 12; i++) {
      LockSupport.parkNanos(100_000_000);
      assertThat(file).exists();
      Files.writeString(file, patient("slow-" + i), StandardOpenOption.APPEND);
    }
    assertThat(report("fhir/done/slow.ndjson")).hasSize(13);
  }

  @Test
  void takesEachFileOnceThoughTwoProcessesLook() throws IOException {
    try (TestServer other = TestServer.start(settings("100ms"))) {
      for (int i = 0; i < 30; i++) {
        put("fhir/both-" + i + ".ndjson", patient("both-" + i));
      }
      for (int i = 0; i < 30; i++) {
        report("fhir/done/both-" + i + ".ndjson");
        int here = status("both-" + i);
        int there = other.client().get("/Patient/watched-both-" + i).status();
        assertThat(List.of(here, there)).containsExactlyInAnyOrder(200, 404);
      }
    }
    try (Stream<Path> done = Files.list(folder.resolve("fhir/done"))) {
      assertThat(done.filter(each -> each.toString().contains("both-"))).hasSize(60);
    }
  }
}
