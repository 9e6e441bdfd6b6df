package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.DomainResource;

/** The rows of all domains that are being made. Not thread safe. */
final class WrittenRows {
  private final String study;
  private final Map<String, List<Written>> domains = new TreeMap<>();

  /** The first row of each resource. */
  private final Map<String, Written> byResource = new HashMap<>();

  /**
   * @param study which becomes STUDYID
   */
  WrittenRows(String study) {
    this.study = study;
  }

  /** A row of a resource, with what identifies it. */
  Written start(String domain, String usubjid, DomainResource resource) {
    Written row = new Written(domain, usubjid);
    row.put("STUDYID", study);
    row.put("DOMAIN", domain);
    row.put("USUBJID", usubjid);
    row.put(domain + "SPID", resource.getIdElement().getIdPart());
    row.notes.addAll(Comments.of(resource));
    if (byResource.putIfAbsent(resource.fhirType() + "/" + resource.getIdElement().getIdPart(), row)
        == null) {
      row.references.addAll(Relation.of(resource));
    }
    domains.computeIfAbsent(domain, key -> new ArrayList<>()).add(row);
    return row;
  }

  void put(String domain, List<Written> rows) {
    domains.put(domain, rows);
  }

  /** Empty if there is none. */
  List<Written> of(String domain) {
    return domains.getOrDefault(domain, List.of());
  }

  /**
   * The first row of a resource; empty if it has none.
   *
   * @param reference such as {@code Observation/1}
   */
  Optional<Written> first(String reference) {
    return Optional.ofNullable(byResource.get(reference));
  }

  /** In the order of the key, with their numbers (--SEQ). */
  List<Written> sorted(Layout layout) {
    List<Written> sorted = new ArrayList<>(of(layout.name()));
    sorted.sort(order(layout));
    number(layout, sorted);
    return sorted;
  }

  private static Comparator<Written> order(Layout layout) {
    String domain = layout.name();
    return Comparator.comparing((Written row) -> row.usubjid)
        .thenComparing(row -> row.get(domain + "STDTC"))
        .thenComparingDouble(
            row -> row.get("VISITNUM").isEmpty() ? 0 : Double.parseDouble(row.get("VISITNUM")))
        .thenComparing(row -> row.get(domain + "DTC"))
        .thenComparing(row -> row.get(domain + "SPID"))
        .thenComparing(row -> row.get(domain + "TESTCD"));
  }

  /** Numbers rows that are in order, unless their layout has no --SEQ. */
  static void number(Layout layout, List<Written> rows) {
    if (layout.columns().stream().noneMatch(each -> each.name().equals(layout.name() + "SEQ"))) {
      return;
    }
    Map<String, Integer> numbers = new HashMap<>();
    for (Written row : rows) {
      row.put(layout.name() + "SEQ", String.valueOf(numbers.merge(row.usubjid, 1, Integer::sum)));
    }
  }
}
