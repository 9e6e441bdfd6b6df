package org.rodnan.index;

import java.util.List;
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

  /**
   * The index follows the log, and meanwhile indexes stored resources by search parameters that are
   * new; only searches by those wait.
   *
   * @param position the last entry applied
   * @param parameters the new ones, such as {@code Patient.birth-order}
   * @param done resources that are behind
   * @param of resources of the types concerned in all
   */
  record Reindexing(LogPosition position, List<String> parameters, long done, long of)
      implements IndexStatus {
    public Reindexing {
      parameters = List.copyOf(parameters);
    }
  }

  /** The index can't go on; the reason is for the operator. */
  record Failed(String reason) implements IndexStatus {}
}
