package org.rodnan.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.DataQualityOperation;
import org.rodnan.operation.OperationArguments;
import org.rodnan.operation.Table;

/** What {@code $data-quality} tells of a study. */
final class DataQualitySection {
  private static final int SHOWN_MAX = 100;

  private static final Map<String, String> RULES =
      Map.of(
          "entered-in-error", "Entered in error",
          "duplicate", "Several values at a visit",
          "no-baseline", "No value at baseline",
          "missing-visit", "Missing visit",
          "visit-window", "Visit out of window",
          "study-day", "Study day and date differ",
          "implausible-change", "Large change",
          "unmapped-code", "Unknown code");

  private final DataQualityOperation quality;

  DataQualitySection(DataQualityOperation quality) {
    this.quality = quality;
  }

  /**
   * @param names of measures, by code
   */
  StudySection of(ResourceKey study, Map<String, String> names) {
    Table table = quality.quality(study, new OperationArguments(List.of())).table();
    return new StudySection(
        "quality", "Data quality", html -> write(html, study, table.rows(), names));
  }

  private static void write(
      Html html, ResourceKey study, List<List<@Nullable Object>> rows, Map<String, String> names) {
    html.element(
        "p",
        rows.isEmpty()
            ? "Nothing was found."
            : rows.size() + " findings. A finding is worth a look; it need not be a mistake.",
        "class",
        "lead");
    Map<String, List<List<@Nullable Object>>> byRule = new LinkedHashMap<>();
    rows.forEach(row -> byRule.computeIfAbsent(rule(row), key -> new ArrayList<>()).add(row));
    byRule.forEach((rule, findings) -> findings(html, rule, findings, names));
    html.open("p", "class", "actions");
    Layout.link(html, "/fhir/" + study + "/$data-quality?_format=csv", "Findings as CSV");
    Layout.link(html, "/fhir/" + study + "/$data-quality?_pretty=true", "As FHIR");
    html.close();
  }

  private static void findings(
      Html html, String rule, List<List<@Nullable Object>> findings, Map<String, String> names) {
    Layout.openFolded(html, rule, findings.size());
    Layout.table(
        html,
        findings.size() > SHOWN_MAX ? "The first " + SHOWN_MAX : rule,
        List.of("Subject", "Visit", "Measure", "Found", "Expected", "Resource"));
    for (List<@Nullable Object> row : findings.subList(0, Math.min(findings.size(), SHOWN_MAX))) {
      html.open("tr").open("th", "scope", "row");
      if (row.get(1) instanceof ResourceKey subject) {
        Layout.link(html, "/subjects/" + subject.id(), subject.id());
      } else {
        html.text("all");
      }
      String measure = String.valueOf(row.get(3));
      html.close()
          .element("td", String.valueOf(row.get(2)).replace('-', ' '))
          .element("td", names.getOrDefault(measure, measure))
          .element("td", String.valueOf(row.get(5)))
          .element("td", String.valueOf(row.get(6)))
          .open("td");
      if (row.get(4) instanceof ResourceKey resource) {
        Layout.link(html, StoredResource.path(resource), resource.toString());
      }
      html.close().close();
    }
    Layout.endTable(html);
    html.close();
  }

  private static String rule(List<@Nullable Object> row) {
    String code = String.valueOf(row.getFirst());
    return RULES.getOrDefault(code, code);
  }
}
