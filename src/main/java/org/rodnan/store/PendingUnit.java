package org.rodnan.store;

import java.sql.SQLException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * A unit with the future that its caller holds. Its outcome is kept back until the transaction has
 * ended.
 */
final class PendingUnit<T> {
  private final WriteUnit<T> unit;
  private final boolean needsIndex;
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private @Nullable T result;
  private @Nullable FhirFailure failure;

  PendingUnit(WriteUnit<T> unit) {
    this.unit = unit;
    this.needsIndex = unit.needsIndex();
  }

  CompletableFuture<T> future() {
    return future;
  }

  boolean needsIndex() {
    return needsIndex;
  }

  Collection<ResourceKey> keys() {
    return unit.keys();
  }

  /**
   * Runs the unit in the group; what it wrote becomes part of the group unless it threw, or was a
   * rehearsal.
   *
   * @throws SQLException if the database failed under it, so that the group can't go on
   */
  void run(WriteGroup group) throws SQLException {
    result = null;
    failure = null;
    try {
      if (needsIndex) {
        unit.awaitIndex(new LogPosition(group.head()));
      }
      UnitSection section = group.section(unit.origin());
      try {
        result = unit.apply(section);
      } finally {
        section.close();
      }
      if (!unit.isRehearsal()) {
        group.accept(section);
      }
    } catch (FhirFailure e) {
      failure = e;
    } catch (Throwable e) {
      failure = new FhirFailure.Fault("A write failed for a reason of the server's own", e);
    }
    group.requireSound();
  }

  /** Tells the caller the outcome of the last run. */
  @SuppressWarnings("NullAway") // T may itself be nullable
  void settle() {
    if (failure == null) {
      future.complete(result);
    } else {
      future.completeExceptionally(failure);
    }
  }

  void fail(FhirFailure reason) {
    future.completeExceptionally(reason);
  }
}
