package org.rodnan.interaction;

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
import org.rodnan.store.BusinessIdentifier;
import org.rodnan.store.Change;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.Expunging;
import org.rodnan.store.IdentifierCriterion;
import org.rodnan.store.ResourceVersion;
import org.rodnan.store.WriterSection;
import org.rodnan.terminology.StoredDefinitions;

/** Passes everything on, and remembers where a definition was written that others are judged by. */
final class DefinitionWatch implements WriterSection {
  private final WriterSection section;
  private @Nullable LogPosition last;

  DefinitionWatch(WriterSection section) {
    this.section = section;
  }

  /** The position of the last definition that was written or deleted. */
  Optional<LogPosition> last() {
    return Optional.ofNullable(last);
  }

  @Override
  public ResourceVersion.Content put(
      ResourceKey key,
      Change change,
      BodyTemplate body,
      Map<String, String> references,
      Collection<BusinessIdentifier> identifiers,
      Collection<ResourceKey> targets,
      @Nullable Object derived) {
    ResourceVersion.Content content =
        section.put(key, change, body, references, identifiers, targets, derived);
    note(key);
    return content;
  }

  @Override
  public ResourceVersion.Tombstone delete(ResourceKey key) {
    ResourceVersion.Tombstone tombstone = section.delete(key);
    note(key);
    return tombstone;
  }

  @Override
  public int expunge(Expunging what) {
    return section.expunge(what);
  }

  private void note(ResourceKey key) {
    if (StoredDefinitions.TYPES.contains(key.type())) {
      last = section.head();
    }
  }

  @Override
  public LogPosition head() {
    return section.head();
  }

  @Override
  public Instant now() {
    return section.now();
  }

  @Override
  public Optional<CurrentVersion> current(ResourceKey key) {
    return section.current(key);
  }

  @Override
  public Optional<ResourceVersion.Content> read(ResourceKey key) {
    return section.read(key);
  }

  @Override
  public Set<ResourceKey> missing(Collection<ResourceKey> keys) {
    return section.missing(keys);
  }

  @Override
  public List<ResourceKey> findByIdentifier(String type, IdentifierCriterion criterion, int limit) {
    return section.findByIdentifier(type, criterion, limit);
  }
}
