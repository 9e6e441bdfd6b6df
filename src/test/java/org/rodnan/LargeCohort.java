package org.rodnan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A seeded trial of any size, synthetic: each subject is in one of two arms and has some measures
 * at five visits, every one a valid example with another value that wanders from visit to visit;
 * one subject in ten has a serious adverse event. Subject {@code n} is {@code Patient/cn}, its
 * Observations are {@code cn-measure-visit}, visits counted from 0.
 */
final class LargeCohort {
  static final List<String> VISITS =
      List.of("baseline", "month-3", "month-6", "month-9", "month-12");
  static final int MEASURES_MAX = 10;
  static final String STUDY = "ResearchStudy/example-study";

  /** Dates of the first visits: fifteen years from here. */
  static final LocalDate FIRST = LocalDate.of(2000, 1, 1);

  private static final String VISIT = "https://w3id.org/rodnan/StructureDefinition/ssc-visit";
  private static final int ENROLLED_DAYS = 15 * 365;
  private static final int DAYS_BETWEEN_VISITS = 91;
  private static final int CLIENTS = 4;
  private static final int SUBJECTS_A_TRANSACTION = 8;

  /**
   * @param decimals digits behind the point of its values
   */
  private record Measure(String name, String example, double low, double high, int decimals) {}

  private static final List<Measure> ALL =
      List.of(
          new Measure("mrss", "ssc-mrss-valid-total-only", 0, 51, 0),
          new Measure("fvcpp", "ssc-fvc-valid-percent-predicted", 30, 120, 0),
          new Measure("dlco", "ssc-dlco-valid-percent", 20, 120, 0),
          new Measure("shaq", "ssc-outcome-score-valid-shaq-di", 0, 3, 2),
          new Measure("fvc", "ssc-fvc-valid-litres", 0.8, 6, 2),
          new Measure("dlcoraw", "ssc-dlco-valid-raw", 3, 35, 1),
          new Measure("haq", "ssc-outcome-score-valid-haq-di-with-loinc", 0, 3, 2),
          new Measure("vas", "ssc-outcome-score-valid-vas-raynaud", 0, 100, 0),
          new Measure("pga", "ssc-outcome-score-valid-physician-global", 0, 10, 1),
          new Measure("esr", "ssc-lab-result-valid-esr", 0, 120, 0));

  private final List<ObjectNode> examples =
      ALL.stream().map(measure -> Fixtures.example(measure.example())).toList();
  private final ObjectNode subject = Fixtures.example("ssc-research-subject-valid-on-study");
  private final ObjectNode harm =
      Fixtures.example("ssc-adverse-event-valid-serious-fluid-overload");
  private final long seed;
  private final int measures;

  /**
   * @param measures of each subject, at most {@value #MEASURES_MAX}: mRSS, FVC and DLCO in %
   *     predicted, SHAQ-DI first
   */
  LargeCohort(long seed, int measures) {
    this.seed = seed;
    this.measures = measures;
  }

  /**
   * Starts the packed program on a cohort without the seed trials. It is loaded into the folder at
   * the first time and stays there.
   *
   * @param folder where data of several sizes may be
   */
  static ServerProcess serve(String folder, int subjects, int measures, String heap)
      throws IOException {
    String name = subjects + "-" + measures;
    Path data = Path.of(folder, "data-" + name).toAbsolutePath();
    Path loaded = Path.of(folder, "loaded-" + name);
    Files.createDirectories(loaded.getParent());
    if (!Files.exists(loaded)) {
      try (ServerProcess server = start(data, heap)) {
        new LargeCohort(1, measures).load(server.client(), subjects);
      }
      Files.createFile(loaded);
    }
    // A server warms up with what is there when it starts.
    return start(data, heap);
  }

  private static ServerProcess start(Path data, String heap) {
    return ServerProcess.start(
        data,
        Map.of(
            "rodnan.trials.load",
            "false",
            "rodnan.warm-up",
            "true",
            "logging.level.org.rodnan.operation",
            "debug"),
        heap);
  }

  /**
   * Loads subjects through transactions and says on standard output how far it is.
   *
   * @throws IllegalStateException with the answer, if one is refused
   */
  void load(FhirClient client, int subjects) {
    ObjectNode fixtures = Fixtures.transaction();
    Fixtures.put(fixtures, Fixtures.example("fixture-organization-example-site"));
    Fixtures.put(fixtures, Fixtures.example("fixture-patient-example-patient"));
    Fixtures.put(fixtures, Fixtures.example("fixture-observation-example-hemoglobin"));
    Fixtures.put(fixtures, Fixtures.example("fixture-researchstudy-example-study"));
    Fixtures.put(fixtures, Fixtures.example("fixture-researchsubject-example-subject"));
    send(client, fixtures);
    AtomicInteger next = new AtomicInteger();
    long begun = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> clients =
          java.util.stream.IntStream.range(0, CLIENTS)
              .<Future<?>>mapToObj(i -> pool.submit(() -> loadUntil(client, next, subjects, begun)))
              .toList();
      for (Future<?> future : clients) {
        future.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void loadUntil(FhirClient client, AtomicInteger next, int subjects, long begun) {
    for (int from = next.getAndAdd(SUBJECTS_A_TRANSACTION);
        from < subjects;
        from = next.getAndAdd(SUBJECTS_A_TRANSACTION)) {
      ObjectNode bundle = Fixtures.transaction();
      for (int n = from; n < Math.min(subjects, from + SUBJECTS_A_TRANSACTION); n++) {
        add(bundle, n);
      }
      send(client, bundle);
      if (from % 1000 == 0) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        int resources = from * (2 + VISITS.size() * measures);
        System.out.printf(
            Locale.ROOT,
            "%,d of %,d subjects, %,.0f resources a second%n",
            from,
            subjects,
            resources / seconds);
      }
    }
  }

  private static void send(FhirClient client, ObjectNode bundle) {
    FhirClient.Answer answer = client.post("", bundle.toString(), "Prefer", "return=minimal");
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.text());
    }
  }

  private void add(ObjectNode bundle, int n) {
    Random random = new Random(seed * 1_000_003 + n);
    String id = "c" + n;
    ObjectNode patient = Fixtures.patient(id, id);
    patient.put("gender", random.nextInt(5) == 0 ? "male" : "female");
    patient.put("birthDate", Integer.toString(1930 + random.nextInt(65)));
    patient.remove("text");
    Fixtures.put(bundle, patient);
    ObjectNode enrolled = subject.deepCopy();
    enrolled.put("id", id);
    enrolled.putObject("study").put("reference", STUDY);
    enrolled.putObject("individual").put("reference", "Patient/" + id);
    ((ObjectNode) enrolled.at("/identifier/0")).put("value", id);
    String arm = random.nextBoolean() ? "Active" : "Placebo";
    enrolled.put("assignedArm", arm).put("actualArm", arm);
    Fixtures.put(bundle, enrolled);
    LocalDate first = FIRST.plusDays(random.nextInt(ENROLLED_DAYS));
    for (int m = 0; m < measures; m++) {
      double level = random.nextDouble();
      for (int visit = 0; visit < VISITS.size(); visit++) {
        level = Math.clamp(level + 0.08 * random.nextGaussian(), 0, 1);
        Fixtures.put(bundle, observation(id, m, visit, level, first));
      }
    }
    if (random.nextInt(10) == 0) {
      Fixtures.put(bundle, harm(id, first));
    }
  }

  /**
   * @param level of its value, 0 to 1 of what the measure may have
   */
  private ObjectNode observation(String id, int m, int visit, double level, LocalDate first) {
    Measure measure = ALL.get(m);
    ObjectNode observation = examples.get(m).deepCopy();
    observation.put("id", id + "-" + measure.name() + "-" + visit);
    observation.putObject("subject").put("reference", "Patient/" + id);
    observation.put(
        "effectiveDateTime", first.plusDays((long) visit * DAYS_BETWEEN_VISITS).toString());
    observation.remove("text");
    double value = measure.low() + level * (measure.high() - measure.low());
    ((ObjectNode) observation.get("valueQuantity"))
        .put("value", new BigDecimal(value).setScale(measure.decimals(), RoundingMode.HALF_UP));
    ArrayNode extensions = observation.withArray("extension");
    for (int i = extensions.size() - 1; i >= 0; i--) {
      if (extensions.get(i).path("url").asText().equals(VISIT)) {
        extensions.remove(i);
      }
    }
    ArrayNode parts = extensions.addObject().put("url", VISIT).putArray("extension");
    parts
        .addObject()
        .put("url", "code")
        .putObject("valueCodeableConcept")
        .putArray("coding")
        .addObject()
        .put("system", "https://w3id.org/rodnan/CodeSystem/ssc-visit")
        .put("code", VISITS.get(visit));
    return observation;
  }

  private ObjectNode harm(String id, LocalDate first) {
    ObjectNode event = harm.deepCopy();
    event.put("id", id + "-harm");
    event.putObject("subject").put("reference", "Patient/" + id);
    event.put("date", first.plusDays(30).toString());
    for (JsonNode extension : event.path("extension")) {
      if (extension.path("url").asText().endsWith("/research-subject-ref")) {
        ((ObjectNode) extension.path("valueReference")).put("reference", "ResearchSubject/" + id);
      }
    }
    return event;
  }
}
