package org.rodnan;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long a cohort and an endpoint table of a large study take: the packed program with a heap of
 * 4 GB, one client, one request an iteration, each with other values than the one before. The first
 * iteration is the first request to the server, once it has warmed up after its start. The study is
 * loaded into {@code folder} at the first run and stays there.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Timeout(time = 3, timeUnit = TimeUnit.HOURS)
@Warmup(iterations = 0)
@Measurement(iterations = 31)
@Threads(1)
@State(Scope.Benchmark)
public class TrialOperationsBenchmark {
  private static final int MEASURES = 4;

  /** Each with 20 Observations. */
  @Param("100000")
  int subjects = 100_000;

  @Param("target/large-cohort")
  String folder = "target/large-cohort";

  private ServerProcess server;
  private FhirClient client;
  private final Random random = new Random(42);

  /** Starts the program, and loads the study unless the folder has it. */
  @Setup(Level.Trial)
  public void start() throws IOException, InterruptedException {
    server = LargeCohort.serve(folder, subjects, MEASURES, "-Xmx4g");
    client = server.client();
    while (!server.log().contains("Warmed up by")) {
      Thread.sleep(100);
    }
  }

  @TearDown(Level.Trial)
  public void stop() {
    server.close();
  }

  /** The attrition of five criteria, one of them a change, as CSV. */
  @Benchmark
  public int cohort() {
    return get("/" + LargeCohort.STUDY + "/$cohort?_format=csv" + criteria());
  }

  /** The same as Parameters, with a Group of those who remain. */
  @Benchmark
  public int cohortWithGroup() {
    return get("/" + LargeCohort.STUDY + "/$cohort?_format=json" + criteria());
  }

  /** One visit of the four populations in two strata and in all, as CSV. */
  @Benchmark
  public int endpoint() {
    return get(
        "/"
            + LargeCohort.STUDY
            + "/$endpoint?measure=mrss-total&visit=month-12&_format=csv"
            + stratum("women::Patient?gender=female")
            + stratum(
                "FVC::Observation?code=http://loinc.org|19872-1&visit=baseline&value-quantity=lt"
                    + fvc()));
  }

  /** The same at all visits. */
  @Benchmark
  public int endpointAtAllVisits() {
    return get(
        "/"
            + LargeCohort.STUDY
            + "/$endpoint?measure=mrss-total&_format=csv"
            + stratum("women::Patient?gender=female")
            + stratum(
                "FVC::Observation?code=http://loinc.org|19872-1&visit=baseline&value-quantity=lt"
                    + fvc()));
  }

  private String criteria() {
    return criterion(
            "skin::Observation?code=mrss-total&visit=baseline&value-quantity=ge"
                + (5 + random.nextInt(15)))
        + criterion(
            "lung::Observation?code=http://loinc.org|19872-1&visit=baseline&value-quantity=ge"
                + fvc())
        + criterion("age::Patient?birthdate=ge" + (1940 + random.nextInt(20)))
        + criterion("safe::!AdverseEvent?seriousness=serious")
        + criterion(
            "fell::Observation?code=http://loinc.org|19872-1#change=baseline,month-12,percent,le,-"
                + (5 + random.nextInt(10)));
  }

  private String fvc() {
    return Integer.toString(60 + random.nextInt(20));
  }

  private static String criterion(String text) {
    return "&criterion=" + FhirClient.encode(text);
  }

  private static String stratum(String text) {
    return "&stratum=" + FhirClient.encode(text);
  }

  private int get(String path) {
    FhirClient.Answer answer = client.get(path);
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.text());
    }
    return answer.response().body().length;
  }
}
