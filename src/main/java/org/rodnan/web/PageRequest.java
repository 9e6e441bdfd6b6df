package org.rodnan.web;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a browser asks a page for.
 *
 * @param path the segments of the whole path, decoded; none for the root
 * @param query by name, decoded, the values in their order
 * @param fhirBase the base URL under which the browser's machine reaches the interface, without a
 *     slash at the end
 */
record PageRequest(List<String> path, Map<String, List<String>> query, String fhirBase) {
  PageRequest {
    path = List.copyOf(path);
    query = Map.copyOf(query);
  }

  /** The first value of a name; empty also for a blank one. */
  Optional<String> first(String name) {
    return all(name).stream().findFirst().map(String::strip).filter(value -> !value.isEmpty());
  }

  List<String> all(String name) {
    return query.getOrDefault(name, List.of());
  }
}
