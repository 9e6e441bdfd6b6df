package org.rodnan.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/** What a unit, or the units of a group so far, would change in the tables. One thread. */
final class Staging {
  private record Slot(String type, String value) {}

  private final Map<ResourceKey, KeyRow> keys = new LinkedHashMap<>();
  private final Map<ResourceKey, Set<BusinessIdentifier>> identifiers = new LinkedHashMap<>();
  private final Map<Slot, Set<ResourceKey>> bySlot = new HashMap<>();
  private final List<StagedVersion> versions = new ArrayList<>();
  private final Set<Long> expunged = new LinkedHashSet<>();

  /** Positions whose contents are taken away. */
  Set<Long> expunged() {
    return expunged;
  }

  void expunge(Collection<Long> positions) {
    expunged.addAll(positions);
  }

  @Nullable KeyRow key(ResourceKey key) {
    return keys.get(key);
  }

  /** New and changed keys, in the order of their first change. */
  Collection<KeyRow> keys() {
    return keys.values();
  }

  /** What was appended at the position, if it was appended here. */
  Optional<ResourceVersion> version(LogPosition position) {
    if (versions.isEmpty()) {
      return Optional.empty();
    }
    // Positions have no gaps.
    long first = versions.getFirst().entry().version().position().value();
    long index = position.value() - first;
    return index >= 0 && index < versions.size()
        ? Optional.of(versions.get((int) index).entry().version())
        : Optional.empty();
  }

  List<StagedVersion> versions() {
    return versions;
  }

  /** The identifiers that a key has now, for the keys whose identifiers were replaced. */
  Map<ResourceKey, Set<BusinessIdentifier>> identifiers() {
    return identifiers;
  }

  void mention(KeyRow row) {
    keys.put(row.key(), row);
  }

  void append(StagedVersion version, KeyRow row, Collection<BusinessIdentifier> replaced) {
    versions.add(version);
    keys.put(row.key(), row);
    replaceIdentifiers(row.key(), new LinkedHashSet<>(replaced));
  }

  private void replaceIdentifiers(ResourceKey key, Set<BusinessIdentifier> replaced) {
    identifiers.put(key, replaced);
    for (BusinessIdentifier identifier : replaced) {
      bySlot
          .computeIfAbsent(new Slot(key.type(), identifier.value()), slot -> new LinkedHashSet<>())
          .add(key);
    }
  }

  /** Keys that this staging gave an identifier that fits. */
  List<ResourceKey> findByIdentifier(String type, IdentifierCriterion criterion) {
    List<ResourceKey> found = new ArrayList<>();
    for (ResourceKey key : bySlot.getOrDefault(new Slot(type, criterion.value()), Set.of())) {
      Set<BusinessIdentifier> now = identifiers.getOrDefault(key, Set.of());
      if (now.stream().anyMatch(identifier -> fits(identifier, criterion))) {
        found.add(key);
      }
    }
    return found;
  }

  private static boolean fits(BusinessIdentifier identifier, IdentifierCriterion criterion) {
    if (!identifier.value().equals(criterion.value())) {
      return false;
    }
    String system = identifier.system() == null ? "" : identifier.system();
    return switch (criterion) {
      case IdentifierCriterion.AnySystem any -> true;
      case IdentifierCriterion.NoSystem none -> system.isEmpty();
      case IdentifierCriterion.InSystem in -> system.equals(in.system());
    };
  }

  /** Takes over what a unit has staged, after what is here. */
  void accept(Staging unit) {
    List<StagedVersion> written = unit.versions;
    for (int i = 0; i < written.size(); i++) {
      boolean last = i == written.size() - 1;
      versions.add(last ? written.get(i).endingUnit() : written.get(i));
    }
    keys.putAll(unit.keys);
    expunged.addAll(unit.expunged);
    unit.identifiers.forEach(this::replaceIdentifiers);
  }
}
