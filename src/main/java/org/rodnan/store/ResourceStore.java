package org.rodnan.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/**
 * The log of truth over SQL. Reading methods see what is committed; a write is committed and
 * durable (on disk) when its future completes, and every later read on any node sees it. Thread
 * safe.
 *
 * <p>Failures of the database are {@link org.rodnan.fhir.FhirFailure.Fault}; a body whose content
 * hash doesn't fit is one too, and names the version. If every connection for reading stays in use
 * ({@code rodnan.store.pool-size}) reading fails with {@link org.rodnan.fhir.FhirFailure.Busy}.
 */
public interface ResourceStore extends LogReader, AutoCloseable {
  /** The current version, which may be a tombstone; empty if the key was never written. */
  Optional<ResourceVersion> read(ResourceKey key);

  /** One version; empty if there is none of that number. */
  Optional<ResourceVersion> vread(ResourceKey key, VersionId version);

  /** A page of the history, newest first, tombstones included. */
  List<ResourceVersion> history(HistoryQuery query);

  /** How many versions the query has in all, its count and cursor left out of account. */
  long historyTotal(HistoryQuery query);

  /**
   * Hands over what was current at a position and is no more: of each key that has an entry after
   * it, the last one at or before it. Keys that were first written after it have none.
   *
   * @param position the end of a unit
   * @param until later entries are left out of account
   * @param limit at most so many
   * @param use is called while a connection for reading is in use
   * @return whether these are all
   */
  boolean replaced(LogPosition position, LogPosition until, int limit, Consumer<LogEntry> use);

  /**
   * Hands a unit to the writer section. The future completes only after the transaction in which
   * the unit ran has been committed. It fails with the {@link org.rodnan.fhir.FhirFailure} that the
   * unit threw; with a Fault around anything else that it threw; or with a Fault if the database
   * refused. If the connection is lost while the transaction is committed, the outcome is looked up
   * in the database, so that the future tells what really happened; only if the database stays away
   * for a minute does it fail with a Fault that says that the outcome is not known.
   *
   * <p>The future is completed on the writer's thread: what is attached to it without an executor
   * must be quick and must not wait for another write.
   *
   * @throws org.rodnan.fhir.FhirFailure.Busy at once if {@code rodnan.limits.write-queue-max} units
   *     are waiting, or if the store is being closed
   */
  <T> CompletableFuture<T> submit(WriteUnit<T> unit);

  /** How many units wait for the writer section at this moment. */
  int waiting();

  /** Finishes the units that wait, then closes the database. */
  @Override
  void close();
}
