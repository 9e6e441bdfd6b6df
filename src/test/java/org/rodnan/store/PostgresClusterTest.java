package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/** Two nodes on one PostgreSQL database, and connections that are lost. */
class PostgresClusterTest {
  private static final ResourceKey ONE = ResourceStoreContract.ONE;

  private String url = "";
  private ResourceStore left;
  private ResourceStore right;

  @BeforeEach
  void openBothAtTheSameTime() throws Exception {
    url = PostgresServer.newDatabase();
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<ResourceStore> first = pool.submit(this::open);
      Future<ResourceStore> second = pool.submit(this::open);
      left = first.get(60, TimeUnit.SECONDS);
      right = second.get(60, TimeUnit.SECONDS);
    }
  }

  private ResourceStore open() {
    return ResourceStores.open(
        PostgresServer.store(url), ResourceStoreContract.LIMITS, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    left.close();
    right.close();
  }

  @Test
  void oneOfSixtyFourConditionalCreatesOverBothNodesCreates() throws Exception {
    Set<ResourceKey> answers = ResourceStoreContract.createIfNone(List.of(left, right), 64);

    assertThat(answers).hasSize(1);
    assertThat(left.head()).isEqualTo(new LogPosition(1));
    assertThat(right.read(answers.iterator().next())).isPresent();
  }

  @Test
  void seesAtOnceWhatTheOtherNodeAcknowledged() {
    for (int i = 0; i < 50; i++) {
      ResourceVersion put = left.submit(TestUnit.put(ONE, "v" + i)).join();
      assertThat(right.head()).isEqualTo(put.position());
      assertThat(right.read(ONE).orElseThrow().version()).isEqualTo(put.version());
      ResourceVersion back = right.submit(TestUnit.put(ONE, "w" + i)).join();
      assertThat(back.version()).isEqualTo(put.version().next());
      assertThat(left.read(put.position(), 10)).hasSize(1);
    }
  }

  @Test
  void wakesFollowersForWhatAHeadHasSeenOfTheOtherNode() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CompletableFuture<Void> woken =
        CompletableFuture.runAsync(() -> {
          try {
            waiting.countDown();
            right.awaitEntriesAfter(LogPosition.START, Duration.ofSeconds(60));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    ResourceStoreContract.awaitQuietly(waiting);
    left.submit(TestUnit.put(ONE, "x")).join();
    assertThat(right.head()).isEqualTo(new LogPosition(1));
    woken.get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 20260301})
  void keepsPositionsGaplessAndInCommitOrderOverBothNodes(long seed, TestReporter reporter)
      throws Exception {
    reporter.publishEntry("seed", Long.toString(seed));
    int writers = 8;
    int unitsEach = 60;
    AtomicBoolean writing = new AtomicBoolean(true);
    Map<ResourceKey, LogPosition> acknowledged = new ConcurrentHashMap<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(writers + 2)) {
      List<Future<List<LogEntry>>> followers = new ArrayList<>();
      for (ResourceStore store : List.of(left, right)) {
        followers.add(pool.submit(follower(store, new Random(seed), writing, acknowledged)));
      }
      List<Future<?>> done = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        ResourceStore store = w % 2 == 0 ? left : right;
        Random random = new Random(seed + w);
        done.add(
            pool.submit(() -> {
              for (int u = 0; u < unitsEach; u++) {
                int entries = 1 + random.nextInt(5);
                String unit = "w" + writer + "u" + u;
                store
                    .submit(TestUnit.of(s -> putSeveral(s, unit, entries)))
                    .join()
                    .forEach(v -> acknowledged.put(v.key(), v.position()));
              }
            }));
      }
      for (Future<?> writer : done) {
        writer.get(120, TimeUnit.SECONDS);
      }
      writing.set(false);
      for (Future<List<LogEntry>> follower : followers) {
        List<LogEntry> log = follower.get(60, TimeUnit.SECONDS);
        assertThat(log).as("seed %d", seed).hasSameSizeAs(acknowledged.keySet());
        assertThat(log)
            .allSatisfy(
                e -> assertThat(acknowledged).containsEntry(e.version().key(), e.position()));
        assertThat(log.stream().filter(LogEntry::endsUnit)).hasSize(writers * unitsEach);
      }
    }
  }

  private static List<ResourceVersion> putSeveral(WriterSection section, String unit, int entries) {
    List<ResourceVersion> versions = new ArrayList<>();
    for (int e = 0; e < entries; e++) {
      versions.add(TestUnit.put(section, new ResourceKey("Patient", unit + "e" + e), "x"));
    }
    return versions;
  }

  /** Follows the log until all is written and read, and checks it on the way. */
  private static Callable<List<LogEntry>> follower(
      ResourceStore store,
      Random random,
      AtomicBoolean writing,
      Map<ResourceKey, LogPosition> acknowledged) {
    return () -> {
      List<LogEntry> log = new ArrayList<>();
      LogPosition after = LogPosition.START;
      while (true) {
        boolean last = !writing.get();
        long known = acknowledged.values().stream().mapToLong(LogPosition::value).max().orElse(0);
        assertThat(store.head().value()).isGreaterThanOrEqualTo(known);
        List<LogEntry> next = store.read(after, 1 + random.nextInt(20));
        for (LogEntry entry : next) {
          assertThat(entry.position()).isEqualTo(after.next());
          if (!log.isEmpty()) {
            assertThat(entry.version().lastUpdated())
                .isAfterOrEqualTo(log.getLast().version().lastUpdated());
          }
          log.add(entry);
          after = entry.position();
        }
        if (next.isEmpty()) {
          assertThat(after.value()).isGreaterThanOrEqualTo(known);
          if (last) {
            return log;
          }
          store.awaitEntriesAfter(after, Duration.ofMillis(5));
        }
      }
    };
  }

  @Test
  void servesOnWhenTheOtherNodeCloses() {
    left.submit(TestUnit.put(ONE, "x")).join();
    left.close();

    assertThat(right.read(ONE)).isPresent();
    right.submit(TestUnit.put(ONE, "y")).join();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Ends the writing connections of this test's nodes; how many there were. */
  private int killWriters(String condition) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    + " where application_name = 'rodnan-writer'"
                    + " and datname = current_database() and "
                    + condition)) {
      row.next();
      return row.getInt(1);
    }
  }

  /** Kills a writer as soon as there is one that fits. */
  private void killOne(String condition) throws SQLException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (killWriters(condition) == 0) {
      assertThat(System.nanoTime()).as("no writer with %s", condition).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void tellsTheTruthWhenConnectionsAreKilled() throws Exception {
    Map<Integer, CompletableFuture<?>> units = new ConcurrentHashMap<>();
    AtomicBoolean writing = new AtomicBoolean(true);
    List<Future<?>> writers = new ArrayList<>();
    int kills = 0;
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int w = 0; w < 4; w++) {
        int first = w;
        ResourceStore store = w % 2 == 0 ? left : right;
        Future<?> writer =
            pool.submit(() -> {
              for (int n = first; writing.get(); n += 4) {
                String unit = "u" + n;
                CompletableFuture<?> future =
                    store.submit(TestUnit.of(s -> putSeveral(s, unit, 3)));
                units.put(n, future);
                ResourceStoreContract.failure(future);
              }
            });
        writers.add(writer);
      }
      while (kills < 40) {
        kills += killWriters("state <> 'idle'");
      }
      writing.set(false);
      for (Future<?> writer : writers) {
        writer.get(120, TimeUnit.SECONDS);
      }
    }

    int acknowledged = 0;
    for (Map.Entry<Integer, CompletableFuture<?>> unit : units.entrySet()) {
      boolean succeeded = !unit.getValue().isCompletedExceptionally();
      for (int e = 0; e < 3; e++) {
        ResourceKey key = new ResourceKey("Patient", "u" + unit.getKey() + "e" + e);
        assertThat(left.read(key).isPresent()).as("%s", key).isEqualTo(succeeded);
      }
      acknowledged += succeeded ? 1 : 0;
    }
    assertThat(left.head()).isEqualTo(new LogPosition(acknowledged * 3L));
    left.submit(TestUnit.put(ONE, "on")).join();
    right.submit(TestUnit.put(ONE, "on")).join();
  }

  @Test
  void reportsACommitThatWasMadeThoughItsConnectionWasLost() throws Exception {
    // The server commits, then waits for a standby that never answers, and is killed waiting.
    execute("alter system set synchronous_standby_names = 'nobody'");
    execute("select pg_reload_conf()");
    try {
      CompletableFuture<ResourceVersion.Content> unit = left.submit(TestUnit.put(ONE, "x"));
      killOne("wait_event = 'SyncRep'");
      execute("alter system reset synchronous_standby_names");
      execute("select pg_reload_conf()");

      assertThat(unit.get(60, TimeUnit.SECONDS).position()).isEqualTo(new LogPosition(1));
      assertThat(left.read(ONE)).isPresent();
      assertThat(left.read(LogPosition.START, 10)).hasSize(1);
    } finally {
      execute("alter system reset synchronous_standby_names");
      execute("select pg_reload_conf()");
    }
    left.submit(TestUnit.put(ONE, "y")).join();
    assertThat(right.head()).isEqualTo(new LogPosition(2));
  }

  @Test
  void reportsACommitThatWasNotMadeWhenItsConnectionWasLost() throws Exception {
    execute(
        """
        create function slow() returns trigger language plpgsql as
        $$ begin perform pg_sleep(30); return null; end $$;
        create constraint trigger slow after insert on resource_version
        deferrable initially deferred for each row execute function slow();
        """);
    CompletableFuture<ResourceVersion.Content> unit = left.submit(TestUnit.put(ONE, "x"));
    killOne("wait_event = 'PgSleep' and query = 'COMMIT'");

    assertThat(ResourceStoreContract.failure(unit).orElseThrow())
        .isInstanceOf(FhirFailure.Fault.class)
        .hasMessageContaining("refused");
    assertThat(left.read(ONE)).isEmpty();
    execute("drop trigger slow on resource_version");
    left.submit(TestUnit.put(ONE, "y")).join();
    assertThat(left.head()).isEqualTo(new LogPosition(1));
  }
}
