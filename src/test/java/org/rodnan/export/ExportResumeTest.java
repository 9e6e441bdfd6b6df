package org.rodnan.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.FhirClient;
import org.rodnan.RodnanApplication;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.export.ExportRequest.NamedView;
import org.rodnan.export.ExportRequest.Scope;
import org.rodnan.fhir.Progress;
import org.rodnan.view.RowFormat;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An export that is broken off goes on as if nothing had been: its files are those of an export of
 * the same moment that nobody disturbed, whatever is written in between.
 */
class ExportResumeTest {
  private static final int PATIENTS = 12;
  private static final int OBSERVATIONS = 60;

  @TempDir private static Path folder;

  private static ConfigurableApplicationContext context;
  private static FhirClient client;
  private static final String BEFORE = "2000-01-01T00:00:00Z";
  private static int written;

  @BeforeAll
  static void start() throws IOException {
    Files.writeString(folder.resolve("key"), "synthetic".repeat(8));
    context = open();
    client = client();
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i < PATIENTS; i++) {
      entry(entries, "Patient/p" + i, patient("p" + i, "female"));
    }
    for (int i = 0; i < OBSERVATIONS; i++) {
      entry(entries, "Observation/o" + i, observation("o" + i, i % PATIENTS, "of the beginning"));
    }
    entry(entries, "Group/g", group(0, 1, 2, 3, 4));
    String bundle =
        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + entries + "]}";
    FhirClient.Answer answer = client.post("", bundle);
    assertThat(answer.status()).as(answer::text).isEqualTo(200);
    for (int i = 50; i < 55; i++) {
      client.delete("/Observation/o" + i);
    }
  }

  private static ConfigurableApplicationContext open() {
    return SpringApplication.run(
        RodnanApplication.class,
        "--server.port=0",
        "--rodnan.data-dir=" + folder.resolve("data"),
        "--rodnan.trials.load=false",
        "--rodnan.expunge=allow",
        "--rodnan.export.file-bytes-max=1500",
        "--rodnan.export.pseudonym-key-file=" + folder.resolve("key"));
  }

  private static FhirClient client() {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return new FhirClient(URI.create("http://127.0.0.1:" + port + "/fhir"));
  }

  @AfterAll
  static void stop() {
    context.close();
  }

  private static void entry(StringBuilder entries, String key, String resource) {
    entries
        .append(entries.isEmpty() ? "" : ",")
        .append("{\"resource\":")
        .append(resource)
        .append(",\"request\":{\"method\":\"PUT\",\"url\":\"")
        .append(key)
        .append("\"}}");
  }

  private static String patient(String id, String gender) {
    return """
    {"resourceType":"Patient","id":"%s","gender":"%s","birthDate":"1950-03-02"}\
    """
        .formatted(id, gender);
  }

  private static String observation(String id, int patient, String note) {
    return """
    {"resourceType":"Observation","id":"%s","status":"final","code":{"text":"synthetic"},
     "subject":{"reference":"Patient/p%d"},"effectiveDateTime":"2008-01-15","note":[{"text":"%s"}]}\
    """
        .formatted(id, patient, note);
  }

  private static String group(int... members) {
    StringBuilder all = new StringBuilder();
    for (int each : members) {
      all.append(all.isEmpty() ? "" : ",")
          .append("{\"entity\":{\"reference\":\"Patient/p" + each + "\"}}");
    }
    return "{\"resourceType\":\"Group\",\"id\":\"g\",\"type\":\"person\",\"actual\":true,"
        + "\"member\":["
        + all
        + "]}";
  }

  private static ExportRequest request(
      Scope scope, List<String> groups, String since, List<NamedView> views, RowFormat format) {
    return new ExportRequest(
        "", scope, List.of(), groups, List.of(), Map.of(), since, List.of(), views, format, true,
        false, "");
  }

  private static ExportRequest masked(RowFormat format) {
    return new ExportRequest(
        "",
        Scope.SYSTEM,
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        "",
        List.of(),
        List.of(),
        format,
        true,
        true,
        "");
  }

  private static ExportRequest all() {
    return request(Scope.SYSTEM, List.of(), "", List.of(), RowFormat.NDJSON);
  }

  private static NamedView view(String type) {
    return new NamedView(
        "rows-of-" + type,
        """
        {"resourceType":"ViewDefinition","resource":"%s","select":[{"column":[
          {"name":"id","path":"id"},{"name":"version","path":"meta.versionId"}]}]}\
        """
            .formatted(type));
  }

  /** Breaks off after so many resources. */
  private static final class Breaking implements ExportWork.Progress {
    private final int after;
    private long seen;

    Breaking(int after) {
      this.after = after;
    }

    @Override
    public void of(long total) {
      assertThat(total).isPositive();
    }

    @Override
    public void step(long more) {
      seen += more;
      if (seen > after) {
        throw new CancellationException();
      }
    }
  }

  private static ExportManifest carryOut(ExportRequest request, Path place, int breaking)
      throws IOException {
    Files.createDirectories(place);
    return context
        .getBean(ExportWork.class)
        .carryOut(request, place, place.resolve("files"), new Breaking(breaking));
  }

  private static void breakOff(ExportRequest request, Path place, int breaking) {
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> carryOut(request, place, breaking));
  }

  private static Map<String, String> contents(Path place) throws IOException {
    return inEach(place, file -> Files.readString(file, ISO_8859_1));
  }

  private interface Look {
    String at(Path file) throws IOException;
  }

  private static Map<String, String> inEach(Path place, Look look) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(place.resolve("files"))) {
      for (Path file : files.toList()) {
        found.put(file.getFileName().toString(), look.at(file));
      }
    }
    return found;
  }

  /** When each finished file was written, and which file it is. */
  private static Map<String, String> finished(Path place) throws IOException {
    List<String> names =
        Checkpoint.find(place, place.resolve("files")).stream()
            .flatMap(each ->
                Stream.of("Patient", "Observation", "Group", "rows-of-Patient")
                    .flatMap(kind -> each.files(kind).stream()))
            .map(ExportFile::name)
            .toList();
    Map<String, String> all =
        inEach(
            place,
            file -> Files.getLastModifiedTime(file) + " " + Files.getAttribute(file, "unix:ino"));
    all.keySet().retainAll(names);
    return all;
  }

  private static void change(Random random) {
    for (int i = 0; i < 4; i++) {
      String note = "changed " + random.nextInt(1000);
      int patient = random.nextInt(PATIENTS);
      String one = "o" + random.nextInt(OBSERVATIONS);
      ok(client.put("/Observation/" + one, observation(one, patient, note)));
      ok(client.delete("/Observation/o" + random.nextInt(OBSERVATIONS)));
      String more = "new" + written++;
      ok(client.put("/Observation/" + more, observation(more, patient, note)));
    }
    String id = "p" + random.nextInt(PATIENTS);
    ok(client.put("/Patient/" + id, patient(id, random.nextBoolean() ? "male" : "other")));
    ok(client.put("/Group/g", group(random.nextInt(PATIENTS), 11)));
  }

  private static void ok(FhirClient.Answer answer) {
    assertThat(answer.status()).as(answer::text).isBetween(200, 204);
  }

  @Test
  void goesOnAsIfNothingHadBeen() throws IOException {
    long seed = Long.getLong("rodnan.seed", System.nanoTime());
    Random random = new Random(seed);
    Map<String, ExportRequest> requests = new TreeMap<>();
    requests.put("all", all());
    requests.put(
        "group", request(Scope.PATIENTS, List.of("Group/g"), "", List.of(), RowFormat.NDJSON));
    requests.put("since", request(Scope.SYSTEM, List.of(), BEFORE, List.of(), RowFormat.NDJSON));
    requests.put("parquet", request(Scope.PATIENTS, List.of(), "", List.of(), RowFormat.PARQUET));
    requests.put(
        "views",
        request(
            Scope.SYSTEM,
            List.of(),
            "",
            List.of(view("Patient"), view("Observation")),
            RowFormat.CSV));
    requests.put("masked", masked(RowFormat.NDJSON));
    requests.put("masked-parquet", masked(RowFormat.PARQUET));
    for (Map.Entry<String, ExportRequest> each : requests.entrySet()) {
      String name = each.getKey() + ", seed " + seed;
      Path whole = folder.resolve("whole-" + each.getKey());
      Path broken = folder.resolve("broken-" + each.getKey());
      ExportManifest undisturbed = carryOut(each.getValue(), whole, Integer.MAX_VALUE);
      int total = (int) undisturbed.output().stream().mapToLong(ExportFile::count).sum();
      breakOff(each.getValue(), broken, random.nextInt(1, total - 2));
      Map<String, String> finished = finished(broken);
      change(random);
      breakOff(each.getValue(), broken, total - 2);
      assertThat(finished(broken)).as(name).containsAllEntriesOf(finished);
      finished = finished(broken);
      change(random);
      ExportManifest resumed = carryOut(each.getValue(), broken, Integer.MAX_VALUE);
      assertThat(contents(broken)).as(name).isEqualTo(contents(whole));
      assertThat(inEach(broken, file -> "").keySet()).as(name).containsAll(finished.keySet());
      assertThat(finished(broken)).as(name).containsAllEntriesOf(finished);
      assertThat(resumed.output()).as(name).isEqualTo(undisturbed.output());
      assertThat(resumed.deleted()).as(name).isEqualTo(undisturbed.deleted());
      assertThat(broken.resolve("earlier")).as(name).doesNotExist();
      if (each.getKey().equals("since")) {
        assertThat(resumed.deleted()).as(name).isNotEmpty();
      }
    }
  }

  /** Expunged content of then is gone for good, so is the moment. */
  @Test
  void beginsAnewIfItsMomentIsNotToBeHad() throws IOException {
    ok(client.put("/Basic/gone", basic("1")));
    Path place = folder.resolve("gone");
    breakOff(all(), place, 20);
    ok(client.put("/Basic/gone", basic("2")));
    ok(
        client.post(
            "/Basic/gone/$expunge",
            "expungePreviousVersions=true",
            "Content-Type",
            "application/x-www-form-urlencoded"));
    carryOut(all(), place, Integer.MAX_VALUE);
    Path now = folder.resolve("now");
    carryOut(all(), now, Integer.MAX_VALUE);
    assertThat(contents(place)).isEqualTo(contents(now));
    assertThat(String.join("", contents(place).values()))
        .contains("note 2")
        .doesNotContain("note 1");

    Path touched = folder.resolve("touched");
    breakOff(all(), touched, 40);
    String file = finished(touched).keySet().iterator().next();
    Files.writeString(touched.resolve("files").resolve(file), "{}");
    carryOut(all(), touched, Integer.MAX_VALUE);
    assertThat(contents(touched)).isEqualTo(contents(now));
  }

  private static String basic(String note) {
    return "{\"resourceType\":\"Basic\",\"id\":\"gone\",\"code\":{\"text\":\"note " + note + "\"}}";
  }

  @Test
  void goesOnWithTheSameRequestInAFolder() throws IOException {
    FolderExport export = context.getBean(FolderExport.class);
    Path place = folder.resolve("place");
    Progress breaking =
        (step, done, all) -> {
          if (done > all / 2) {
            throw new CancellationException();
          }
        };
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> export.write(all(), place, breaking));
    assertThat(export.begun(masked(RowFormat.NDJSON), place)).as("another request").isEmpty();
    Path whole = folder.resolve("undisturbed");
    carryOut(all(), whole, Integer.MAX_VALUE);
    change(new Random(1));
    assertThat(export.begun(all(), place)).isPresent();
    FolderExport.Written written = export.write(all(), place, Progress.NONE);
    assertThat(written.folder()).isEqualTo(place.resolve("files"));
    assertThat(written.manifest().transactionTime())
        .isEqualTo(export.begun(all(), place).orElseThrow());
    assertThat(contents(place)).isEqualTo(contents(whole));
  }

  /** The jobs of a server that was ended go on when it is started again. */
  @Test
  void goesOnAfterARestart() throws IOException {
    Path whole = folder.resolve("before-restart");
    ExportManifest undisturbed = carryOut(all(), whole, Integer.MAX_VALUE);
    Path job = folder.resolve("data/exports/broken");
    Files.createDirectories(job);
    WholeFile.write(job.resolve(ExportWork.REQUEST), all());
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () -> context.getBean(ExportWork.class).carryOut(all(), job, job, new Breaking(30)));
    change(new Random(2));
    context.close();
    context = open();
    client = client();
    JsonNode manifest = end("/_export/broken").json();
    assertThat(manifest.path("output")).hasSize(undisturbed.output().size());
    assertThat(manifest.path("transactionTime").asText()).isNotEmpty();
    Map<String, String> found = new TreeMap<>();
    for (JsonNode file : manifest.path("output")) {
      String url = file.path("url").asText();
      found.put(
          url.substring(url.lastIndexOf('/') + 1),
          client.get(url.substring(client.base().length())).text());
    }
    assertThat(found).isEqualTo(contents(whole));
    assertThat(job.resolve("checkpoint.json")).doesNotExist();
  }

  private static FhirClient.Answer end(String place) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      FhirClient.Answer state = client.get(place);
      if (state.status() != 202) {
        assertThat(state.status()).as(state::text).isEqualTo(200);
        return state;
      }
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
