package org.rodnan.cql;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.MeasureReport;
import org.hl7.fhir.r4.model.Parameters;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.Terminology;

/**
 * Evaluates CQL over what is stored, at one moment that sees every write acknowledged before.
 * Changes nothing. Thread safe.
 *
 * <p>All methods fail with {@link FhirFailure.Unprocessable} if the CQL can't be compiled or
 * evaluated, the issues naming library, line and column; with {@link FhirFailure.Busy} if the time
 * or the places in the queue are used up; with {@link FhirFailure.TooLarge} if the CQL is too long
 * or finds too much.
 */
public final class CqlEvaluation {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /** Until an evaluation has noticed itself that its time is over. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private static final Duration LOADING = Duration.ofMinutes(1);

  private final SubjectSearch subjects;
  private final Supplier<Terminology> terminology;
  private final Evaluators evaluating;
  private final CqlSettings settings;
  private final Clock clock;
  private final EngineParts parts = new EngineParts();
  private @Nullable Future<?> loading;

  CqlEvaluation(
      SubjectSearch subjects,
      Supplier<Terminology> terminology,
      Evaluators evaluating,
      CqlSettings settings,
      Clock clock) {
    this.subjects = subjects;
    this.terminology = terminology;
    this.evaluating = evaluating;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * The values of expressions, a parameter for each value (Using CQL with FHIR, "Parameters and
   * Data"): a list has one for each of its elements, what is null or empty an extension that says
   * so.
   *
   * @throws FhirFailure.NotFound if the subject isn't there
   */
  public Parameters evaluate(CqlQuestion question) {
    return within(surroundings -> new ExpressionEvaluation(question, surroundings).answer());
  }

  /**
   * The report of a measure.
   *
   * @throws FhirFailure.NotFound if a subject isn't there
   */
  public MeasureReport evaluate(MeasureQuestion question) {
    return within(surroundings ->
        new MeasureEvaluation(question, surroundings, settings.subjectsMax(), clock).report());
  }

  private <T> T within(Function<Surroundings, T> work) {
    requireLoaded();
    Budget budget = new Budget(settings.timeMax());
    Evaluators.Evaluation<T> answer =
        submitted(() -> subjects.now(moment -> work.apply(surroundings(moment, budget))));
    try {
      return answer.get(settings.timeMax().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw EvaluationFailures.of(e.getCause() == null ? e : e.getCause(), "", 0);
    } catch (TimeoutException e) {
      budget.end();
      answer.abandon();
      throw Budget.usedUp(settings.timeMax());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      budget.end();
      answer.abandon();
      throw new FhirFailure.Busy("The server stops", RETRY_AFTER);
    }
  }

  /** The first evaluation waits until compiler and engine are there; its time doesn't count. */
  private void requireLoaded() {
    try {
      loading().get(LOADING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new FhirFailure.Fault("The engine of CQL can't be loaded", e);
    } catch (TimeoutException e) {
      throw new FhirFailure.Busy("The engine of CQL is being loaded", RETRY_AFTER);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Busy("The server stops", RETRY_AFTER);
    }
  }

  private synchronized Future<?> loading() {
    Future<?> started = loading;
    if (started == null) {
      started =
          submitted(() -> {
            parts.load();
            return true;
          });
      loading = started;
    }
    return started;
  }

  private <T> Evaluators.Evaluation<T> submitted(Callable<T> work) {
    try {
      return evaluating.submit(work);
    } catch (RejectedExecutionException e) {
      throw new FhirFailure.Busy(
          "As much CQL waits as rodnan.cql.queue-max allows, " + settings.queueMax(), RETRY_AFTER);
    }
  }

  private Surroundings surroundings(SubjectSearch.Moment moment, Budget budget) {
    budget.require();
    StoredData data = new StoredData(moment, budget, settings.resourcesMax());
    StoredLibraries stored = new StoredLibraries(data, settings.charactersMax());
    Engine engine =
        new Engine(
            parts,
            data,
            stored,
            terminology.get(),
            budget,
            ZonedDateTime.ofInstant(clock.instant(), ZoneOffset.UTC));
    return new Surroundings(moment, data, stored, engine, settings.charactersMax());
  }
}
