package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packed program watches a folder: killed with SIGKILL in the middle of a file, and as two
 * processes that watch the same one.
 */
class WatchedFolderIT {
  private static final int LINES = 8_000;
  private static final int FILES = 40;
  private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir private Path folder;

  private ServerProcess start(String data) {
    Map<String, String> settings =
        Map.of(
            "rodnan.trials.load", "false",
            "rodnan.ingest.watch.folder", watched().toString(),
            "rodnan.ingest.watch.interval", "100ms",
            "rodnan.ingest.watch.settle", "300ms");
    return ServerProcess.start(folder.resolve(data), settings, SHORT_LIVED);
  }

  private Path watched() {
    return folder.resolve("watched");
  }

  private void put(String name, String text) throws IOException {
    Path draft = Files.writeString(watched().resolve("fhir").resolve(name + ".part"), text);
    Files.move(draft, watched().resolve("fhir").resolve(name));
  }

  private static String patient(String id) {
    return "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\"}\n";
  }

  private static int total(FhirClient client) {
    return client.get("/Patient?_summary=count").json().path("total").asInt();
  }

  private List<String> report(String name) throws Exception {
    Path done = watched().resolve("fhir/done");
    await(name + " to be taken", () -> Files.exists(done.resolve(name)));
    return Files.readAllLines(done.resolve(name + ".report.csv"));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void takesAFileWholeThoughKilledInTheMiddleAndOnceThoughTwoWatch() throws Exception {
    try (ServerProcess server = start("one")) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < LINES; i++) {
        lines.append(patient("p" + i));
      }
      put("large.ndjson", lines.toString());
      await("the first records", () -> total(server.client()) > 0);
      server.kill();
    }
    assertThat(watched().resolve("fhir/done/large.ndjson")).doesNotExist();
    try (Stream<Path> claimed = Files.walk(watched().resolve(".claimed"))) {
      assertThat(claimed).anyMatch(each -> each.endsWith("fhir/large.ndjson"));
    }
    try (ServerProcess one = start("one")) {
      List<String> report = report("large.ndjson");
      assertThat(report).hasSize(1 + LINES);
      long unchanged = report.stream().filter(line -> line.contains(",unchanged,")).count();
      long created = report.stream().filter(line -> line.contains(",created,")).count();
      assertThat(unchanged).isBetween(1L, LINES - 1L);
      assertThat(unchanged + created).isEqualTo(LINES);
      assertThat(total(one.client())).isEqualTo(LINES);
      assertThat(one.client().get("/Patient/_history?_summary=count").json().path("total").asInt())
          .as("one version each")
          .isEqualTo(LINES);
      try (ServerProcess two = start("two")) {
        for (int i = 0; i < FILES; i++) {
          put("small-" + i + ".ndjson", patient("small-" + i));
        }
        for (int i = 0; i < FILES; i++) {
          assertThat(report("small-" + i + ".ndjson").getLast()).contains(",created,");
          int here = one.client().get("/Patient/small-" + i).status();
          int there = two.client().get("/Patient/small-" + i).status();
          assertThat(List.of(here, there)).as("file " + i).containsExactlyInAnyOrder(200, 404);
        }
      }
    }
    try (Stream<Path> left = Files.list(watched().resolve("fhir/done"))) {
      assertThat(left).as("files and reports").hasSize(2 * (FILES + 1));
    }
  }
}
