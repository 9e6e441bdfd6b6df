package org.rodnan.store;

import java.time.Instant;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/** One entry of a resource's history, immutable. */
public sealed interface ResourceVersion {
  ResourceKey key();

  VersionId version();

  /** UTC, whole milliseconds; never earlier than that of any entry before it in the log. */
  Instant lastUpdated();

  LogPosition position();

  Change change();

  /**
   * A version with content.
   *
   * @param json the exact bytes that are served, id and meta inside; not to be changed
   */
  record Content(
      ResourceKey key,
      VersionId version,
      Instant lastUpdated,
      LogPosition position,
      Change change,
      byte[] json)
      implements ResourceVersion {}

  /**
   * A version whose content was taken away for good ({@link WriterSection#expunge}); that it was
   * there, and its hash, stay.
   */
  record Expunged(
      ResourceKey key, VersionId version, Instant lastUpdated, LogPosition position, Change change)
      implements ResourceVersion {}

  /** The mark of a deletion. */
  record Tombstone(ResourceKey key, VersionId version, Instant lastUpdated, LogPosition position)
      implements ResourceVersion {
    @Override
    public Change change() {
      return Change.DELETED;
    }
  }
}
