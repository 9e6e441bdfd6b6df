package org.rodnan.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/** The reading side of the log, for followers. Thread safe. */
public interface LogReader {
  /**
   * The last committed position, over all nodes: on PostgreSQL it is asked of the database, so that
   * whatever any node acknowledged before this call is at or before it.
   */
  LogPosition head();

  /**
   * Committed entries after a position, in order, without gaps. The list may end in the middle of a
   * unit ({@link LogEntry#endsUnit()}), and before the limit if the bodies are large; it is empty
   * only at the head.
   *
   * @param limit at most so many entries, 1 or more
   */
  List<LogEntry> read(LogPosition after, int limit);

  /**
   * Waits until there may be entries after the position, or the timeout has passed. Wakes at once
   * for this node's own commits, and for those of other nodes that {@link #head()} or {@link #read}
   * has seen, on whichever thread; the rest is noticed within the timeout by the caller's next
   * {@link #read}.
   */
  void awaitEntriesAfter(LogPosition position, Duration timeout) throws InterruptedException;

  /**
   * The permanent integers of keys, those included that were only ever mentioned as the target of a
   * reference. Keys that were never mentioned are absent.
   */
  Map<ResourceKey, Long> numbers(Collection<ResourceKey> keys);
}
