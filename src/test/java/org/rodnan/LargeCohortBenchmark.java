package org.rodnan;

import java.io.IOException;
import java.time.LocalDate;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
 * How long one search takes in a large cohort: the packed program with a heap of 2 GB, one client,
 * the exact total and the first page of 50 unless it says count, every search with other values
 * than the one before. The cohort is loaded into {@code folder} at the first run and stays there.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Timeout(time = 3, timeUnit = TimeUnit.HOURS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 3)
@Threads(1)
@State(Scope.Benchmark)
public class LargeCohortBenchmark {
  private static final Pattern NEXT = Pattern.compile("\"relation\":\"next\",\"url\":\"([^\"]+)\"");
  private static final String MRSS = "code=mrss-total";
  private static final String FVC = "code=http%3A%2F%2Floinc.org%7C19868-9";

  /** Thousands of subjects, each with 50 Observations. */
  @Param("20000")
  int subjects = 20_000;

  @Param("target/large-cohort")
  String folder = "target/large-cohort";

  private ServerProcess server;
  private FhirClient client;
  private final Random random = new Random(42);
  private String next = "";

  /** Starts the program, and loads the cohort unless the folder has it. */
  @Setup(Level.Trial)
  public void start() throws IOException {
    server = LargeCohort.serve(folder, subjects, LargeCohort.MEASURES_MAX, "-Xmx2g");
    client = server.client();
  }

  @TearDown(Level.Trial)
  public void stop() {
    server.close();
  }

  @Benchmark
  public int countByCode() {
    return get("/Observation?" + (random.nextBoolean() ? MRSS : FVC) + "&_summary=count");
  }

  @Benchmark
  public int codeAndDates() {
    return get("/Observation?" + MRSS + dates());
  }

  @Benchmark
  public int codeAndDatesSortedByDate() {
    return get("/Observation?" + MRSS + dates() + "&_sort=-date");
  }

  @Benchmark
  public int codeAndValues() {
    return get("/Observation?" + FVC + values());
  }

  @Benchmark
  public int codeAndValuesSortedByValue() {
    return get("/Observation?" + FVC + values() + "&_sort=value-quantity");
  }

  @Benchmark
  public int codeSortedByDate() {
    return get("/Observation?" + (random.nextBoolean() ? MRSS : FVC) + "&_sort=-date");
  }

  @Benchmark
  public int codeAndThousandPatients() {
    return post("/Observation/_search", MRSS + "&patient=" + patients(1_000));
  }

  @Benchmark
  public int codeAndTenThousandPatientsSortedByDate() {
    return post("/Observation/_search", MRSS + "&patient=" + patients(10_000) + "&_sort=date");
  }

  @Benchmark
  public int chain() {
    return get("/Observation?" + MRSS + "&patient.birthdate=lt" + (1940 + random.nextInt(50)));
  }

  @Benchmark
  public int reverseChain() {
    String value = "gt" + (30 + random.nextInt(20)) + "." + random.nextInt(1000);
    return get("/Patient?_has:Observation:patient:code-value-quantity=mrss-total%24" + value);
  }

  /** Walks through one search, page after page, and begins again at its end. */
  @Benchmark
  public int nextPageSortedByDate() {
    String path = next.isEmpty() ? "/Observation?" + MRSS + "&_sort=date" : next;
    String page = require(client.get(path)).text();
    Matcher link = NEXT.matcher(page);
    next = link.find() ? link.group(1).replace("\\/", "/") : "";
    return page.length();
  }

  private String dates() {
    LocalDate from = LargeCohort.FIRST.plusDays(random.nextInt(14 * 365));
    return "&date=ge" + from + "&date=lt" + from.plusDays(30 + random.nextInt(700));
  }

  private String values() {
    double from = 0.8 + random.nextInt(4000) / 1000.0;
    return "&value-quantity=ge" + from + "&value-quantity=lt" + (from + 0.5);
  }

  private String patients(int count) {
    return random
        .ints(0, subjects)
        .distinct()
        .limit(Math.min(count, subjects))
        .mapToObj(n -> "c" + n)
        .collect(Collectors.joining("%2C"));
  }

  private int get(String path) {
    return require(client.get(path)).response().body().length;
  }

  private int post(String path, String form) {
    return require(client.post(path, form, "Content-Type", "application/x-www-form-urlencoded"))
        .response()
        .body()
        .length;
  }

  private static FhirClient.Answer require(FhirClient.Answer answer) {
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.text());
    }
    return answer;
  }
}
