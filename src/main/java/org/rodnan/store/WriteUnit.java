package org.rodnan.store;

import org.rodnan.fhir.LogPosition;

/**
 * What one request writes, all or nothing. It runs in the writer section, on its thread, under a
 * savepoint: if it throws, nothing of it stays and the other units of the group are not touched. It
 * must be quick, and must not call the store but through the section.
 *
 * @param <T> what it answers with once it is committed
 */
public interface WriteUnit<T> {
  /** Who writes. */
  Origin origin();

  /**
   * Whether the unit depends on more than the store's tables, that is on a search. Such a unit runs
   * alone: the group before it is committed, then {@link #awaitIndex} is called with the log's
   * head, inside the section, then {@link #apply}.
   */
  default boolean needsIndex() {
    return false;
  }

  /** Returns once the index holds everything up to the head. Called only if it is needed. */
  default void awaitIndex(LogPosition head) {}

  /**
   * Does the unit's reading and writing.
   *
   * @throws org.rodnan.fhir.FhirFailure to refuse; the caller gets it as it is
   */
  T apply(WriterSection section);
}
