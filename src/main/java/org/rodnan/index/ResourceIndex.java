package org.rodnan.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.StartFailure;
import org.rodnan.store.LogEntry;
import org.rodnan.store.LogReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Lucene view of the log. One thread of its own follows the log; a search gets a snapshot that
 * holds at least the position it asks for. Thread safe.
 *
 * <p>All work on Lucene's files is done by one thread, the worker, so that an interrupt of a
 * request's thread can't break them and a reader never ends inside a unit. Whoever needs a newer
 * reader leaves a wish and waits; the worker serves all wishes with one refresh. A second thread
 * does nothing but wait for the log.
 */
public final class ResourceIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceIndex.class);
  private static final int BATCH = 500;

  /** A longer way to the head of the log than this counts as a rebuild. */
  private static final long LAG_MAX = 20_000;

  private static final int COMMIT_ENTRIES_MAX = 50_000;
  private static final Duration COMMIT_AGE_MAX = Duration.ofSeconds(10);
  private static final Duration REFRESH_AGE_MAX = Duration.ofSeconds(1);
  private static final Duration WATCH_TIME = Duration.ofMillis(200);
  private static final Duration PROGRESS_TIME = Duration.ofSeconds(2);
  private static final Duration RETRY_TIME = Duration.ofSeconds(2);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration RETRY_AFTER_REBUILD = Duration.ofSeconds(5);

  private final Path folder;
  private final LogReader log;
  private final String fingerprint;
  private final SearchParameters builtIn;
  private final ParameterCheck check;
  private final LogApplication application;
  private final PinnedSnapshots pins;
  private final ExecutorService extraction;
  private final ExecutorService worker;
  private final Thread watcher;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger openReaders = new AtomicInteger();
  private final Queue<Wish> wishes = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean wishesScheduled = new AtomicBoolean();

  private volatile IndexStatus status = new IndexStatus.Rebuilding(0, 0);
  private volatile @Nullable IndexView current;
  private volatile DocumentExtractor extractor;
  private volatile StoredParameters stored = StoredParameters.NONE;
  private volatile boolean isReindexing;

  // Only for the worker.
  private @Nullable LuceneIndex index;
  private String logIdentity = "";
  private LogPosition committed = LogPosition.START;
  private long committedAt;
  private boolean hasReindexed;
  private long refreshedAt;
  private long progressAt;
  private LogPosition progressFrom = LogPosition.START;
  private LogPosition rebuildUntil = LogPosition.START;

  /** Written by the worker, read by the watcher. */
  private volatile LogPosition applied = LogPosition.START;

  private record Wish(LogPosition position, CompletableFuture<Boolean> granted) {}

  private ResourceIndex(
      Path folder, LogReader log, DocumentExtractor extractor, Limits limits, Clock clock) {
    this.folder = folder;
    this.log = log;
    this.extractor = extractor;
    this.builtIn = extractor.parameters();
    this.check = new ParameterCheck(extractor.paths());
    this.fingerprint = extractor.fingerprint();
    this.pins =
        new PinnedSnapshots(limits.pinnedSnapshotsMax(), limits.pinnedSnapshotAgeMax(), clock);
    int processors = Runtime.getRuntime().availableProcessors();
    this.extraction =
        Executors.newFixedThreadPool(
            processors, Thread.ofPlatform().daemon().name("index-extraction-", 0).factory());
    this.application = new LogApplication(log, extractor, extraction);
    this.worker =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("index").factory());
    this.watcher = Thread.ofPlatform().daemon().name("index-watcher").unstarted(this::watch);
  }

  /**
   * Opens the index in the folder and starts to follow the log. If the folder holds none, a damaged
   * one, or one made with other search parameters of R4 or the project, it is built anew.
   *
   * @param extractor for those; the ones that clients store are added as the log has them
   * @throws StartFailure if the folder can't be used, for instance because another process does
   */
  public static ResourceIndex open(
      Path folder, LogReader log, DocumentExtractor extractor, Limits limits, Clock clock) {
    ResourceIndex index = new ResourceIndex(folder, log, extractor, limits, clock);
    try {
      index.worker.submit(index::openFiles).get();
    } catch (ExecutionException e) {
      index.worker.shutdown();
      index.extraction.shutdown();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StartFailure(
          "The index in " + folder + " can't be opened: " + cause,
          "See that no other process uses this rodnan.data-dir, that the folder may be written to,"
              + " and that the disk has space left. It may be deleted: it is made anew.",
          cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Fault("Interrupted while the index was opened", e);
    }
    index.watcher.start();
    return index;
  }

  /**
   * Deletes the index of a data directory, so that it is made anew when it is opened. Nothing is
   * lost by it but time.
   *
   * @throws StartFailure if a process has it open
   */
  public static void delete(Path dataDir) throws IOException {
    LuceneIndex.delete(dataDir.resolve(IndexConfiguration.FOLDER));
  }

  /** How far the index is. */
  public IndexStatus status() {
    return status;
  }

  /**
   * A snapshot that holds at least the position. Without newer writes it costs no refresh; all that
   * wait for newer ones share one.
   *
   * @throws FhirFailure.Busy if the index isn't there within the timeout, or is being rebuilt
   */
  public IndexSnapshot acquire(LogPosition atLeast, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      requireServing();
      IndexView shared = current;
      if (shared != null && shared.position().holds(atLeast)) {
        Optional<IndexSnapshot> snapshot = IndexSnapshot.of(shared);
        if (snapshot.isPresent()) {
          return snapshot.get();
        }
      } else {
        awaitReader(atLeast, deadline - System.nanoTime());
      }
    }
  }

  /**
   * Returns once the index holds the position.
   *
   * @throws FhirFailure.Busy as {@link #acquire}
   */
  public void await(LogPosition position, Duration timeout) {
    acquire(position, timeout).close();
  }

  /**
   * The position of the last entry about one of the types that was applied since the start; it may
   * take an {@link #await} until searches see it.
   */
  public LogPosition lastOf(Set<String> types) {
    return application.lastOf(types);
  }

  /** Keeps the snapshot alive for later {@link #pinned} calls, within the limits. */
  public void pin(IndexSnapshot snapshot) {
    pins.pin(snapshot.view());
  }

  /** The snapshot of exactly that position, if it is still alive. */
  public Optional<IndexSnapshot> pinned(LogPosition position) {
    Optional<IndexSnapshot> pinned = pins.find(position);
    if (pinned.isPresent()) {
      return pinned;
    }
    IndexView shared = current;
    return shared != null && shared.position().equals(position)
        ? IndexSnapshot.of(shared)
        : Optional.empty();
  }

  /** Makes documents by the search parameters that are in force now, as far as this node knows. */
  public DocumentExtractor extractor() {
    return extractor;
  }

  /**
   * The search parameters in force at the position, or if the index doesn't get there in time, or
   * is being rebuilt, those of now. Some may not be searched by yet.
   */
  public SearchParameters parameters(LogPosition atLeast, Duration timeout) {
    try (IndexSnapshot snapshot = acquire(atLeast, timeout)) {
      return snapshot.parameters();
    } catch (FhirFailure.Busy e) {
      return extractor.parameters();
    }
  }

  /**
   * Judges a SearchParameter that is about to be stored, by those of the last position that was
   * applied. Drafts and retired ones may say what they like.
   *
   * @param key under which it will be stored
   * @param unit other SearchParameters that are written together with it, as far as they are
   * @throws FhirFailure.Unprocessable if it is active and can't be served, or is a part of a
   *     composite that then couldn't be served as it is; names the elements
   */
  public void requireServable(ResourceKey key, byte[] json, Map<ResourceKey, byte[]> unit) {
    StoredParameters before = stored;
    for (Map.Entry<ResourceKey, byte[]> other : unit.entrySet()) {
      before = before.with(other.getKey(), other.getValue());
    }
    PublishedParameter parameter = PublishedParameter.of(json);
    List<Issue> problems = new ArrayList<>();
    if (parameter.isActive()) {
      problems.addAll(check.problems(parameter, before.without(key).addedTo(builtIn, check)));
    }
    if (problems.isEmpty()) {
      before
          .compositesLost(before.with(key, json), builtIn, check)
          .forEach(composite -> problems.add(ParameterCheck.lost(key, composite)));
    }
    if (!problems.isEmpty()) {
      throw new FhirFailure.Unprocessable(problems);
    }
  }

  /** Stops following, commits and closes. */
  @Override
  public void close() {
    stop(true);
  }

  /** Readers that are open, for a test to find those that nobody closed. */
  int openReaders() {
    return openReaders.get();
  }

  /** How many snapshots are kept alive by {@link #pin}. */
  public int pinnedCount() {
    return pins.size();
  }

  /** Ends as if the process were killed: nothing is committed. */
  void abandon() {
    stop(false);
  }

  private void stop(boolean commit) {
    closing.countDown();
    try {
      watcher.join();
      try {
        worker.submit(() -> closeFiles(commit)).get();
      } catch (ExecutionException e) {
        LOG.warn("The index was not closed cleanly: {}", String.valueOf(e.getCause()));
      } catch (RejectedExecutionException e) {
        LOG.debug("The index is closed already");
      }
      worker.shutdown();
      extraction.shutdown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void requireServing() {
    switch (status) {
      case IndexStatus.Current current -> {}
      case IndexStatus.Reindexing reindexing -> {}
      case IndexStatus.Rebuilding(long done, long of) ->
          throw new FhirFailure.Busy(
              "The index is being rebuilt: " + percent(done, of) + " % done", RETRY_AFTER_REBUILD);
      case IndexStatus.Failed(String reason) ->
          throw new FhirFailure.Busy("The index is out of order: " + reason, RETRY_AFTER_REBUILD);
    }
  }

  private static long percent(long done, long of) {
    return of == 0 ? 100 : done * 100 / of;
  }

  private void awaitReader(LogPosition atLeast, long nanos) {
    Wish wish = new Wish(atLeast, new CompletableFuture<>());
    wishes.add(wish);
    scheduleWishes();
    try {
      if (nanos > 0) {
        wish.granted().get(nanos, TimeUnit.NANOSECONDS);
        return;
      }
    } catch (TimeoutException e) {
      LOG.debug("The index didn't reach position {} in time", atLeast);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FhirFailure failure) {
        throw failure;
      }
      throw new FhirFailure.Busy("The index is out of order: " + e.getCause(), RETRY_AFTER);
    }
    wishes.remove(wish);
    throw new FhirFailure.Busy(
        "The index is at log position " + applied + ", behind " + atLeast, RETRY_AFTER);
  }

  private void scheduleWishes() {
    if (wishesScheduled.compareAndSet(false, true)) {
      try {
        worker.execute(this::grantWishes);
      } catch (RejectedExecutionException e) {
        wishesScheduled.set(false);
        throw new FhirFailure.Busy("The server is shutting down", RETRY_AFTER);
      }
    }
  }

  // All below runs on the worker, but for watch().

  private void grantWishes() {
    wishesScheduled.set(false);
    List<Wish> waiting = new ArrayList<>();
    for (Wish wish = wishes.poll(); wish != null; wish = wishes.poll()) {
      waiting.add(wish);
    }
    if (waiting.isEmpty()) {
      return;
    }
    try {
      LogPosition farthest =
          waiting.stream().map(Wish::position).max(LogPosition::compareTo).orElseThrow();
      boolean isMoving = true;
      while (isMoving && !applied.holds(farthest)) {
        LogPosition before = applied;
        applySome();
        isMoving = !applied.equals(before);
      }
      refresh();
      for (Wish wish : waiting) {
        if (applied.holds(wish.position())) {
          wish.granted().complete(true);
        } else {
          wishes.add(wish);
        }
      }
    } catch (IOException | RuntimeException e) {
      fail(e);
      waiting.forEach(wish -> wish.granted().completeExceptionally(e));
    }
  }

  private void watch() {
    while (closing.getCount() > 0) {
      try {
        if (status instanceof IndexStatus.Failed) {
          if (closing.await(RETRY_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
          }
          worker.submit(this::reopenFiles).get();
        } else {
          if (!isReindexing) {
            log.awaitEntriesAfter(applied, WATCH_TIME);
          }
          worker.submit(this::follow).get();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (ExecutionException | RuntimeException e) {
        LOG.warn("The index could not follow the log, it will try again: {}", e.toString());
        pause();
      }
    }
  }

  private void pause() {
    try {
      closing.await(RETRY_TIME.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    if (index == null) {
      return;
    }
    try {
      LogPosition before = applied;
      applySome();
      boolean atHead = applied.equals(before);
      long now = System.nanoTime();
      if (atHead && now - refreshedAt > REFRESH_AGE_MAX.toNanos()) {
        refresh();
        pins.dropOld();
      }
      reindexSome();
      boolean isDue =
          applied.value() - committed.value() >= COMMIT_ENTRIES_MAX
              || now - committedAt > COMMIT_AGE_MAX.toNanos();
      if (isDue && hasMoved()) {
        commit();
      }
      if (!wishes.isEmpty()) {
        grantWishes();
      }
    } catch (IOException | AlreadyClosedException e) {
      fail(e);
    }
  }

  private void applySome() throws IOException {
    LuceneIndex files = index;
    if (files == null) {
      throw new IOException("The index is closed");
    }
    applied = application.apply(files, applied, BATCH);
    publishParameters();
    if (isServing()) {
      status = serving();
      return;
    }
    if (applied.holds(rebuildUntil)) {
      refresh();
      commit();
      status = serving();
      LOG.info("The index holds the log up to position {}", applied);
    } else {
      status = new IndexStatus.Rebuilding(applied.value(), rebuildUntil.value());
      logProgress();
    }
  }

  private boolean isServing() {
    return status instanceof IndexStatus.Current || status instanceof IndexStatus.Reindexing;
  }

  private IndexStatus serving() throws IOException {
    IndexView shown = current;
    if (index != null) {
      application.reindexing().prepare(index, shown == null ? null : shown.reader());
    }
    ReindexProgress progress = application.reindexing().progress();
    return progress.fields().isEmpty()
        ? new IndexStatus.Current(applied)
        : new IndexStatus.Reindexing(
            applied,
            progress.fields().stream().map(FieldNames::withoutMark).sorted().toList(),
            progress.done(),
            progress.of());
  }

  private void publishParameters() {
    extractor = application.extractor();
    stored = application.stored();
    isReindexing = application.reindexing().isActive();
  }

  private void reindexSome() throws IOException {
    LuceneIndex files = index;
    Reindexing reindexing = application.reindexing();
    if (files == null || !reindexing.isActive() || !isServing()) {
      return;
    }
    IndexView shown = current;
    boolean isComplete = reindexing.go(files, application, shown == null ? null : shown.reader());
    hasReindexed = true;
    if (isComplete) {
      isReindexing = false;
      refresh();
    }
    status = serving();
  }

  private boolean hasMoved() {
    return hasReindexed || !applied.equals(committed);
  }

  private void logProgress() {
    long now = System.nanoTime();
    long nanos = now - progressAt;
    if (nanos > PROGRESS_TIME.toNanos()) {
      long entries = applied.value() - progressFrom.value();
      LOG.info(
          "Building the index: {} of {} entries of the log ({} %), {} a second",
          applied,
          rebuildUntil,
          percent(applied.value(), rebuildUntil.value()),
          entries * 1_000_000_000L / nanos);
      progressAt = now;
      progressFrom = applied;
    }
  }

  private void refresh() throws IOException {
    LuceneIndex files = index;
    IndexView old = current;
    refreshedAt = System.nanoTime();
    SearchParameters parameters = application.parameters();
    if (files == null
        || (old != null && old.position().equals(applied) && old.parameters() == parameters)) {
      return;
    }
    DirectoryReader reader = files.refresh(old == null ? null : old.reader());
    current = new IndexView(reader, applied, parameters);
    if (old != null) {
      old.reader().decRef();
    }
  }

  private void commit() throws IOException {
    LuceneIndex files = index;
    if (files != null) {
      if (logIdentity.isEmpty()) {
        logIdentity = identity(log);
      }
      files.commit(applied, logIdentity, application.reindexing().state());
      committed = applied;
      hasReindexed = false;
    }
    committedAt = System.nanoTime();
  }

  private void openFiles() {
    try {
      logIdentity = identity(log);
      LogPosition head = log.head();
      LuceneIndex files = LuceneIndex.open(folder, fingerprint, logIdentity, head, openReaders);
      index = files;
      application.resume(files);
      publishParameters();
      hasReindexed = false;
      applied = files.committed();
      committed = applied;
      committedAt = System.nanoTime();
      progressAt = committedAt;
      progressFrom = applied;
      rebuildUntil = head;
      boolean isFar =
          applied.equals(LogPosition.START)
              ? head.value() > 0
              : head.value() - applied.value() > LAG_MAX;
      if (isFar) {
        LOG.info("Building the index from log position {} to {}", applied, head);
        status = new IndexStatus.Rebuilding(applied.value(), head.value());
      } else {
        refresh();
        if (applied.equals(LogPosition.START)) {
          commit();
        }
        status = serving();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void reopenFiles() {
    try {
      closeFiles(false);
      openFiles();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void closeFiles(boolean commit) {
    LuceneIndex files = index;
    if (files == null) {
      return;
    }
    try (files) {
      if (commit && hasMoved()) {
        commit();
      }
      index = null;
      pins.close();
      application.reindexing().close();
      IndexView old = current;
      current = null;
      if (old != null) {
        old.reader().decRef();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fail(Exception e) {
    if (e instanceof RuntimeException && !(e instanceof AlreadyClosedException)) {
      // The log could not be read: nothing was applied, the next attempt goes on from here.
      LOG.warn("The log can't be followed: {}", e.toString());
      return;
    }
    LOG.error("The index is out of order and will be opened again", e);
    status = new IndexStatus.Failed(String.valueOf(e.getMessage()));
  }

  /** What tells this log from another one: its first entry. */
  private static String identity(LogReader log) {
    List<LogEntry> first = log.read(LogPosition.START, 1);
    if (first.isEmpty()) {
      return "";
    }
    LogEntry entry = first.getFirst();
    return entry.version().key() + " " + entry.version().lastUpdated();
  }
}
