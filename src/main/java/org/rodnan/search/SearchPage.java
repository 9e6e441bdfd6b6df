package org.rodnan.search;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.index.StoredBody;

/**
 * One page of results, all of one point in time.
 *
 * @param entries matches in order, then what was included, each resource once
 * @param total exact number of matches, absent for {@code _total=none}
 * @param self the parameters as the server understood and used them (R4, search.html#conformance),
 *     in order, the ones it ignored left out
 * @param next cursor of the next page, opaque and URL-safe; empty on the last page
 * @param issues warnings about what was ignored
 */
public record SearchPage(
    List<Entry> entries,
    OptionalLong total,
    List<SearchRequest.Parameter> self,
    Optional<String> next,
    List<Issue> issues) {

  /** R4 search-entry-mode. */
  public enum Mode {
    MATCH,
    INCLUDE
  }

  /**
   * @param key of a contained resource, that of its container; so are version and lastUpdated
   * @param json the exact stored bytes
   * @param contained of a contained resource its type and the id that it has in its container
   */
  public record Entry(
      ResourceKey key,
      VersionId version,
      Instant lastUpdated,
      Mode mode,
      byte[] json,
      Optional<ResourceKey> contained) {

    public Entry(ResourceKey key, VersionId version, Instant lastUpdated, Mode mode, byte[] json) {
      this(key, version, lastUpdated, mode, json, Optional.empty());
    }

    static Entry of(StoredBody body, Mode mode) {
      return new Entry(
          body.key(), body.version(), body.lastUpdated(), mode, body.json(), body.contained());
    }
  }
}
