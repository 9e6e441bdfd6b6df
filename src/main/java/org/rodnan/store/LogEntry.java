package org.rodnan.store;

import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.LogPosition;

/**
 * What a follower of the log sees.
 *
 * @param version the entry itself
 * @param number the permanent integer of its key
 * @param created the position of the first entry of this key: immutable, unique, the default order
 *     of search
 * @param endsUnit whether it is the last entry of what was written all or nothing; a view is
 *     consistent only after such an entry
 * @param derived what this node's writer had already derived from the body ({@link
 *     WriterSection#put}), if it is still at hand; a follower must be able to do without
 */
public record LogEntry(
    ResourceVersion version,
    long number,
    LogPosition created,
    boolean endsUnit,
    @Nullable Object derived) {
  public LogPosition position() {
    return version.position();
  }
}
