package org.rodnan.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * The one place where the log grows, over all nodes. What it reads includes what this unit and the
 * units before it in the same group have written. Only for the thread that runs the unit, and only
 * while {@link WriteUnit#apply} runs.
 */
public interface WriterSection {
  /** The position of the last entry, this unit's own included. */
  LogPosition head();

  /** The lastUpdated that this unit's entries get. */
  Instant now();

  /** The current version without its body; empty if the key was never written. */
  Optional<CurrentVersion> current(ResourceKey key);

  /** The current version with its body; empty if the key was never written, or is deleted. */
  Optional<ResourceVersion.Content> read(ResourceKey key);

  /** Which of the keys do not exist now: never written, or deleted. */
  Set<ResourceKey> missing(Collection<ResourceKey> keys);

  /**
   * Current resources of the type that carry the identifier, tombstones left out.
   *
   * @param limit at most so many, in the order of their creation
   */
  List<ResourceKey> findByIdentifier(String type, IdentifierCriterion criterion, int limit);

  /**
   * Appends a version with content: the first one, or the one after the current (or its tombstone).
   *
   * @param references the text for each open reference of the body
   * @param identifiers all business identifiers of the resource; they replace those of the version
   *     before
   * @param targets keys that the body refers to, which get their permanent integers here
   * @param derived passed on to followers of this node as it is, see {@link LogEntry#derived()}
   */
  ResourceVersion.Content put(
      ResourceKey key,
      Change change,
      BodyTemplate body,
      Map<String, String> references,
      Collection<BusinessIdentifier> identifiers,
      Collection<ResourceKey> targets,
      @Nullable Object derived);

  /**
   * Takes the contents of versions away that are not current; their rows and hashes stay. Sees what
   * was committed before the group. The unit must also append an entry that says so: by the log's
   * growth it is known whether a lost commit was made, and by that entry who did it.
   *
   * @return how many versions
   */
  int expunge(Expunging what);

  /**
   * Appends a tombstone.
   *
   * @throws IllegalStateException if the resource doesn't exist or is deleted
   */
  ResourceVersion.Tombstone delete(ResourceKey key);
}
