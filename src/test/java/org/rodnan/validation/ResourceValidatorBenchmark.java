package org.rodnan.validation;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.hl7.fhir.r4.model.Observation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time of one validation, by the compiled checks and by pooled validators of HL7. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class ResourceValidatorBenchmark {
  @Param({
    "ssc-mrss-valid-all-sites",
    "ssc-mrss-valid-total-only",
    "ssc-fvc-valid-percent-predicted",
    "ssc-adverse-event-valid-nausea"
  })
  public String example = "";

  private byte[] json = {};

  @Setup
  public void read() {
    json = Validators.example(example).getBytes(StandardCharsets.UTF_8);
    Validators.SHARED.warmUp();
  }

  /** As a write does it. */
  @Benchmark
  public ValidationReport validate() {
    return Validators.SHARED.validate(new Observation(), json);
  }

  @Benchmark
  public boolean compiled() {
    return Validators.SHARED.compiled().accepts(json);
  }

  @Benchmark
  public ValidationReport judge() {
    return Validators.SHARED.judge(new Observation(), json);
  }
}
