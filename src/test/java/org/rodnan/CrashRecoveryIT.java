package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed program, killed with SIGKILL while clients write. */
class CrashRecoveryIT {
  private static final int KILLS = Integer.getInteger("rodnan.kills", 8);
  private static final int WRITERS = 4;

  /** A process that lives for seconds is better off without the second compiler. */
  private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  private static final int OBSERVATIONS_PER_TRANSACTION = 5;

  /** What was acknowledged: key to version. */
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

  /** What was sent all or nothing, acknowledged or not. */
  private final Map<String, List<String>> transactions = new ConcurrentHashMap<>();

  @Test
  void keepsEveryAcknowledgedWriteWholeWhenKilled(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("rodnan.seed", System.nanoTime());
    Random random = new Random(seed);
    Map<String, String> settings = Map.of("rodnan.trials.load", "false");
    for (int round = 0; round < KILLS; round++) {
      try (ServerProcess server =
          ServerProcess.start(folder.resolve("data"), settings, SHORT_LIVED)) {
        verify(server.client(), "round " + round + ", seed " + seed);
        CountDownLatch firstWrites = new CountDownLatch(WRITERS);
        List<Thread> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
          String prefix = "r" + round + "-w" + writer + "-";
          Random choice = new Random(random.nextLong());
          writers.add(
              Thread.ofPlatform().start(() -> write(server.client(), prefix, choice, firstWrites)));
        }
        assertThat(firstWrites.await(60, TimeUnit.SECONDS)).isTrue();
        // A moment that nobody chose: some hundred milliseconds into the writing.
        new CountDownLatch(1).await(50 + random.nextInt(700), TimeUnit.MILLISECONDS);
        server.kill();
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }
    try (ServerProcess server =
        ServerProcess.start(folder.resolve("data"), settings, SHORT_LIVED)) {
      verify(server.client(), "at the end, seed " + seed);
    }
    assertThat(acknowledged).hasSizeGreaterThan(KILLS * WRITERS);
  }

  /** Writes until the server is gone. */
  private void write(FhirClient client, String prefix, Random random, CountDownLatch begun) {
    try {
      for (int i = 0; ; i++) {
        String patient = prefix + i;
        if (random.nextInt(3) == 0) {
          transaction(client, patient);
        } else {
          String key = "Patient/" + patient;
          FhirClient.Answer answer =
              client.put("/" + key, Fixtures.patient(patient, patient).toString());
          acknowledge(key, answer);
          if (random.nextBoolean()) {
            ObjectNode again = Fixtures.patient(patient, patient);
            again.put("active", false);
            acknowledge(key, client.put("/" + key, again.toString()));
          }
        }
        begun.countDown();
      }
    } catch (UncheckedIOException e) {
      begun.countDown();
    }
  }

  private void transaction(FhirClient client, String patient) {
    ObjectNode bundle = Fixtures.transaction();
    List<String> keys = new ArrayList<>();
    Fixtures.put(bundle, Fixtures.patient(patient, patient));
    keys.add("Patient/" + patient);
    for (int i = 0; i < OBSERVATIONS_PER_TRANSACTION; i++) {
      String id = patient + "-fvc" + i;
      Fixtures.put(bundle, Fixtures.fvc(id, "Patient/" + patient, "2008-01-0" + (i + 1)));
      keys.add("Observation/" + id);
    }
    transactions.put(patient, keys);
    FhirClient.Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).as(answer::text).isEqualTo(200);
    keys.forEach(key -> acknowledged.put(key, 1L));
  }

  private void acknowledge(String key, FhirClient.Answer answer) {
    assertThat(answer.status()).as(answer::text).isIn(200, 201);
    String tag = answer.header("ETag").orElseThrow();
    acknowledged.put(key, Long.parseLong(tag.replaceAll("\\D", "")));
  }

  private void verify(FhirClient client, String when) {
    Map<String, Long> stored = new TreeMap<>();
    // Newest first: the first version seen of a key is its current one.
    for (JsonNode entry : client.walk("/_history?_count=1000")) {
      JsonNode resource = entry.path("resource");
      stored.putIfAbsent(key(resource), version(resource));
    }
    acknowledged.forEach((key, version) ->
        assertThat(stored.getOrDefault(key, 0L))
            .as("%s: %s was acknowledged in version %s", when, key, version)
            .isGreaterThanOrEqualTo(version));
    transactions.forEach((name, keys) ->
        assertThat(keys.stream().filter(stored::containsKey).count())
            .as("%s: transaction %s", when, name)
            .isIn(0L, (long) keys.size()));
    Map<String, Long> indexed = new HashMap<>();
    for (String type : List.of("Patient", "Observation")) {
      for (JsonNode entry : client.walk("/" + type + "?_count=1000")) {
        indexed.put(key(entry.path("resource")), version(entry.path("resource")));
      }
    }
    assertThat(indexed).as("%s: index against store", when).isEqualTo(stored);
  }

  private static String key(JsonNode resource) {
    return resource.path("resourceType").asText() + "/" + resource.path("id").asText();
  }

  private static long version(JsonNode resource) {
    return Long.parseLong(resource.path("meta").path("versionId").asText());
  }
}
