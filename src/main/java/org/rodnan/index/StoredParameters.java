package org.rodnan.index;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.LogEntry;
import org.rodnan.store.ResourceVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The search parameters that clients have stored and that are active, as of one position of the
 * log. Every node comes to the same ones. Immutable, thread safe.
 *
 * @param byNumber by the permanent integer of the resource: of two that can't be in force together
 *     it is the first
 */
record StoredParameters(NavigableMap<Long, Stored> byNumber) {
  static final StoredParameters NONE = new StoredParameters(new TreeMap<>());
  static final String TYPE = "SearchParameter";
  private static final Logger LOG = LoggerFactory.getLogger(StoredParameters.class);

  record Stored(ResourceKey key, PublishedParameter parameter) {}

  static StoredParameters of(Collection<IndexedResource> resources) {
    NavigableMap<Long, Stored> stored = new TreeMap<>();
    resources.forEach(
        resource -> put(stored, resource.number(), resource.body().key(), resource.body().json()));
    return new StoredParameters(stored);
  }

  private static void put(Map<Long, Stored> stored, long number, ResourceKey key, byte[] json) {
    PublishedParameter parameter = PublishedParameter.of(json);
    if (parameter.isActive()) {
      stored.put(number, new Stored(key, parameter));
    } else {
      stored.remove(number);
    }
  }

  /** These as they are after the entries; the same object if no entry is about one. */
  StoredParameters after(Collection<LogEntry> entries) {
    NavigableMap<Long, Stored> after = null;
    for (LogEntry entry : entries) {
      if (entry.version().key().type().equals(TYPE)) {
        after = after == null ? new TreeMap<>(byNumber) : after;
        switch (entry.version()) {
          case ResourceVersion.Content content ->
              put(after, entry.number(), content.key(), content.json());
          case ResourceVersion.Tombstone tombstone -> after.remove(entry.number());
          case ResourceVersion.Expunged expunged -> after.remove(entry.number());
        }
      }
    }
    return after == null ? this : new StoredParameters(after);
  }

  /** All but one. */
  StoredParameters without(ResourceKey key) {
    NavigableMap<Long, Stored> others = new TreeMap<>(byNumber);
    others.values().removeIf(stored -> stored.key().equals(key));
    return new StoredParameters(others);
  }

  /** These and one as it is about to be stored. */
  StoredParameters with(ResourceKey key, byte[] json) {
    NavigableMap<Long, Stored> all = new TreeMap<>(byNumber);
    long number =
        byNumber.entrySet().stream()
            .filter(entry -> entry.getValue().key().equals(key))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseGet(() -> byNumber.isEmpty() ? 1L : byNumber.lastKey() + 1);
    put(all, number, key, json);
    return new StoredParameters(all);
  }

  /**
   * The composites among these that are in force, but wouldn't be, or not with the same parts, if
   * these were others.
   */
  List<Stored> compositesLost(
      StoredParameters others, SearchParameters builtIn, ParameterCheck check) {
    List<Stored> composites =
        byNumber.values().stream()
            .filter(stored -> stored.parameter().kind() == ParameterKind.COMPOSITE)
            .filter(others.byNumber().values()::contains)
            .toList();
    if (composites.isEmpty()) {
      return composites;
    }
    SearchParameters before = addedTo(builtIn, check);
    SearchParameters after = others.addedTo(builtIn, check);
    return composites.stream()
        .filter(stored -> isInForce(stored, before))
        .filter(stored ->
            !isInForce(stored, after)
                || !stored
                    .parameter()
                    .components(before.byUrl())
                    .equals(stored.parameter().components(after.byUrl())))
        .toList();
  }

  private static boolean isInForce(Stored stored, SearchParameters all) {
    return stored.parameter().equals(all.byUrl().get(stored.parameter().url()));
  }

  /** What is in force: composites after their parts. */
  SearchParameters addedTo(SearchParameters builtIn, ParameterCheck check) {
    SearchParameters all = builtIn;
    for (boolean isComposite : new boolean[] {false, true}) {
      for (Stored stored : byNumber.values()) {
        PublishedParameter parameter = stored.parameter();
        if (isComposite == (parameter.kind() == ParameterKind.COMPOSITE)) {
          if (check.problems(parameter, all).isEmpty()) {
            all = all.with(parameter);
          } else {
            LOG.warn("{} is active, but can't be served", stored.key());
          }
        }
      }
    }
    return all;
  }
}
