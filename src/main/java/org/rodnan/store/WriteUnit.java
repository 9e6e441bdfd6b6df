package org.rodnan.store;

import java.util.Collection;
import java.util.List;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * What one request writes, all or nothing. It runs in the writer section, on its thread, as if
 * under a savepoint: if it throws, nothing of it stays and the other units of the group are not
 * touched. It must be quick, and must not call the store but through the section.
 *
 * <p>What the units of a group write is kept in memory until all have run, and is then written in
 * one go. If the database refuses the group, each of its units is run again, from the beginning, in
 * a transaction of its own; so {@link #apply} must not have effects outside the section, and must
 * not rely on what an earlier run of it left in the unit's fields.
 *
 * @param <T> what it answers with once it is committed
 */
public interface WriteUnit<T> {
  /** Who writes. */
  Origin origin();

  /**
   * Keys that {@link #apply} will ask about or put, as far as they are known before. The section
   * reads those of a whole group at once, which on PostgreSQL saves a round trip for each; to leave
   * some out, or to name too many, changes nothing else.
   */
  default Collection<ResourceKey> keys() {
    return List.of();
  }

  /**
   * Whether the unit depends on more than the store's tables, that is on a search. Such a unit runs
   * alone: the group before it is committed, then {@link #awaitIndex} is called with the log's
   * head, inside the section, then {@link #apply}.
   */
  default boolean needsIndex() {
    return false;
  }

  /**
   * Returns once the index holds everything up to the head. Called only if it is needed. While it
   * waits no node can write, so it must give up, with a {@link org.rodnan.fhir.FhirFailure.Busy},
   * well within two minutes: then PostgreSQL takes the section away.
   */
  default void awaitIndex(LogPosition head) {}

  /**
   * Whether nothing is to stay of what the unit does: it runs as any other, and its caller gets
   * what it answers, but the log doesn't grow and the units after it don't see it.
   */
  default boolean isRehearsal() {
    return false;
  }

  /**
   * Does the unit's reading and writing.
   *
   * @throws org.rodnan.fhir.FhirFailure to refuse; the caller gets it as it is
   */
  T apply(WriterSection section);
}
