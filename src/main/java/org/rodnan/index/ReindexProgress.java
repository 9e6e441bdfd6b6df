package org.rodnan.index;

import java.time.Duration;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;

/**
 * How far the stored resources are indexed by search parameters that came after them. The numbers
 * are the worker's to write and anybody's to read.
 */
final class ReindexProgress {
  static final ReindexProgress NONE = new ReindexProgress(Set.of());

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final Set<String> fields;
  private volatile long done;
  private volatile long of;

  /**
   * @param fields of the parameters that not every resource is indexed by
   */
  ReindexProgress(Set<String> fields) {
    this.fields = Set.copyOf(fields);
  }

  Set<String> fields() {
    return fields;
  }

  void set(long done, long of) {
    this.done = done;
    this.of = Math.max(done, of);
  }

  long done() {
    return done;
  }

  long of() {
    return of;
  }

  void requireIndexed(ParameterDefinition definition) {
    if (fields.contains(definition.field())) {
      throw new FhirFailure.Busy(
          "Search parameter '"
              + definition.code()
              + "' of "
              + definition.type()
              + " is new: "
              + done
              + " of "
              + of
              + " stored resources are indexed by it so far",
          RETRY_AFTER);
    }
  }
}
