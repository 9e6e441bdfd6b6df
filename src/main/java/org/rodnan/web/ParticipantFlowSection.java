package org.rodnan.web;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rodnan.cohort.ParticipantFlow;
import org.rodnan.cohort.ParticipantFlow.Row;
import org.rodnan.cohort.ParticipantFlow.Verdict;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.OperationArguments;
import org.rodnan.operation.ParticipantFlowOperation;

/** How many came how far in a study: the CONSORT diagram and its table. */
final class ParticipantFlowSection {
  private final ParticipantFlowOperation operation;

  ParticipantFlowSection(ParticipantFlowOperation operation) {
    this.operation = operation;
  }

  /**
   * @param isSynthetic whether there are subjects that are made up
   */
  StudySection of(ResourceKey study, boolean isSynthetic) {
    ParticipantFlow flow = operation.count(study, new OperationArguments(List.of())).flow();
    return new StudySection(
        "flow", "Participant flow", html -> write(html, study, flow, isSynthetic));
  }

  private static void write(
      Html html, ResourceKey study, ParticipantFlow flow, boolean isSynthetic) {
    if (flow.rows().isEmpty()) {
      html.element("p", "No subjects are recorded on this server, and no populations published.");
      return;
    }
    String address = "/fhir/" + study + "/$participant-flow";
    picture(html, address + "?_format=svg", flow.arms().size() > 1);
    boolean hasPublished = flow.rows().stream().anyMatch(row -> row.published().isPresent());
    if (isSynthetic || hasPublished) {
      html.open("p", "class", "lead");
      if (isSynthetic) {
        Layout.synthetic(html);
        html.text(" ");
      }
      html.text(
              hasPublished
                  ? "What is marked as published is printed in the publication; all else is counted"
                      + " from what is recorded of subjects."
                  : "Counted from what is recorded of subjects.")
          .close();
    }
    if (flow.countMin() > 1) {
      html.element("p", rounded(flow.countMin()), "class", "lead");
    }
    table(html, flow, hasPublished);
    html.open("p", "class", "actions");
    Layout.link(html, address + "?_format=csv", "Participant flow as CSV");
    Layout.link(html, address + "?_format=svg", "Diagram as SVG");
    Layout.link(html, address + "?_pretty=true", "Participant flow as FHIR");
    html.close();
  }

  /** What is to be known of numbers that don't tell of few. */
  static String rounded(int countMin) {
    return "Numbers of subjects are rounded down to multiples of "
        + countMin
        + "; where they would tell of fewer, they are left out.";
  }

  private static void picture(Html html, String address, boolean isWide) {
    String alternative = "CONSORT diagram; the table below it has its numbers";
    if (isWide) {
      html.open(
              "div",
              "class",
              "wide diagram",
              "tabindex",
              "0",
              "role",
              "region",
              "aria-label",
              "CONSORT diagram")
          .empty("img", "src", address, "alt", alternative)
          .close();
    } else {
      html.open("p", "class", "diagram").empty("img", "src", address, "alt", alternative).close();
    }
  }

  private static String source(ParticipantFlow flow, Row row) {
    if (row.isPublished()) {
      return "published";
    }
    return flow.verdict(row)
        .map(verdict ->
            verdict == Verdict.EQUAL ? "records, as published" : "records, not as published")
        .orElse("records");
  }

  private static void table(Html html, ParticipantFlow flow, boolean hasPublished) {
    List<String> columns = new ArrayList<>(List.of("Stage", "Subjects"));
    Set<String> numbers = new HashSet<>(Set.of("Subjects"));
    boolean hasArms = flow.arms().size() > 1;
    if (hasArms) {
      columns.addAll(flow.arms());
      numbers.addAll(flow.arms());
    }
    if (hasPublished) {
      columns.add("Published");
      columns.add("Source");
      numbers.add("Published");
    }
    Layout.table(html, "Subjects at each stage", columns, numbers);
    for (Row row : flow.rows()) {
      html.open("tr");
      if (row.reason().isPresent()) {
        html.open("th", "scope", "row", "class", "d1")
            .element("span", row.title() + ": ", "class", "unseen")
            .text(row.reason().get().text())
            .close();
      } else {
        html.element("th", row.title(), "scope", "row");
      }
      html.element("td", Integer.toString(row.subjects()), "class", "number");
      if (hasArms) {
        for (String arm : flow.arms()) {
          Integer subjects = row.arms().get(arm);
          html.element("td", subjects == null ? "" : subjects.toString(), "class", "number");
        }
      }
      if (hasPublished) {
        html.element(
            "td",
            row.published().map(number -> Integer.toString(number)).orElse(""),
            "class",
            "number");
        html.element("td", source(flow, row));
      }
      html.close();
    }
    Layout.endTable(html);
  }
}
