package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;

/** A writing process killed at random moments. */
class SqliteCrashTest {
  private static final long SEED = 20260301;
  private static final int ROUNDS = 5;

  @TempDir Path folder;

  @Test
  void holdsEachAcknowledgedUnitWholeAfterAKill(TestReporter reporter) throws Exception {
    reporter.publishEntry("seed", Long.toString(SEED));
    Random random = new Random(SEED);
    Path data = folder.resolve("data");
    Path notes = folder.resolve("notes");
    int acknowledgedBefore = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Process process = start(data, notes, round * 1_000_000);
      try {
        awaitNotes(process, notes, acknowledgedBefore + 10);
        assertThatThrownBy(() -> openStore(data))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("another Rodnan process");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
      } finally {
        process.destroyForcibly();
        process.waitFor();
      }
      List<Integer> acknowledged = readNotes(notes);
      assertThat(acknowledged).hasSizeGreaterThan(acknowledgedBefore);
      acknowledgedBefore = acknowledged.size();
      check(data, acknowledged);
    }
  }

  private static void check(Path data, List<Integer> acknowledged) {
    try (ResourceStore store = openStore(data)) {
      Map<String, Integer> entries = new HashMap<>();
      LogPosition after = LogPosition.START;
      boolean endsUnit = false;
      for (List<LogEntry> next = store.read(after, 1_000);
          !next.isEmpty();
          next = store.read(after, 1_000)) {
        for (LogEntry entry : next) {
          assertThat(entry.position()).isEqualTo(after.next());
          after = entry.position();
          entries.merge(entry.version().key().id().replaceAll("e.*", ""), 1, Integer::sum);
          endsUnit = entry.endsUnit();
        }
      }
      assertThat(endsUnit).isTrue();
      for (Map.Entry<String, Integer> unit : entries.entrySet()) {
        int number = Integer.parseInt(unit.getKey().substring(1));
        assertThat(unit.getValue()).as(unit.getKey()).isEqualTo(CrashingWriter.entries(number));
      }
      for (int unit : acknowledged) {
        assertThat(entries).containsKey("u" + unit);
        assertThat(store.read(CrashingWriter.key(unit, 0))).isPresent();
      }
    }
  }

  private static ResourceStore openStore(Path data) {
    return ResourceStores.open(StoreSettings.sqliteIn(data), Limits.DEFAULTS, Clock.systemUTC());
  }

  private Process start(Path data, Path notes, int firstUnit) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            CrashingWriter.class.getName(),
            data.toString(),
            notes.toString(),
            Integer.toString(firstUnit))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  private void awaitNotes(Process process, Path notes, int count) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (readNotes(notes).size() < count) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError(
            "The writer wrote nothing: " + Files.readString(folder.resolve("output")));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private static List<Integer> readNotes(Path notes) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    if (Files.exists(notes)) {
      String text = Files.readString(notes);
      // A line cut short by the kill was not noted.
      String whole = text.substring(0, text.lastIndexOf('\n') + 1);
      whole.lines().map(Integer::valueOf).forEach(numbers::add);
    }
    return numbers;
  }
}
