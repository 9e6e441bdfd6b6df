package org.rodnan.search;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.lucene.search.IndexSearcher;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.index.IndexSnapshot;
import org.rodnan.index.ResourceIndex;

/** Snapshots for searches, with their time budget. Thread safe. */
final class Snapshots {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final ResourceIndex index;
  private final Supplier<LogPosition> head;
  private final Limits limits;

  /**
   * @param head the log's last committed position, {@link org.rodnan.store.LogReader#head}
   */
  Snapshots(ResourceIndex index, Supplier<LogPosition> head, Limits limits) {
    this.index = index;
    this.head = head;
    this.limits = limits;
  }

  /** One that holds all writes that were acknowledged so far. */
  IndexSnapshot current() {
    return atLeast(head.get());
  }

  IndexSnapshot atLeast(LogPosition position) {
    return index.acquire(position, limits.queryTimeMax());
  }

  /** That of a next link, if it is kept, else one of now. */
  IndexSnapshot of(Cursor cursor) {
    return index.pinned(cursor.snapshot()).orElseGet(this::current);
  }

  /** Keeps it for next links. */
  void pin(IndexSnapshot snapshot) {
    index.pin(snapshot);
  }

  IndexSearcher withTimeout(IndexSnapshot snapshot) {
    long deadline = System.nanoTime() + limits.queryTimeMax().toNanos();
    IndexSearcher searcher = snapshot.searcher();
    searcher.setTimeout(() -> System.nanoTime() - deadline > 0);
    return searcher;
  }

  /**
   * @param plan what took so long
   * @throws FhirFailure.Busy if the time is used up
   */
  void requireInTime(IndexSearcher searcher, Supplier<String> plan) {
    if (searcher.timedOut()) {
      throw new FhirFailure.Busy(
          "The search took longer than rodnan.limits.query-time-max allows, "
              + limits.queryTimeMax().toMillis()
              + " ms. Its plan: "
              + plan.get(),
          RETRY_AFTER);
    }
  }
}
