package org.rodnan.web;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.OperationArguments;
import org.rodnan.operation.Table;
import org.rodnan.operation.TimelineOperation;

/** What {@code $timeline} tells of a subject. */
final class TimelineSection {
  private static final int SHOWN_MAX = 1_000;

  private final TimelineOperation timeline;

  TimelineSection(TimelineOperation timeline) {
    this.timeline = timeline;
  }

  /** Nothing for a subject whose patient or study isn't here, or who may not be shown. */
  void write(Html html, ResourceKey subject) {
    Table table;
    try {
      table =
          TimelineOperation.answer(timeline.timeline(subject, new OperationArguments(List.of())))
              .table();
    } catch (FhirFailure.NotFound | FhirFailure.Forbidden e) {
      return;
    }
    String address = "/fhir/" + subject + "/$timeline";
    html.element("h2", "Timeline", "id", "timeline");
    Layout.picture(
        html,
        address + "?_format=svg",
        "Measures, treatments and adverse events by study day; dashed lines are visits");
    html.open("p", "class", "actions");
    Layout.link(html, address + "?_format=csv", "Timeline as CSV");
    Layout.link(html, address + "?_format=svg", "Timeline as SVG");
    Layout.link(html, address + "?_pretty=true", "Timeline as FHIR");
    html.close();
    List<List<@Nullable Object>> rows = table.rows();
    Layout.table(
        html,
        rows.size() > SHOWN_MAX ? "The first " + SHOWN_MAX + " by study day" : "By study day",
        List.of("What", "Study day", "Until day", "Kind", "Value", "Grade"),
        Set.of("Study day", "Until day", "Grade"));
    for (List<@Nullable Object> row : rows.subList(0, Math.min(rows.size(), SHOWN_MAX))) {
      html.open("tr").open("th", "scope", "row");
      if (cell(table, row, "resource") instanceof ResourceKey resource) {
        Layout.link(html, StoredResource.path(resource), text(table, row, "what"));
      }
      html.close()
          .element("td", text(table, row, "day"), "class", "number")
          .element("td", text(table, row, "end_day"), "class", "number")
          .element("td", text(table, row, "kind").replace('-', ' '), "class", "card")
          .element("td", value(table, row))
          .element("td", grade(table, row), "class", "number")
          .close();
    }
    Layout.endTable(html);
  }

  private static String value(Table table, List<@Nullable Object> row) {
    String unit = text(table, row, "unit");
    String number = text(table, row, "value");
    String words = text(table, row, "text");
    return number.isEmpty() || unit.equals("{score}") ? number + words : number + " " + unit;
  }

  private static String grade(Table table, List<@Nullable Object> row) {
    boolean isSerious = text(table, row, "serious").equals("true");
    return text(table, row, "grade") + (isSerious ? " serious" : "");
  }

  private static @Nullable Object cell(Table table, List<@Nullable Object> row, String column) {
    return row.get(table.columns().indexOf(column));
  }

  private static String text(Table table, List<@Nullable Object> row, String column) {
    Object cell = cell(table, row, column);
    return cell == null ? "" : cell.toString();
  }
}
