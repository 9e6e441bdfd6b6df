package org.rodnan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packed program, killed with SIGKILL while it exports, as a server and from the command line:
 * what it goes on with is the state of the moment at which it began, each resource once.
 */
class ExportCrashIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RESOURCES = 3_000;
  private static final int CHANGED = 40;

  /** A file for each few resources, each made safe on the disk, so that there is time to kill. */
  private static final String SMALL_FILES = "4000";

  private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  @TempDir private Path folder;

  @Test
  void goesOnAfterAKill() throws Exception {
    Path data = folder.resolve("data");
    Map<String, String> settings =
        Map.of("rodnan.trials.load", "false", "rodnan.export.file-bytes-max", SMALL_FILES);
    String place;
    Path job;
    try (ServerProcess server = ServerProcess.start(data, settings, SHORT_LIVED)) {
      load(server.client());
      FhirClient.Answer begun =
          server.client().get("/$export?_type=Basic", "Prefer", "respond-async");
      place = begun.header("Content-Location").orElseThrow();
      place = place.substring(server.client().base().length());
      job = data.resolve("exports").resolve(place.substring(place.lastIndexOf('/') + 1));
      await(job, "Basic.20.ndjson");
      server.kill();
    }
    assertThat(job.resolve("manifest.json")).doesNotExist();
    Map<String, Object> early = inodes(job, 10);

    Path out = folder.resolve("out");
    Path part = folder.resolve("out.part");
    Process command = command(data, out);
    await(part.resolve("files"), "Basic.20.ndjson");
    command.destroyForcibly().waitFor();
    assertThat(out).doesNotExist();

    try (ServerProcess server = ServerProcess.start(data, settings, SHORT_LIVED)) {
      change(server.client());
      JsonNode manifest = end(server.client(), place);
      List<String> lines = new ArrayList<>();
      for (JsonNode file : manifest.path("output")) {
        lines.addAll(server.client().get(file.path("url").asText()).text().lines().toList());
      }
      verify(lines);
      assertThat(inodes(job, 10)).as("finished files are not written again").isEqualTo(early);
    }

    Process again = command(data, out);
    assertThat(again.waitFor(4, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(folder.resolve("command.log"));
    assertThat(again.exitValue()).as(said).isZero();
    assertThat(said).contains("Goes on with the export that was begun at");
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(out)) {
      for (Path file : files.toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    verify(lines);
    assertThat(part).doesNotExist();
  }

  private Process command(Path data, Path out) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                SHORT_LIVED,
                "-jar",
                ServerProcess.jar().toString(),
                "export",
                "--data-dir=" + data,
                "--type=Basic",
                out.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("command.log").toFile());
    builder.environment().put("RODNAN_EXPORT_FILE_BYTES_MAX", SMALL_FILES);
    return builder.start();
  }

  private static void await(Path folder, String file) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(4).toNanos();
    while (!Files.exists(folder.resolve(file))) {
      assertThat(System.nanoTime()).as(file).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static Map<String, Object> inodes(Path job, int files) throws IOException {
    Map<String, Object> found = new TreeMap<>();
    for (int i = 1; i <= files; i++) {
      Path file = job.resolve("Basic." + i + ".ndjson");
      found.put(file.toString(), Files.getAttribute(file, "unix:ino"));
      found.put(file + " time", Files.getLastModifiedTime(file));
    }
    return found;
  }

  private static ObjectNode basic(int number, String text) {
    ObjectNode basic = JSON.createObjectNode();
    basic.put("resourceType", "Basic").put("id", "b" + number);
    basic.putObject("code").put("text", text);
    return basic;
  }

  private static void load(FhirClient client) {
    for (int from = 0; from < RESOURCES; from += 1000) {
      ObjectNode bundle = Fixtures.transaction();
      for (int i = from; i < from + 1000; i++) {
        Fixtures.put(bundle, basic(i, "first"));
      }
      FhirClient.Answer answer = client.post("", bundle.toString());
      assertThat(answer.status()).as(answer::text).isEqualTo(200);
    }
  }

  private static void change(FhirClient client) {
    for (int i = 0; i < CHANGED; i++) {
      int number = i * RESOURCES / CHANGED;
      FhirClient.Answer answer =
          switch (i % 3) {
            case 0 -> client.put("/Basic/b" + number, basic(number, "second").toString());
            case 1 -> client.delete("/Basic/b" + number);
            default ->
                client.put("/Basic/b" + (RESOURCES + i), basic(RESOURCES + i, "new").toString());
          };
      assertThat(answer.status()).as(answer::text).isBetween(200, 204);
    }
  }

  private static JsonNode end(FhirClient client, String place) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(4).toNanos();
    FhirClient.Answer answer = client.get(place);
    while (answer.status() == 202) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
      answer = client.get(place);
    }
    assertThat(answer.status()).as(answer::text).isEqualTo(200);
    return answer.json();
  }

  private static void verify(List<String> lines) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String line : lines) {
      JsonNode resource = JSON.readTree(line.getBytes(UTF_8));
      String id = resource.path("id").asText();
      String what =
          resource.at("/meta/versionId").asText() + " " + resource.at("/code/text").asText();
      assertThat(found.put(id, what)).as(id + " twice").isNull();
    }
    assertThat(found).hasSize(RESOURCES);
    found.forEach((id, what) -> assertThat(what).as(id).isEqualTo("1 first"));
  }
}
