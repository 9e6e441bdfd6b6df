package org.rodnan.store;

import java.time.Instant;
import java.util.Optional;
import org.rodnan.fhir.LogPosition;

/**
 * A page of a history, newest first.
 *
 * @param since only versions at or after this instant
 * @param until only versions at or before this instant
 * @param currentAfter only versions that were still current after this instant; with {@code until}
 *     it makes R4's {@code _at}
 * @param asOf only entries at or before this position: keeps pages stable while others write
 * @param before only entries before this position: the cursor of the next page
 * @param count at most so many, 0 or more
 */
public record HistoryQuery(
    HistoryScope scope,
    Optional<Instant> since,
    Optional<Instant> until,
    Optional<Instant> currentAfter,
    LogPosition asOf,
    Optional<LogPosition> before,
    int count) {

  /** Without {@code currentAfter}. */
  public HistoryQuery(
      HistoryScope scope,
      Optional<Instant> since,
      Optional<Instant> until,
      LogPosition asOf,
      Optional<LogPosition> before,
      int count) {
    this(scope, since, until, Optional.empty(), asOf, before, count);
  }
}
