package org.rodnan.web;

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

  StudySection of(ResourceKey study) {
    Table table = quality.quality(study, new OperationArguments(List.of())).table();
    return new StudySection("quality", "Data quality", html -> write(html, study, table));
  }

  private static void write(Html html, ResourceKey study, Table table) {
    List<List<@Nullable Object>> rows = table.rows();
    html.open("p", "class", "lead");
    if (rows.isEmpty()) {
      html.text("Nothing was found.");
    } else {
      Map<String, Integer> counts = new LinkedHashMap<>();
      rows.forEach(row -> counts.merge(rule(row), 1, Integer::sum));
      html.text(
          String.join(
              "; ",
              counts.entrySet().stream()
                  .map(count -> count.getKey() + ": " + count.getValue())
                  .toList()));
      html.text(". A finding is worth a look; it need not be a mistake.");
    }
    html.close().open("p", "class", "actions");
    Layout.link(html, "/fhir/" + study + "/$data-quality?_format=csv", "Findings as CSV");
    Layout.link(html, "/fhir/" + study + "/$data-quality?_pretty=true", "As FHIR");
    html.close();
    if (rows.isEmpty()) {
      return;
    }
    Layout.table(
        html,
        rows.size() > SHOWN_MAX ? "The first " + SHOWN_MAX + " findings" : "Findings",
        List.of("Finding", "Subject", "Visit", "Measure", "Found", "Expected"));
    for (List<@Nullable Object> row : rows.subList(0, Math.min(rows.size(), SHOWN_MAX))) {
      html.open("tr").open("th", "scope", "row");
      if (row.get(4) instanceof ResourceKey resource) {
        Layout.link(html, StoredResource.path(resource), rule(row));
      } else {
        html.text(rule(row));
      }
      html.close().open("td");
      if (row.get(1) instanceof ResourceKey subject) {
        Layout.link(html, "/subjects/" + subject.id(), subject.id());
      } else {
        html.text("all");
      }
      html.close();
      for (int cell : new int[] {2, 3, 5, 6}) {
        html.element("td", String.valueOf(row.get(cell)));
      }
      html.close();
    }
    Layout.endTable(html);
  }

  private static String rule(List<@Nullable Object> row) {
    String code = String.valueOf(row.getFirst());
    return RULES.getOrDefault(code, code);
  }
}
