package org.rodnan.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.Interactions;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;

/** What pages show of the store, through the interactions. Thread safe. */
final class StoredResources {
  private final Interactions interactions;

  StoredResources(Interactions interactions) {
    this.interactions = interactions;
  }

  Interactions interactions() {
    return interactions;
  }

  StoredResource read(ResourceKey key) {
    return StoredResource.of(interactions.read().read(key));
  }

  /**
   * The first page of a search.
   *
   * @param parameters name, value, name, value
   */
  List<StoredResource> search(String type, String... parameters) {
    return interactions.search().search(request(type, parameters)).entries().stream()
        .filter(entry -> entry.mode() == SearchPage.Mode.MATCH)
        .map(StoredResource::of)
        .toList();
  }

  /** How many resources match. */
  long count(String type, String... parameters) {
    List<String> counting = new ArrayList<>(List.of(parameters));
    counting.addAll(List.of("_summary", "count"));
    return interactions
        .search()
        .search(request(type, counting.toArray(String[]::new)))
        .total()
        .orElse(0);
  }

  private static SearchRequest request(String type, String... parameters) {
    List<SearchRequest.Parameter> list = new ArrayList<>();
    for (int i = 0; i < parameters.length; i += 2) {
      list.add(new SearchRequest.Parameter(parameters[i], parameters[i + 1]));
    }
    return new SearchRequest(List.of(type), Optional.empty(), list, false);
  }
}
