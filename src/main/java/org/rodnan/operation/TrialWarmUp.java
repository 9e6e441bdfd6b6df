package org.rodnan.operation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.rodnan.cohort.CohortDefinition;
import org.rodnan.cohort.CohortSearch;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.course.CoreMeasure;
import org.rodnan.endpoint.AnalysisSet;
import org.rodnan.endpoint.EndpointAnalysis;
import org.rodnan.endpoint.EndpointTable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works out some cohorts and endpoint tables of the largest study after the start of the program
 * and drops them, so that the first of a client takes as long as the others do: what they run
 * through is compiled by then, and what they read of the index is in memory. Thread safe.
 */
final class TrialWarmUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrialWarmUp.class);
  private static final String STUDY = "ResearchStudy";

  /** Beyond so many one of them is as good as the largest. */
  private static final int STUDIES_MAX = 200;

  /** What is compiled in steps is fast after so many. */
  private static final int ROUNDS = 6;

  /** No round begins later. */
  private static final Duration TIME_MAX = Duration.ofSeconds(20);

  private static final Duration CLOSING_TIME = Duration.ofSeconds(10);
  private static final List<CoreMeasure> MEASURES = List.of(CoreMeasure.MRSS, CoreMeasure.FVC);

  private final SubjectSearch subjects;
  private final CohortSearch cohorts;
  private final EndpointAnalysis endpoints;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("trial-warm-up").unstarted(this::run);
  private volatile boolean isClosing;

  TrialWarmUp(SubjectSearch subjects, CohortSearch cohorts, EndpointAnalysis endpoints) {
    this.subjects = subjects;
    this.cohorts = cohorts;
    this.endpoints = endpoints;
  }

  /** Begins in a thread of its own; once. */
  void start() {
    thread.start();
  }

  private void run() {
    try {
      largest()
          .ifPresentOrElse(
              study -> LOG.debug("Warmed up by {} rounds of {}", ask(study), study),
              () -> LOG.debug("No study to warm up by"));
    } catch (FhirFailure e) {
      LOG.debug("The operations of trials aren't warmed up: {}", e.toString());
    } catch (RuntimeException e) {
      LOG.warn("The operations of trials can't be warmed up; clients aren't affected", e);
    }
  }

  private int ask(ResourceKey study) {
    long begun = System.nanoTime();
    int round = 0;
    while (round < ROUNDS && !isClosing && System.nanoTime() - begun < TIME_MAX.toNanos()) {
      ask(study, ++round);
    }
    return round;
  }

  private Optional<ResourceKey> largest() {
    return subjects.now(moment -> {
      Optional<ResourceKey> largest = Optional.empty();
      int most = 0;
      for (byte[] json : moment.resources(STUDY, List.of(), STUDIES_MAX)) {
        ResourceKey study =
            new ResourceKey(STUDY, JsonElements.text(JsonElements.read(json), "id").orElseThrow());
        int size =
            moment.count("ResearchSubject", List.of(new Parameter("study", study.toString())));
        if (size > most) {
          most = size;
          largest = Optional.of(study);
        }
      }
      return largest;
    });
  }

  /** With other numbers in each round, as nothing may be answered from a cache. */
  private void ask(ResourceKey study, int round) {
    List<Criterion> criteria = new ArrayList<>();
    criteria.add(Criterion.parse("women::Patient?gender=female"));
    criteria.add(Criterion.parse("safe::!AdverseEvent?seriousness=serious"));
    for (CoreMeasure measure : MEASURES) {
      criteria.add(
          Criterion.parse(
              "%s::Observation?code=%s&value-quantity=gt%d#visit=%s"
                  .formatted(measure.code(), measure.tokens(), round, EndpointAnalysis.BASELINE)));
    }
    for (CoreMeasure measure : MEASURES) {
      Set<String> visits = new LinkedHashSet<>();
      table(study, measure, criteria).rows().forEach(row -> visits.add(row.visit()));
      List<Criterion> withChange = new ArrayList<>(criteria);
      visits.stream()
          .reduce((earlier, later) -> later)
          .map(visit ->
              Criterion.parse(
                  "change::Observation?code=%s#change=%s,%s,percent,le,-%d"
                      .formatted(measure.tokens(), EndpointAnalysis.BASELINE, visit, round)))
          .ifPresent(withChange::add);
      cohorts.find(
          new CohortDefinition(Optional.of(study), withChange, CohortDefinition.COMBINE_DEFAULT),
          Optional.empty(),
          Disclosure.Level.EVERYTHING);
    }
  }

  private EndpointTable table(ResourceKey study, CoreMeasure measure, List<Criterion> strata) {
    return endpoints.analyse(
        new EndpointAnalysis.Question(
            study,
            measure.tokens(),
            EndpointAnalysis.BASELINE,
            List.of(),
            Arrays.asList(AnalysisSet.values()),
            strata,
            Optional.empty(),
            OptionalDouble.empty(),
            true),
        Disclosure.Level.EVERYTHING);
  }

  /** Lets the round that is at work end. */
  @Override
  public void close() {
    isClosing = true;
    try {
      if (thread.isAlive()) {
        thread.join(CLOSING_TIME);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
