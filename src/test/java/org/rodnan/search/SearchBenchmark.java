package org.rodnan.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Resource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.rodnan.BenchmarkFiles;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.TestingLog;

/** Searches over 20,000 mRSS Observations of 1,000 patients, without HTTP. */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 3)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SearchBenchmark {
  private static final int PATIENTS = 1_000;
  private static final int OBSERVATIONS = 20_000;
  private static final String CODE = "https://w3id.org/rodnan/CodeSystem/ssc-measure%7Cmrss-total";

  private Path folder;
  private SearchFixture fixture;
  private SearchRequest page;
  private SearchRequest sorted;
  private int next;

  @Setup(Level.Trial)
  public void open() throws IOException {
    folder = Files.createTempDirectory("search-benchmark");
    fixture = new SearchFixture(folder);
    for (int i = 0; i < PATIENTS; i++) {
      fixture.put(
          "Patient/p" + i,
          "'birthDate':'19"
              + (10 + i % 90)
              + "','gender':'"
              + (i % 4 == 0 ? "male" : "female")
              + "'");
    }
    String json = BenchmarkFiles.example("ssc-mrss-valid-all-sites");
    for (int i = 0; i < OBSERVATIONS; i++) {
      Observation mrss = (Observation) FhirContexts.r4().newJsonParser().parseResource(json);
      mrss.getSubject().setReference("Patient/p" + i % PATIENTS);
      mrss.getValueQuantity().setValue(i % 52);
      String body = FhirContexts.r4().newJsonParser().encodeResourceToString((Resource) mrss);
      fixture.log.append(
          List.of(new TestingLog.Write(new ResourceKey("Observation", "o" + i), mrss, body)));
    }
    page = SearchFixture.request("Observation?code=" + CODE + "&_count=50");
    sorted = SearchFixture.request("Observation?code=" + CODE + "&_sort=-value-quantity&_count=50");
    fixture.engine.search(page);
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
      System.getLogger("benchmark").log(System.Logger.Level.INFO, "index bytes: " + bytes);
    }
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    fixture.close();
    BenchmarkFiles.delete(folder);
  }

  @Benchmark
  public SearchPage pageOfFifty() {
    return fixture.engine.search(page);
  }

  @Benchmark
  public SearchPage pageOfFiftySortedByValue() {
    return fixture.engine.search(sorted);
  }

  /** Another patient each time: nothing kept helps. */
  @Benchmark
  public SearchPage pageOfOnePatient() {
    return fixture.engine.search(
        SearchFixture.request("Observation?code=" + CODE + "&patient=p" + next++ % PATIENTS));
  }

  /** Another bound each time. */
  @Benchmark
  public SearchPage countByQuantity() {
    return fixture.engine.search(
        SearchFixture.request(
            "Observation?_summary=count&code-value-quantity="
                + CODE
                + "$ge"
                + next++ % 40
                + "."
                + next));
  }

  @Benchmark
  public SearchPage chainedCount() {
    return fixture.engine.search(
        SearchFixture.request(
            "Observation?_summary=count&patient.birthdate=ge19"
                + (10 + next++ % 89)
                + "-01-01T0%d:%02d".formatted(next / 60 % 10, next % 60)));
  }

  @Benchmark
  public SearchPage reverseChainedPage() {
    return fixture.engine.search(
        SearchFixture.request(
            "Patient?_count=50&_has:Observation:patient:value-quantity=gt"
                + next++ % 50
                + "."
                + next));
  }

  @Benchmark
  public SearchPage pageWithPatients() {
    return fixture.engine.search(
        SearchFixture.request(
            "Observation?_count=50&_include=Observation:patient&value-quantity=gt" + next++ % 40));
  }
}
