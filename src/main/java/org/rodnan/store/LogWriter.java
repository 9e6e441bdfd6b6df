package org.rodnan.store;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The one thread of this node that writes. It takes the units that wait, runs them in one
 * transaction, and tells their callers the outcome once the transaction has ended.
 */
final class LogWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
  private static final String DISK_FULL_STATE = "53100";
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** How long the outcome of a COMMIT that brought an error is looked for. */
  private static final Duration OUTCOME_TIME_MAX = Duration.ofSeconds(60);

  private static final Duration OUTCOME_RETRY = Duration.ofMillis(100);

  private final Database database;
  private final LogTail tail;
  private final Clock clock;
  private final Limits limits;
  private final WriteQueue queue;
  private final Thread thread;

  /** How a transaction ended. */
  private sealed interface End {
    record Committed(List<LogEntry> entries) implements End {}

    /** Nothing was written. */
    record Refused(Throwable cause) implements End {}

    /** COMMIT brought an error. */
    record InDoubt(Head before, List<LogEntry> entries, Throwable cause) implements End {}
  }

  LogWriter(Database database, LogTail tail, Limits limits, Clock clock) {
    this.database = database;
    this.tail = tail;
    this.clock = clock;
    this.limits = limits;
    this.queue = new WriteQueue(limits.writeQueueMax(), limits.groupSizeMax());
    this.thread = Thread.ofPlatform().name("rodnan-writer").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  <T> CompletableFuture<T> submit(WriteUnit<T> unit) {
    PendingUnit<T> pending = new PendingUnit<>(unit);
    return switch (queue.offer(pending)) {
      case TAKEN -> pending.future();
      case FULL ->
          throw new FhirFailure.Busy(
              "The server has "
                  + limits.writeQueueMax()
                  + " writes waiting (rodnan.limits.write-queue-max); try again later",
              RETRY_AFTER);
      case CLOSED -> throw new FhirFailure.Busy("The server is shutting down", RETRY_AFTER);
    };
  }

  int waiting() {
    return queue.size();
  }

  private void run() {
    for (List<PendingUnit<?>> group = queue.takeGroup();
        !group.isEmpty();
        group = queue.takeGroup()) {
      try {
        write(group);
      } catch (RuntimeException | Error e) {
        LOG.error("A defect of the writer", e);
        FhirFailure fault = new FhirFailure.Fault("The writer failed", e);
        group.forEach(unit -> unit.fail(fault));
      }
    }
  }

  /**
   * Writes the units together. If the database refuses, and it may be because of one of them, each
   * is run again in a transaction of its own.
   */
  private void write(List<PendingUnit<?>> units) {
    switch (decided(transact(units))) {
      case End.Committed(List<LogEntry> entries) -> {
        tail.append(entries);
        units.forEach(PendingUnit::settle);
      }
      case End.Refused(Throwable cause) when units.size() > 1 -> {
        LOG.warn("{} writes are made one by one, for together they failed", units.size(), cause);
        units.forEach(unit -> write(List.of(unit)));
      }
      case End.Refused(Throwable cause) -> {
        LOG.error("The database refused a write", cause);
        units.getFirst().fail(failure(cause));
      }
      case End.InDoubt(Head before, List<LogEntry> entries, Throwable cause) -> {
        FhirFailure unknown =
            new FhirFailure.Fault(
                "The database was lost while it committed, and didn't come back within "
                    + OUTCOME_TIME_MAX.toSeconds()
                    + " s: whether the write was made is not known",
                cause);
        LOG.error("The outcome of the commit after position {} is not known", before, cause);
        units.forEach(unit -> unit.fail(unknown));
      }
    }
  }

  private static FhirFailure failure(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof SQLException sql && isDiskFull(sql)) {
        return new FhirFailure.DiskFull(cause);
      }
      if (at instanceof SQLiteException sqlite && isBusy(sqlite)) {
        return new FhirFailure.Busy(
            "Another process holds the lock of the SQLite database, a backup for instance",
            RETRY_AFTER);
      }
    }
    return new FhirFailure.Fault("The database refused the write", cause);
  }

  /** In the words of SQLite (result code SQLITE_FULL) and PostgreSQL (SQLSTATE disk_full). */
  private static boolean isDiskFull(SQLException e) {
    return DISK_FULL_STATE.equals(e.getSQLState())
        || e instanceof SQLiteException sqlite
            && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
  }

  private static boolean isBusy(SQLiteException e) {
    return e.getResultCode() == SQLiteErrorCode.SQLITE_BUSY;
  }

  private End transact(List<PendingUnit<?>> units) {
    Session session;
    try {
      session = database.beginWriting();
    } catch (SQLException | RuntimeException e) {
      return new End.Refused(e);
    }
    try {
      return transact(units, session);
    } finally {
      session.close();
    }
  }

  private End transact(List<PendingUnit<?>> units, Session session) {
    Head before;
    WriteGroup group;
    try {
      before = database.head(session);
      tail.noteHead(before.position());
      group = new WriteGroup(session, database, before, clock.millis());
      group.prefetch(keysOf(units));
      for (PendingUnit<?> unit : units) {
        unit.run(group);
      }
      if (group.isEmpty()) {
        return new End.Committed(List.of());
      }
      group.flush();
    } catch (SQLException | RuntimeException | Error e) {
      session.markBroken();
      return new End.Refused(e);
    }
    try {
      session.connection().commit();
      return new End.Committed(group.entries());
    } catch (SQLException | RuntimeException | Error e) {
      session.markBroken();
      return new End.InDoubt(before, group.entries(), e);
    }
  }

  private static List<ResourceKey> keysOf(List<PendingUnit<?>> units) {
    List<ResourceKey> keys = new ArrayList<>();
    units.forEach(unit -> keys.addAll(unit.keys()));
    return keys;
  }

  /** Looks up what became of a COMMIT that brought an error, as long as it takes, within reason. */
  private End decided(End end) {
    if (!(end instanceof End.InDoubt(Head before, List<LogEntry> entries, Throwable cause))) {
      return end;
    }
    long deadline = System.nanoTime() + OUTCOME_TIME_MAX.toNanos();
    do {
      try {
        return database.isCommitted(before) ? new End.Committed(entries) : new End.Refused(cause);
      } catch (SQLException e) {
        LOG.warn("What became of a commit is not known yet: {}", e.getMessage());
        LockSupport.parkNanos(OUTCOME_RETRY.toNanos());
      }
    } while (System.nanoTime() < deadline);
    return end;
  }

  /** Finishes the units that wait. */
  @Override
  public void close() {
    queue.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
