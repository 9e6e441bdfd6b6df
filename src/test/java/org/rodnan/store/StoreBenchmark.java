package org.rodnan.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;

/** Appending and reading, on both databases, with bodies of an mRSS Observation's size. */
@State(Scope.Benchmark)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StoreBenchmark {
  private static final int RESOURCES = 10_000;

  @Param({"sqlite", "postgresql"})
  public String database = "";

  @Param({"600", "4500"})
  public int bodyBytes;

  private record Opened(ResourceStore store, Path folder, BodyTemplate body) {}

  private @Nullable Opened opened;
  private final AtomicLong next = new AtomicLong();

  @Setup(Level.Trial)
  public void open() throws IOException, SQLException {
    Path folder = Files.createTempDirectory("rodnan-benchmark");
    StoreSettings settings =
        database.equals("sqlite") ? StoreSettings.sqliteIn(folder) : PostgresServer.newStore();
    ResourceStore store = ResourceStores.open(settings, Limits.DEFAULTS, Clock.systemUTC());
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < bodyBytes; i++) {
      text.append("site ").append(i * 7919 % 1000).append(" scored ").append(i % 4).append("; ");
    }
    BodyTemplate body = TestUnit.body(new ResourceKey("Observation", "1"), text.toString());
    opened = new Opened(store, folder, body);
    for (int from = 0; from < RESOURCES; from += 1_000) {
      int first = from;
      store
          .submit(
              TestUnit.of(section -> {
                for (int i = first; i < first + 1_000; i++) {
                  put(section, new ResourceKey("Observation", "r" + i));
                }
                return first;
              }))
          .join();
    }
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    opened().store().close();
    try (Stream<Path> files = Files.walk(opened().folder())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Opened opened() {
    return Objects.requireNonNull(opened);
  }

  private ResourceVersion put(WriterSection section, ResourceKey key) {
    return section.put(
        key,
        Change.CREATED,
        opened().body(),
        Map.of(),
        List.of(),
        List.of(ResourceStoreContract.ONE),
        null);
  }

  private ResourceVersion append() {
    ResourceKey key = new ResourceKey("Observation", "n" + next.incrementAndGet());
    return opened().store().submit(TestUnit.of(section -> put(section, key))).join();
  }

  /** Latency of one write at a time, synced. */
  @Benchmark
  public ResourceVersion appendAlone() {
    return append();
  }

  /** Sixty-four clients; the time for each write is the score divided by 64. */
  @Benchmark
  @Threads(64)
  public ResourceVersion appendBySixtyFour() {
    return append();
  }

  /** Transactions of 25 resources, one at a time. */
  @Benchmark
  public Integer appendTransactionOf25() {
    return opened()
        .store()
        .submit(
            TestUnit.of(section -> {
              for (int i = 0; i < 25; i++) {
                put(section, new ResourceKey("Observation", "n" + next.incrementAndGet()));
              }
              return 25;
            }))
        .join();
  }

  @Benchmark
  public Object readByKey() {
    int i = ThreadLocalRandom.current().nextInt(RESOURCES);
    return opened().store().read(new ResourceKey("Observation", "r" + i));
  }

  public static void main(String[] args) throws RunnerException {
    new Runner(new OptionsBuilder().include(args.length == 0 ? "StoreBenchmark" : args[0]).build())
        .run();
  }
}
