package org.rodnan.terminology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionComponent;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.util.FileSystemUtils;

/** Expansion of a code system of 100,000 concepts. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TerminologyBenchmark {
  private Path folder;
  private LargeCodeSystem large;
  private Terminology terminology;

  @Setup
  public void make() throws IOException {
    folder = Files.createTempDirectory("terminology-benchmark-");
    large = new LargeCodeSystem(100_000);
    terminology =
        new TerminologyService(folder, new UnitConversion(), TerminologyLimits.DEFAULTS).at(large);
    firstPageWithAFilter();
  }

  @TearDown
  public void remove() {
    FileSystemUtils.deleteRecursively(folder.toFile());
  }

  @Benchmark
  public ValueSetExpansionComponent firstPageWithAFilter() {
    return page(Optional.of("gam the"), 0);
  }

  @Benchmark
  public ValueSetExpansionComponent lastPage() {
    return page(Optional.empty(), 99_900);
  }

  private ValueSetExpansionComponent page(Optional<String> filter, int offset) {
    ExpansionRequest request =
        new ExpansionRequest(
            filter,
            offset,
            OptionalInt.of(50),
            false,
            false,
            false,
            false,
            List.of(),
            Optional.empty(),
            List.of());
    return Expander.expand(terminology.codes(large.all()), request, 10_000);
  }
}
