package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rodnan.fhir.ResourceKey;

/**
 * What was published of a study, number by number as it was printed, and beside it what was
 * corrected or recomputed.
 */
final class PublishedResults {
  private static final int RESULTS_MAX = 1_000;
  private static final List<String> COLUMNS =
      List.of("Result", "Population", "Visit", "Figures", "Source");

  /** The statistics that stand together, by the codes of their components. */
  private static final Map<String, String> STATISTICS = statistics();

  /** What results tell, in the order of the page. */
  private static final Map<String, String> KINDS = kinds();

  private final StoredResources resources;

  PublishedResults(StoredResources resources) {
    this.resources = resources;
  }

  void write(Html html, ResourceKey study, List<StoredResource> populations) {
    List<StoredResource> results =
        resources.search(
            "Observation",
            "study",
            study.toString(),
            "category",
            "published-result",
            "status:not",
            "entered-in-error,cancelled",
            "_count",
            Integer.toString(RESULTS_MAX));
    html.element("h2", "Published results", "id", "published");
    if (results.isEmpty()) {
      html.element("p", "None are on this server.");
      return;
    }
    html.element(
        "p",
        "As printed, to the printed digits. Where a printed figure is a misprint, the corrected one"
            + " is a result of its own.",
        "class",
        "lead");
    Map<String, List<StoredResource>> byKind = new LinkedHashMap<>();
    KINDS.keySet().forEach(kind -> byKind.put(kind, new ArrayList<>()));
    results.forEach(result ->
        byKind.computeIfAbsent(kind(result.json()), kind -> new ArrayList<>()).add(result));
    Map<String, String> names = new LinkedHashMap<>();
    populations.forEach(
        each -> names.put(each.key().toString(), ResourceText.of(each.json().path("name"))));
    byKind.forEach((kind, group) -> {
      if (!group.isEmpty()) {
        group(html, KINDS.getOrDefault(kind, kind), group, names);
      }
    });
  }

  private static void group(
      Html html, String title, List<StoredResource> results, Map<String, String> populations) {
    Layout.openFolded(html, title, results.size());
    Layout.table(html, title, COLUMNS);
    for (StoredResource result : results) {
      JsonNode json = result.json();
      String population = ResourceText.subject(json);
      html.open("tr").open("th", "scope", "row");
      Layout.link(html, result.path(), ResourceText.of(json.path("code")));
      html.close()
          .element("td", populations.getOrDefault(population, population))
          .element("td", ResourceText.visit(json))
          .element("td", figures(json))
          .element("td", ResourceText.of(json.path("method")))
          .close();
    }
    Layout.endTable(html);
    html.close();
  }

  private static String kind(JsonNode result) {
    for (JsonNode category : result.path("category")) {
      String code = ResourceText.code(category);
      if (!code.equals("published-result")) {
        return code;
      }
    }
    return "";
  }

  private static String figures(JsonNode result) {
    List<String> figures = new ArrayList<>();
    for (JsonNode component : result.path("component")) {
      String code = ResourceText.code(component.path("code"));
      String name = STATISTICS.getOrDefault(code, ResourceText.of(component.path("code")));
      String value = ResourceText.value(component);
      figures.add(code.equals("percent") ? value.replace(" %", "") + " %" : name + " " + value);
    }
    return String.join("; ", figures);
  }

  private static Map<String, String> statistics() {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("average", "mean");
    names.put("std-dev", "SD");
    names.put("ci-lower", "95 % CI from");
    names.put("ci-upper", "95 % CI to");
    names.put("4-lower", "first quartile");
    names.put("4-upper", "third quartile");
    names.put("p-value", "p");
    names.put("subjects-affected", "subjects");
    names.put("denominator", "of");
    return names;
  }

  private static Map<String, String> kinds() {
    Map<String, String> kinds = new LinkedHashMap<>();
    kinds.put("change", "Changes from baseline");
    kinds.put("percent-change", "Changes in percent of baseline");
    kinds.put("difference", "Differences between groups");
    kinds.put("correlation", "Correlations");
    kinds.put("level", "Levels at visits");
    kinds.put("frequency", "How many subjects or events");
    kinds.put("dose", "Doses");
    return kinds;
  }
}
