package org.rodnan.index;

import org.rodnan.fhir.LogPosition;

/** How far the index is. */
public sealed interface IndexStatus {
  /**
   * The index is built anew from the log; searches wait.
   *
   * @param done entries of the log that are behind
   * @param of entries of the log in all
   */
  record Rebuilding(long done, long of) implements IndexStatus {}

  /**
   * The index follows the log.
   *
   * @param position the last entry applied
   */
  record Current(LogPosition position) implements IndexStatus {}

  /** The index can't go on; the reason is for the operator. */
  record Failed(String reason) implements IndexStatus {}
}
