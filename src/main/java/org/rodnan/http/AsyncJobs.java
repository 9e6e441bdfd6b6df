package org.rodnan.http;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;

/**
 * What clients asked to be answered later ({@code Prefer: respond-async}; R4, async.html). Jobs and
 * their results are in the memory of this node alone: neither outlives it, and another node doesn't
 * know them. At most {@code rodnan.http.async-jobs-max} are kept, each for {@code
 * rodnan.http.async-age-max} after it was asked for. Thread safe.
 */
final class AsyncJobs {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final ExecutorService threads;
  private final int jobsMax;
  private final Duration ageMax;
  private final IdGenerator ids;
  private final Clock clock;
  private final Map<String, Job> jobs = new LinkedHashMap<>();

  /**
   * @param threads a bounded pool; stays the caller's
   */
  AsyncJobs(ExecutorService threads, int jobsMax, Duration ageMax, IdGenerator ids, Clock clock) {
    this.threads = threads;
    this.jobsMax = jobsMax;
    this.ageMax = ageMax;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * @param asked as the client wrote it, {@code GET /Patient?...}
   */
  record Job(String asked, Instant since, LongWork work, Future<Answer> answer) {}

  /** How a job is. */
  sealed interface State {
    /**
     * @param said how far it is; empty if nothing was said
     */
    record Working(Duration age, String said) implements State {}

    record Done(Answer answer) implements State {}

    record Failed(Throwable reason) implements State {}
  }

  /**
   * The answer, now, or if the client prefers that, the address under which it will be.
   *
   * @throws FhirFailure.Busy if too many jobs are at work
   */
  Answer answer(FhirRequest request, Supplier<Answer> work) {
    return answer(request, new LongWork(false), work);
  }

  /**
   * The same for work that says how far it is, and that may end early.
   *
   * @throws FhirFailure.Busy if too many jobs are at work
   */
  Answer answer(FhirRequest request, Function<LongWork, Answer> work) {
    LongWork own = new LongWork(true);
    return answer(request, own, () -> work.apply(own));
  }

  private Answer answer(FhirRequest request, LongWork own, Supplier<Answer> work) {
    if (!request.preferences().async()) {
      return work.get();
    }
    String query = request.http().getQueryString();
    String asked =
        request.http().getMethod()
            + " "
            + request.http().getPathInfo()
            + (query == null ? "" : "?" + query);
    String id = submit(asked, own, work);
    return Answer.empty(202)
        .with("Content-Location", request.links().base() + "/" + Routes.ASYNC + "/" + id);
  }

  private synchronized String submit(String asked, LongWork own, Supplier<Answer> work) {
    drop(true);
    if (jobs.size() >= jobsMax) {
      throw new FhirFailure.Busy(
          "There are "
              + jobs.size()
              + " asynchronous requests already, as rodnan.http.async-jobs-max allows",
          RETRY_AFTER);
    }
    String id = ids.next();
    jobs.put(id, new Job(asked, clock.instant(), own, threads.submit(work::get)));
    return id;
  }

  /**
   * The old ones, the oldest first.
   *
   * @param makesRoom whether for a new one others that are done go too
   */
  private void drop(boolean makesRoom) {
    Instant oldest = clock.instant().minus(ageMax);
    Iterator<Job> inOrder = jobs.values().iterator();
    while (inOrder.hasNext()) {
      Job job = inOrder.next();
      boolean isFull = makesRoom && jobs.size() >= jobsMax;
      if (job.answer().isDone() && (isFull || job.since().isBefore(oldest))) {
        inOrder.remove();
      }
    }
  }

  /**
   * @throws FhirFailure.NotFound if there is no such job, or no longer
   */
  State state(String id) {
    Job job = job(id);
    if (!job.answer().isDone()) {
      return new State.Working(Duration.between(job.since(), clock.instant()), job.work().said());
    }
    try {
      return new State.Done(job.answer().get());
    } catch (ExecutionException e) {
      return new State.Failed(e.getCause() == null ? e : e.getCause());
    } catch (CancellationException e) {
      throw unknown(id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Fault("The request was interrupted", e);
    }
  }

  private synchronized Job job(String id) {
    drop(false);
    return Optional.ofNullable(jobs.get(id)).orElseThrow(() -> unknown(id));
  }

  private static FhirFailure unknown(String id) {
    return new FhirFailure.NotFound("There is no asynchronous request " + id + ", or no longer");
  }

  /**
   * Forgets the job. One that has not begun never will; one that has begun comes to its end, and
   * what it writes stays written. One that may end early is told to, and is kept for the answer
   * that it then gives, until it is cancelled again.
   *
   * @throws FhirFailure.NotFound if there is no such job, or no longer
   */
  synchronized void cancel(String id) {
    Job job = jobs.get(id);
    if (job == null) {
      throw unknown(id);
    }
    if (job.work().mayStop() && !job.answer().isDone()) {
      job.work().stop();
      return;
    }
    jobs.remove(id);
    job.answer().cancel(false);
  }
}
