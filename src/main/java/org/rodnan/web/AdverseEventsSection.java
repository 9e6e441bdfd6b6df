package org.rodnan.web;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.AdverseEventsOperation;
import org.rodnan.operation.OperationArguments;
import org.rodnan.safety.AdverseEvents;
import org.rodnan.safety.AdverseEvents.Count;
import org.rodnan.safety.AdverseEvents.LeftOut;
import org.rodnan.safety.AdverseEvents.Term;

/** The adverse events of a study's subjects, by term and grade. */
final class AdverseEventsSection {
  private final AdverseEventsOperation operation;

  AdverseEventsSection(AdverseEventsOperation operation) {
    this.operation = operation;
  }

  /**
   * @param isSynthetic whether there are subjects that are made up
   */
  StudySection of(ResourceKey study, boolean isSynthetic) {
    AdverseEvents events = operation.count(study, new OperationArguments(List.of())).events();
    return new StudySection(
        "adverse-events", "Adverse events", html -> write(html, study, events, isSynthetic));
  }

  private static void write(
      Html html, ResourceKey study, AdverseEvents events, boolean isSynthetic) {
    if (events.terms().isEmpty()) {
      html.element(
          "p",
          events.isCoarse()
              ? "No event is of so many subjects that it may be told."
              : "None are recorded of enrolled subjects on this server." + leftOut(events));
      return;
    }
    html.open("p", "class", "lead");
    if (isSynthetic) {
      Layout.synthetic(html);
      html.text(" ");
    }
    html.text(
            "Percentages are of the "
                + events.enrolled()
                + " enrolled subjects. Each event counts under its own grade; related are those"
                + " that a suspect caused possibly, probably or surely."
                + leftOut(events))
        .close();
    if (events.isCoarse()) {
      html.element("p", ParticipantFlowSection.rounded(events.countMin()), "class", "lead");
    }
    table(html, events);
    String address = "/fhir/" + study + "/$adverse-events";
    boolean hasArms = events.arms().size() > 1;
    html.open("p", "class", "actions");
    Layout.link(
        html,
        address + (hasArms ? "?byArm=true&_format=csv" : "?_format=csv"),
        "Adverse events as CSV");
    Layout.link(html, address + "?related=true&_format=csv", "Only related ones as CSV");
    Layout.link(html, address + "?serious=true&_format=csv", "Only serious ones as CSV");
    Layout.link(html, address + "?_pretty=true", "Adverse events as FHIR");
    html.close();
  }

  private static String leftOut(AdverseEvents events) {
    return events.leftOut().isEmpty()
        ? ""
        : events.leftOut().entrySet().stream()
            .map(each -> each.getValue() + " " + inWords(each.getKey()))
            .collect(Collectors.joining(", ", " Left out: ", "."));
  }

  private static String inWords(LeftOut reason) {
    return switch (reason) {
      case NOT_ACTUAL -> "potential or entered in error";
      case NOT_ENROLLED -> "of nobody who is enrolled";
    };
  }

  private static void table(Html html, AdverseEvents events) {
    List<String> columns = new ArrayList<>(List.of("Term", "Subjects", "%"));
    if (!events.isCoarse()) {
      columns.add("Events");
      for (int grade = 1; grade <= AdverseEvents.GRADES; grade++) {
        columns.add("Grade " + grade);
      }
      if (hasUngraded(events)) {
        columns.add("No grade");
      }
      columns.addAll(List.of("Serious", "Related"));
    }
    if (events.arms().size() > 1) {
      events.arms().forEach((arm, enrolled) -> columns.add(arm + " (of " + enrolled + ")"));
    }
    HashSet<String> numbers = new HashSet<>(columns);
    numbers.remove("Term");
    Layout.table(html, "Adverse events by term", columns, numbers);
    events.total().ifPresent(total -> row(html, "Any", total, events));
    for (Term term : events.terms()) {
      row(html, term.name(), term, events);
    }
    Layout.endTable(html);
  }

  private static boolean hasUngraded(AdverseEvents events) {
    return events.total().filter(total -> total.all().ungraded() > 0).isPresent();
  }

  private static void row(Html html, String name, Term term, AdverseEvents events) {
    Count all = term.all();
    html.open("tr").element("th", name, "scope", "row");
    number(html, Integer.toString(all.subjects()));
    number(html, percent(all, events.enrolled()));
    if (!events.isCoarse()) {
      number(html, Integer.toString(all.events()));
      all.grades().forEach(grade -> number(html, Integer.toString(grade)));
      if (hasUngraded(events)) {
        number(html, Integer.toString(all.ungraded()));
      }
      number(html, Integer.toString(all.serious()));
      number(html, Integer.toString(all.related()));
    }
    if (events.arms().size() > 1) {
      events.arms().forEach((arm, of) -> number(html, inArm(term.arms().get(arm), of)));
    }
    html.close();
  }

  private static String inArm(@Nullable Count count, int of) {
    return count == null || of == 0 ? "" : count.subjects() + " (" + percent(count, of) + " %)";
  }

  private static String percent(Count count, int of) {
    return String.format(Locale.ROOT, "%.1f", count.percent(of));
  }

  private static void number(Html html, String text) {
    html.element("td", text, "class", "number");
  }
}
