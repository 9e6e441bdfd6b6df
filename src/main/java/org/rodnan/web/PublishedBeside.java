package org.rodnan.web;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.OperationArguments;
import org.rodnan.operation.PublishedNumber;
import org.rodnan.operation.PublishedNumber.Verdict;
import org.rodnan.operation.PublishedOperation;

/** What was printed of a study beside what its subjects give, as {@code $published} tells it. */
final class PublishedBeside {
  private static final List<String> COLUMNS =
      List.of(
          "Measure",
          "Population",
          "Visit",
          "Statistic",
          "Printed in",
          "Printed",
          "Computed",
          "Why");

  private static final double P_MIN = 0.001;

  private final PublishedOperation published;

  PublishedBeside(PublishedOperation published) {
    this.published = published;
  }

  /** Nothing of a study without published results. */
  List<StudySection> of(ResourceKey study) {
    List<PublishedNumber> numbers = published.numbers(study, new OperationArguments(List.of()));
    return numbers.isEmpty()
        ? List.of()
        : List.of(
            new StudySection(
                "beside", "Computed beside published", html -> write(html, study, numbers)));
  }

  private static void write(Html html, ResourceKey study, List<PublishedNumber> numbers) {
    html.element(
        "p",
        "Of "
            + numbers.size()
            + " printed numbers "
            + of(numbers, Verdict.EQUAL).size()
            + " equal the computed ones at the printed precision, "
            + of(numbers, Verdict.MISPRINT).size()
            + " are misprints that the computed ones put right, "
            + of(numbers, Verdict.DIFFERS).size()
            + " differ, and "
            + of(numbers, Verdict.NOT_COMPUTED).size()
            + " can't be computed from what is here.",
        "class",
        "lead");
    table(html, "Printed and computed differ", of(numbers, Verdict.DIFFERS));
    table(html, "Misprints", of(numbers, Verdict.MISPRINT));
    table(html, "Not computed", of(numbers, Verdict.NOT_COMPUTED));
    table(html, "Equal at the printed precision", of(numbers, Verdict.EQUAL));
    html.open("p", "class", "actions");
    Layout.link(html, "/fhir/" + study + "/$published?_format=csv", "As CSV, not rounded");
    html.close();
  }

  private static List<PublishedNumber> of(List<PublishedNumber> numbers, Verdict verdict) {
    return numbers.stream().filter(number -> number.verdict() == verdict).toList();
  }

  private static void table(Html html, String title, List<PublishedNumber> numbers) {
    if (numbers.isEmpty()) {
      return;
    }
    Layout.openFolded(html, title, numbers.size());
    Layout.table(html, title, COLUMNS, Set.of("Printed", "Computed"));
    for (PublishedNumber each : numbers) {
      html.open("tr").open("th", "scope", "row");
      Layout.link(html, "/resources/Observation/" + each.result(), each.measure());
      Double computed = each.computed();
      html.close()
          .element("td", each.population())
          .element("td", each.visit().replace('-', ' '))
          .element("td", each.statistic())
          .element("td", each.place())
          .element("td", each.printed(), "class", "number")
          .element("td", computed == null ? "" : rounded(each, computed), "class", "number")
          .element("td", each.verdict() == Verdict.EQUAL ? "" : each.reason(), "class", "words")
          .close();
    }
    Layout.endTable(html);
    html.close();
  }

  /** To one digit more than is printed. */
  private static String rounded(PublishedNumber number, double computed) {
    if (number.statistic().equals("p-value") && computed < P_MIN) {
      return "<" + P_MIN;
    }
    int point = number.printed().indexOf('.');
    int digits = point < 0 ? 1 : number.printed().length() - point;
    return computed == Math.rint(computed) && point < 0
        ? String.format(Locale.ROOT, "%.0f", computed)
        : String.format(Locale.ROOT, "%." + digits + "f", computed);
  }
}
