package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.rodnan.endpoint.AnalysisSet;
import org.rodnan.endpoint.Courses;
import org.rodnan.endpoint.EndpointTable;
import org.rodnan.endpoint.EndpointTable.Row;
import org.rodnan.endpoint.Sample;
import org.rodnan.figure.BarFigure;
import org.rodnan.figure.Caption;
import org.rodnan.figure.CourseFigure;
import org.rodnan.figure.Figure;
import org.rodnan.figure.ForestFigure;
import org.rodnan.figure.ForestFigure.Estimate;
import org.rodnan.figure.Series;
import org.rodnan.figure.Series.Point;

/** The pictures of an endpoint. */
enum EndpointFigure {
  /** Means with standard deviations, at baseline and at the visit. */
  BARS,
  /** Mean changes with confidence intervals, the strata side by side. */
  CHANGE,
  /** A line for each subject, and their mean. */
  SUBJECTS,
  /** Mean changes with confidence intervals, the strata below each other. */
  FOREST;

  private static final int LINES_MAX = 400;
  private static final String INTERVAL = "mean change with 95 % CI";

  /** As it is asked for. */
  static EndpointFigure of(String code) {
    for (EndpointFigure each : values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(code)) {
        return each;
      }
    }
    throw OperationArguments.malformed(
        "figure", "found '" + code + "', expected bars, change, subjects or forest");
  }

  /**
   * @param table of one population
   * @throws IllegalStateException if it is drawn from the courses of subjects
   */
  Figure of(EndpointTable table) {
    return switch (this) {
      case BARS -> bars(table);
      case CHANGE -> change(table);
      case FOREST -> forest(table);
      case SUBJECTS -> throw new IllegalStateException("drawn from courses");
    };
  }

  private static Figure bars(EndpointTable table) {
    List<String> categories = table.rows().stream().map(row -> name(table, row)).toList();
    List<Point> before = table.rows().stream().map(row -> point(row.baseline())).toList();
    List<Point> then = table.rows().stream().map(row -> point(row.atVisit())).toList();
    return new BarFigure(
        new Caption(
            table.name() + ": mean with standard deviation",
            "Bars. "
                + told(
                    table,
                    row ->
                        number(row.baseline().mean())
                            + " at baseline (SD "
                            + number(row.baseline().sd())
                            + "), then "
                            + number(row.atVisit().mean())
                            + " (SD "
                            + number(row.atVisit().sd())
                            + ")"),
            "",
            unit(table.name(), table.unit())),
        categories,
        List.of(
            new Series("Baseline of the same subjects", before), new Series("At the visit", then)));
  }

  private static Figure change(EndpointTable table) {
    List<String> strata = table.rows().stream().map(Row::stratum).distinct().toList();
    List<String> drawn = strata.size() == 1 ? strata : strata.subList(1, strata.size());
    List<String> visits = table.rows().stream().map(Row::visit).distinct().toList();
    List<Series> series = new ArrayList<>();
    for (String stratum : drawn) {
      series.add(
          new Series(
              stratum,
              table.rows().stream()
                  .filter(row -> row.stratum().equals(stratum))
                  .map(row ->
                      new Point(row.change().mean(), row.changeCiHigh() - row.change().mean()))
                  .toList()));
    }
    return new BarFigure(
        new Caption(
            table.name() + ": " + INTERVAL,
            "Bars. " + changes(table),
            "",
            unit("Change", table.unit())),
        visits.stream().map(EndpointFigure::visit).toList(),
        series);
  }

  private static Figure forest(EndpointTable table) {
    return new ForestFigure(
        new Caption(
            table.name() + ": " + INTERVAL,
            "Forest plot with a line at no change. " + changes(table),
            unit("Change", table.unit()),
            ""),
        table.rows().stream()
            .map(row ->
                new Estimate(
                    name(table, row) + " (n = " + row.change().n() + ")",
                    row.change().mean(),
                    row.changeCiLow(),
                    row.changeCiHigh()))
            .toList());
  }

  /** Of many subjects the first are drawn; the mean is of all. */
  static Figure of(AnalysisSet set, Courses courses) {
    List<String> visits = courses.visits().stream().map(EndpointFigure::visit).toList();
    List<String> means = new ArrayList<>();
    for (int i = 0; i < visits.size(); i++) {
      Sample sample = courses.samples().get(i);
      means.add(visits.get(i) + " " + number(sample.mean()) + " (n = " + sample.n() + ")");
    }
    int lines = Math.min(LINES_MAX, courses.lines().size());
    return new CourseFigure(
        new Caption(
            courses.name() + ": each subject and the mean with SD",
            lines
                + " thin lines, one for each "
                + (lines < courses.lines().size() ? "of the first subjects" : "subject")
                + ", and a thick one for the mean of all: "
                + String.join(", ", means)
                + ". "
                + set.rule()
                + ".",
            "",
            unit(courses.name(), courses.unit())),
        visits,
        courses.lines().subList(0, lines),
        new Series("Mean", courses.samples().stream().map(EndpointFigure::point).toList()));
  }

  private static Point point(Sample sample) {
    return new Point(sample.mean(), sample.sd());
  }

  private static String changes(EndpointTable table) {
    return told(
        table,
        row ->
            number(row.change().mean())
                + " (95 % CI "
                + number(row.changeCiLow())
                + " to "
                + number(row.changeCiHigh())
                + ")");
  }

  private static String told(EndpointTable table, Function<Row, String> numbers) {
    return table.rows().stream()
            .map(row -> name(table, row) + ", n = " + row.change().n() + ": " + numbers.apply(row))
            .collect(Collectors.joining("; "))
        + ". "
        + table.rows().stream().findFirst().map(row -> row.population().rule() + ".").orElse("");
  }

  /** The stratum, or the visit, or both where there are several of both. */
  private static String name(EndpointTable table, Row row) {
    boolean hasStrata = !table.rows().getLast().stratum().equals(EndpointTable.ALL);
    boolean hasVisits = table.rows().stream().map(Row::visit).distinct().count() > 1;
    if (!hasStrata) {
      return visit(row.visit());
    }
    String stratum = row.stratum().equals(EndpointTable.ALL) ? "All" : row.stratum();
    return hasVisits ? stratum + ", " + visit(row.visit()) : stratum;
  }

  /** Month 12 for month-12. */
  private static String visit(String code) {
    String words = code.replace('-', ' ');
    return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  private static String unit(String name, String unit) {
    return unit.equals("1") || unit.startsWith("{") ? name : name + " (" + unit + ")";
  }

  private static String number(double number) {
    return Double.isFinite(number) ? String.format(Locale.ROOT, "%.1f", number) : "not known";
  }
}
