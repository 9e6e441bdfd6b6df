package org.rodnan.store;

import org.jspecify.annotations.Nullable;

/**
 * An entry that is to be written at the end of the group.
 *
 * @param hash null for a tombstone
 */
record StagedVersion(LogEntry entry, byte @Nullable [] hash, Origin origin) {
  StagedVersion endingUnit() {
    return new StagedVersion(
        new LogEntry(entry.version(), entry.number(), entry.created(), true, entry.derived()),
        hash,
        origin);
  }
}
