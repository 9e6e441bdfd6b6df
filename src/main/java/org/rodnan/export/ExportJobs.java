package org.rodnan.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports into files, one folder for each. What is done is there again after a restart; what was at
 * work goes on after the files that were finished, of the moment at which it began. Each is kept
 * for {@code rodnan.export.age-max} after it was asked for, at most {@code rodnan.export.jobs-max}
 * of them. They are of this node: another one doesn't know them. Thread safe.
 */
public final class ExportJobs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ExportJobs.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration RETRY_AFTER = Duration.ofSeconds(60);
  private static final Duration CLOSING_TIME = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final String MANIFEST = "manifest.json";
  private static final String FAILURE = "failure.json";

  private final Path folder;
  private final ExportWork work;
  private final int jobsMax;
  private final Duration ageMax;
  private final IdGenerator ids;
  private final Clock clock;
  private final ExecutorService threads;
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** How an export is. */
  public sealed interface State {
    /**
     * @param total resources to look at; 0 while that isn't known
     */
    record Working(long done, long total) implements State {}

    /**
     * @param until when its files go away
     */
    record Done(ExportRequest request, ExportManifest manifest, Instant until) implements State {}

    record Failed(FhirFailure reason) implements State {}
  }

  private final class Job implements ExportWork.Progress {
    private final Path place;
    private final ExportRequest request;
    private final Instant asked;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong total = new AtomicLong();
    private final AtomicBoolean isUnwanted = new AtomicBoolean();
    private volatile Optional<State> end = Optional.empty();

    Job(Path place, ExportRequest request, Instant asked) {
      this.place = place;
      this.request = request;
      this.asked = asked;
    }

    @Override
    public void of(long all) {
      total.set(all);
    }

    @Override
    public void step(long more) {
      done.addAndGet(more);
      requireWanted();
    }

    private void requireWanted() {
      if (isUnwanted.get() || isClosing()) {
        throw new CancellationException();
      }
    }

    State state() {
      return end.orElseGet(() -> new State.Working(done.get(), total.get()));
    }

    void run() {
      if (isClosing()) {
        return;
      }
      try {
        ExportManifest manifest = written();
        WholeFile.write(place.resolve(MANIFEST), json(manifest));
        Checkpoint.delete(place);
        end = Optional.of(new State.Done(request, manifest, asked.plus(ageMax)));
      } catch (CancellationException e) {
        LOG.debug("An export was called off");
      } catch (IOException | RuntimeException | StackOverflowError e) {
        if (!isUnwanted.get() && !isClosing()) {
          fail(e);
        }
      }
      if (isUnwanted.get()) {
        delete(place);
      }
    }

    /** Goes on as often as something is busy, such as the index, which may have to be rebuilt. */
    private ExportManifest written() throws IOException {
      while (true) {
        try {
          done.set(0);
          return work.carryOut(request, place, place, this);
        } catch (FhirFailure.Busy e) {
          LOG.info("An export waits: {}", e.getMessage());
          pause();
          requireWanted();
        }
      }
    }

    private void pause() {
      try {
        closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException();
      }
    }

    private void fail(Throwable thrown) {
      FhirFailure reason =
          thrown instanceof FhirFailure failure
              ? failure
              : new FhirFailure.Fault("The export failed: " + thrown, thrown);
      if (reason instanceof FhirFailure.Fault) {
        LOG.error("An export failed", thrown);
      }
      end = Optional.of(new State.Failed(reason));
      ObjectNode json = JSON.createObjectNode();
      json.put("isFault", reason instanceof FhirFailure.Fault);
      json.put("diagnostics", String.valueOf(reason.getMessage()));
      try {
        ExportWork.clear(place);
        WholeFile.write(place.resolve(FAILURE), json);
      } catch (IOException e) {
        LOG.warn("Why an export failed can't be written down: {}", e.toString());
      }
    }
  }

  ExportJobs(Path folder, ExportWork work, ExportSettings settings, IdGenerator ids, Clock clock) {
    this.folder = folder;
    this.work = work;
    this.jobsMax = settings.jobsMax();
    this.ageMax = settings.ageMax();
    this.ids = ids;
    this.clock = clock;
    this.threads =
        Executors.newFixedThreadPool(
            settings.threads(), Thread.ofPlatform().name("export-", 0).daemon().factory());
  }

  /** Takes up what the folder holds from before, to be called once. */
  synchronized void resume() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> places;
    try (Stream<Path> all = Files.list(folder)) {
      places = all.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Path place : places) {
      try {
        Job job =
            new Job(
                place,
                WholeFile.read(place.resolve(ExportWork.REQUEST), ExportRequest.class),
                Files.getLastModifiedTime(place.resolve(ExportWork.REQUEST)).toInstant());
        resume(job);
        jobs.put(place.getFileName().toString(), job);
      } catch (IOException e) {
        LOG.warn("What is in {} is no export and is deleted: {}", place, e.toString());
        delete(place);
      }
    }
    drop();
  }

  private void resume(Job job) throws IOException {
    Path manifest = job.place.resolve(MANIFEST);
    Path failure = job.place.resolve(FAILURE);
    if (Files.exists(manifest)) {
      job.end =
          Optional.of(
              new State.Done(
                  job.request,
                  manifest((ObjectNode) JSON.readTree(manifest.toFile())),
                  job.asked.plus(ageMax)));
    } else if (Files.exists(failure)) {
      ObjectNode told = (ObjectNode) JSON.readTree(failure.toFile());
      String diagnostics = told.path("diagnostics").asText();
      job.end =
          Optional.of(
              new State.Failed(
                  told.path("isFault").asBoolean()
                      ? new FhirFailure.Fault(diagnostics)
                      : new FhirFailure.Unprocessable(IssueType.PROCESSING, diagnostics)));
    } else {
      threads.execute(job::run);
    }
  }

  /**
   * Takes an export on.
   *
   * @return its id
   * @throws FhirFailure.Busy if there are too many
   * @throws FhirFailure if it can't be carried out as it is
   */
  public String start(ExportRequest request) {
    work.check(request);
    synchronized (this) {
      drop();
      if (jobs.size() >= jobsMax) {
        throw new FhirFailure.Busy(
            "There are "
                + jobs.size()
                + " exports already, as rodnan.export.jobs-max allows; delete one that is done",
            RETRY_AFTER);
      }
      String id = ids.next();
      Path place = folder.resolve(id);
      try {
        Files.createDirectories(place);
        WholeFile.write(place.resolve(ExportWork.REQUEST), request);
      } catch (IOException e) {
        throw new FhirFailure.Fault("The export can't be written down", e);
      }
      Job job = new Job(place, request, clock.instant());
      jobs.put(id, job);
      threads.execute(job::run);
      return id;
    }
  }

  /**
   * @throws FhirFailure.NotFound if there is no such export, or no longer
   */
  public State state(String id) {
    return job(id).state();
  }

  /**
   * A file of an export that is done.
   *
   * @throws FhirFailure.NotFound if there is none of that name, or no longer
   */
  public Path file(String id, String name) {
    if (job(id).state() instanceof State.Done(ExportRequest r, ExportManifest all, Instant u)
        && Stream.concat(all.output().stream(), all.deleted().stream())
            .map(ExportFile::name)
            .anyMatch(name::equals)) {
      return folder.resolve(id).resolve(name);
    }
    throw new FhirFailure.NotFound("There is no file " + name + " of export " + id);
  }

  /**
   * Ends it if it is at work, and deletes its files.
   *
   * @throws FhirFailure.NotFound if there is no such export, or no longer
   */
  public synchronized void delete(String id) {
    Job job = job(id);
    jobs.remove(id);
    remove(job);
  }

  private static void remove(Job job) {
    job.isUnwanted.set(true);
    if (job.end.isPresent()) {
      delete(job.place);
    }
  }

  private synchronized Job job(String id) {
    drop();
    return Optional.ofNullable(jobs.get(id))
        .orElseThrow(() -> new FhirFailure.NotFound("There is no export " + id + ", or no longer"));
  }

  private void drop() {
    Instant oldest = clock.instant().minus(ageMax);
    jobs.values()
        .removeIf(job -> {
          boolean isOld = job.end.isPresent() && job.asked.isBefore(oldest);
          if (isOld) {
            remove(job);
          }
          return isOld;
        });
  }

  private static void delete(Path place) {
    try {
      ExportWork.delete(place);
    } catch (IOException e) {
      LOG.warn("The files of an export can't be deleted: {}", e.toString());
    }
  }

  private static ObjectNode json(ExportManifest manifest) {
    ObjectNode json = JSON.createObjectNode();
    json.put("transactionTime", manifest.transactionTime().toString());
    json.put("started", manifest.started().toString());
    json.put("ended", manifest.ended().toString());
    json.set("output", JSON.valueToTree(manifest.output()));
    json.set("deleted", JSON.valueToTree(manifest.deleted()));
    return json;
  }

  private static ExportManifest manifest(ObjectNode json) throws IOException {
    return new ExportManifest(
        Instant.parse(json.path("transactionTime").asText()),
        Instant.parse(json.path("started").asText()),
        Instant.parse(json.path("ended").asText()),
        files(json, "output"),
        files(json, "deleted"));
  }

  private static List<ExportFile> files(ObjectNode json, String member) throws IOException {
    List<ExportFile> files = new ArrayList<>();
    for (var file : json.path(member)) {
      files.add(JSON.treeToValue(file, ExportFile.class));
    }
    return files;
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Breaks off what is at work; the next start takes it up. */
  @Override
  public void close() {
    closing.countDown();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSING_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("An export is still at work; the next start goes on with it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
