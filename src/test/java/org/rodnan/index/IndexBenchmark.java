package org.rodnan.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.IndexableField;
import org.hl7.fhir.r4.model.Resource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.rodnan.BenchmarkFiles;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.UnitConversion;

/** What a write costs on its way into the index, for an mRSS with 17 sites. */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 3)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class IndexBenchmark {
  private static final int BATCH = 1_000;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final DocumentExtractor extractor =
      new DocumentExtractor(
          SearchParameters.load(), new UnitConversion(), new ReferenceText(List.of()));
  private Resource mrss;
  private String json;
  private IndexDocument document;
  private Path folder;
  private TestingLog log;
  private ResourceIndex index;
  private int next;

  @Setup(Level.Trial)
  public void open() throws IOException {
    json = BenchmarkFiles.example("ssc-mrss-valid-all-sites");
    mrss = (Resource) FhirContexts.r4().newJsonParser().parseResource(json);
    document = extractor.extract(mrss);
    folder = Files.createTempDirectory("index-benchmark");
    log = new TestingLog(extractor, START);
    index = ResourceIndex.open(folder, log, extractor, Limits.DEFAULTS, Clock.systemUTC());
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    index.close();
    BenchmarkFiles.delete(folder);
  }

  /** In the request's thread. */
  @Benchmark
  public IndexDocument extract() {
    return extractor.extract(mrss);
  }

  /** In the follower, first part. */
  @Benchmark
  public List<IndexableField> fields() {
    return document.fields(Map.of());
  }

  /** Appended to a log in memory, extracted and applied; of each, in batches. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void follow() {
    for (int i = 0; i < BATCH; i++) {
      ResourceKey key = new ResourceKey("Observation", "o" + next++);
      log.append(List.of(new TestingLog.Write(key, mrss, json)));
    }
    index.await(log.head(), Duration.ofSeconds(30));
  }

  /** One write, then one wait for the index. */
  @Benchmark
  public void writeThenAwait() {
    ResourceKey key = new ResourceKey("Observation", "o" + next++);
    log.append(List.of(new TestingLog.Write(key, mrss, json)));
    index.await(log.head(), Duration.ofSeconds(30));
  }
}
