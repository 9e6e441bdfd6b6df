package org.rodnan.index;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.store.LogReader;

/**
 * The Lucene view of the log. One thread of its own follows the log; a search gets a snapshot that
 * holds at least the position it asks for. Thread safe.
 */
public final class ResourceIndex implements AutoCloseable {
  /**
   * Opens the index in the folder and starts to follow the log. If the folder holds none, a damaged
   * one, or one made with other search parameters, it is built anew.
   */
  public static ResourceIndex open(
      Path folder, LogReader log, DocumentExtractor extractor, Limits limits, Clock clock) {
    throw new UnsupportedOperationException();
  }

  /** How far the index is. */
  public IndexStatus status() {
    throw new UnsupportedOperationException();
  }

  /**
   * A snapshot that holds at least the position. Without newer writes it costs no refresh; all that
   * wait for newer ones share one.
   *
   * @throws org.rodnan.fhir.FhirFailure.Busy if the index isn't there within the timeout, or is
   *     being rebuilt
   */
  public IndexSnapshot acquire(LogPosition atLeast, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns once the index holds the position.
   *
   * @throws org.rodnan.fhir.FhirFailure.Busy as {@link #acquire}
   */
  public void await(LogPosition position, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  /** Keeps the snapshot alive for later {@link #pinned} calls, within the limits. */
  public void pin(IndexSnapshot snapshot) {
    throw new UnsupportedOperationException();
  }

  /** The snapshot of exactly that position, if it is still alive. */
  public Optional<IndexSnapshot> pinned(LogPosition position) {
    throw new UnsupportedOperationException();
  }

  /** Stops following, commits and closes. */
  @Override
  public void close() {}
}
