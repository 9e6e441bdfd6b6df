package org.rodnan.interaction;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.index.TimeRange;
import org.rodnan.store.HistoryQuery;
import org.rodnan.store.HistoryScope;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/**
 * R4, http.html#history, at the level of an instance, a type or the system. All pages are of the
 * first page's moment: what is written meanwhile moves nothing. Thread safe.
 */
public final class HistoryInteraction {
  private final ResourceStore store;
  private final Limits limits;

  public HistoryInteraction(ResourceStore store, Limits limits) {
    this.store = store;
    this.limits = limits;
  }

  /**
   * @throws FhirFailure.NotFound if an instance's history is asked and it never existed
   * @throws FhirFailure.Malformed for a bad {@code _since}, {@code _at}, {@code _count} or cursor
   */
  public HistoryPage history(HistoryRequest request) {
    Optional<TimeRange> at = request.at().map(text -> time("_at", text));
    if (request.scope() instanceof HistoryScope.OfInstance instance
        && store.read(instance.key()).isEmpty()) {
      throw new FhirFailure.NotFound("Resource " + instance.key() + " is not known");
    }
    int count = Math.min(request.count().orElse(limits.pageSizeDefault()), limits.pageSizeMax());
    if (count < 0) {
      throw new FhirFailure.Malformed("_count is " + count + "; expected 0 or more", "_count");
    }
    Optional<Cursor> cursor = request.cursor().map(Cursor::parse);
    LogPosition asOf = cursor.map(Cursor::asOf).orElseGet(store::head);
    HistoryQuery query =
        new HistoryQuery(
            request.scope(),
            request
                .since()
                .map(text -> time("_since", text))
                .map(since -> Instant.ofEpochMilli(since.low())),
            at.map(range -> Instant.ofEpochMilli(range.high())),
            at.map(range -> Instant.ofEpochMilli(range.low())),
            asOf,
            cursor.map(Cursor::before),
            count == 0 ? 0 : count + 1);
    List<ResourceVersion> versions = count == 0 ? List.of() : store.history(query);
    long total = store.historyTotal(query);
    if (versions.size() <= count) {
      return new HistoryPage(versions, total, Optional.empty());
    }
    List<ResourceVersion> page = versions.subList(0, count);
    return new HistoryPage(
        page, total, Optional.of(new Cursor(asOf, page.getLast().position()).toString()));
  }

  /** The time that a date of any precision stands for; without a zone it is UTC. */
  private static TimeRange time(String name, String text) {
    return TimeRange.parse(text)
        .orElseThrow(() ->
            new FhirFailure.Malformed(
                name
                    + " is '"
                    + text
                    + "'; expected a date or an instant such as 2026-01-31T12:00:00Z",
                name));
  }

  private record Cursor(LogPosition asOf, LogPosition before) {
    static Cursor parse(String text) {
      String[] parts = text.split("-", -1);
      try {
        if (parts.length == 2) {
          return new Cursor(
              new LogPosition(Long.parseLong(parts[0])), new LogPosition(Long.parseLong(parts[1])));
        }
      } catch (IllegalArgumentException e) {
        // The one answer to all broken cursors follows.
      }
      throw new FhirFailure.Malformed("'" + text + "' is not a cursor of a history of this server");
    }

    @Override
    public String toString() {
      return asOf + "-" + before;
    }
  }
}
