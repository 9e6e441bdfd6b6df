package org.rodnan.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;

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

  /** The value of a field that is there once a row; in a row that hasn't got it another. */
  String at(String name, int row, String otherwise) {
    List<String> values = all(name);
    return row < values.size() ? values.get(row) : otherwise;
  }

  /**
   * The rows of a form after what the reader pressed: without the one to {@code remove}, with an
   * empty one to {@code add}, at least one.
   *
   * @param field that each row has
   * @throws FhirFailure.Malformed for more rows than the form may have
   */
  <T> List<T> edited(List<T> given, T empty, int rowsMax, String field) {
    List<T> rows = new ArrayList<>(given);
    first("remove")
        .filter(text -> text.matches("[0-9]{1,3}"))
        .map(Integer::valueOf)
        .filter(place -> place < rows.size())
        .ifPresent(place -> rows.remove(place.intValue()));
    if (first("add").isPresent() || rows.isEmpty()) {
      rows.add(empty);
    }
    if (rows.size() > rowsMax) {
      throw new FhirFailure.Malformed(
          "The form has " + rows.size() + " criteria; expected at most " + rowsMax, field);
    }
    return rows;
  }
}
