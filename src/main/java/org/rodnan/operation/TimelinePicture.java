package org.rodnan.operation;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.rodnan.course.Timeline;
import org.rodnan.course.Timeline.Item;
import org.rodnan.course.Timeline.Kind;
import org.rodnan.figure.Caption;
import org.rodnan.figure.Figure;
import org.rodnan.figure.TimelineFigure;
import org.rodnan.figure.TimelineFigure.Course;
import org.rodnan.figure.TimelineFigure.Mark;
import org.rodnan.figure.TimelineFigure.Row;
import org.rodnan.figure.TimelineFigure.Span;
import org.rodnan.figure.TimelineFigure.Strip;
import org.rodnan.figure.TimelineFigure.Value;

/**
 * The picture of a timeline: each measure that was taken more than once, treatments with their
 * doses, adverse events with their grades, and the visits.
 */
final class TimelinePicture {
  private static final int COURSES_MAX = 24;
  private static final int ROWS_MAX = 40;
  private static final int TOLD_MAX = 60;

  /** Colours of the grades 1 to 5, and of no grade; the grade stands beside each event too. */
  private static final List<Integer> SHADES = List.of(4, 0, 1, 3, 3);

  private static final int NO_GRADE = 2;
  private static final int TREATMENT = 0;
  private static final int PROCEDURE = 2;
  private static final int VISIT = 4;

  private TimelinePicture() {}

  static Figure of(Timeline timeline) {
    List<Item> dated = timeline.items().stream().filter(item -> item.day().isPresent()).toList();
    List<Mark> marks = marks(dated);
    List<Course> courses = courses(dated);
    List<Row> treatments =
        rows(
            of(dated, Kind.TREATMENT, Kind.PROCEDURE),
            item -> item.text().isEmpty() ? item.what() : item.what() + " " + item.text(),
            item -> span(item, "", item.kind() == Kind.TREATMENT ? TREATMENT : PROCEDURE));
    List<Row> events =
        rows(
            of(dated, Kind.ADVERSE_EVENT),
            Item::what,
            item -> span(item, grade(item), shade(item)));
    String told =
        String.join(
            " ",
            told("Visits", marks, mark -> mark.name() + " on day " + number(mark.day())),
            told("Measures", courses, TimelinePicture::course),
            told("Treatments", treatments, row -> row.name() + spans(row)),
            told("Adverse events", events, row -> row.name() + spans(row)));
    return new TimelineFigure(
        new Caption(
            "Timeline of subject " + timeline.subject().id() + " by study day",
            "Dashed lines are visits. " + told.strip(),
            "Study day",
            ""),
        marks,
        courses.subList(0, Math.min(COURSES_MAX, courses.size())),
        List.of(
            strip("Visits, treatments and procedures", withVisits(marks, treatments)),
            strip("Adverse events, with the grade", events)));
  }

  private static List<Item> of(List<Item> items, Kind... kinds) {
    return items.stream().filter(item -> List.of(kinds).contains(item.kind())).toList();
  }

  /** The first day of each visit. */
  private static List<Mark> marks(List<Item> items) {
    Map<String, Integer> days = new LinkedHashMap<>();
    of(items, Kind.VISIT, Kind.OBSERVATION).stream()
        .filter(item -> !item.visit().isEmpty())
        .forEach(item -> days.merge(item.visit(), item.day().getAsInt(), Math::min));
    return days.entrySet().stream()
        .map(visit -> new Mark(visit.getKey().replace('-', ' '), visit.getValue()))
        .sorted(Comparator.comparingDouble(Mark::day))
        .toList();
  }

  /** Those with the most values first; of single values only if there is nothing else. */
  private static List<Course> courses(List<Item> items) {
    Map<String, List<Value>> values = new TreeMap<>();
    for (Item item : of(items, Kind.OBSERVATION)) {
      if (item.value().isPresent()) {
        values
            .computeIfAbsent(name(item), name -> new ArrayList<>())
            .add(new Value(item.day().getAsInt(), item.value().get().doubleValue()));
      }
    }
    List<Course> all =
        values.entrySet().stream()
            .map(entry -> new Course(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparingInt((Course course) -> -course.values().size()))
            .toList();
    List<Course> repeated = all.stream().filter(each -> each.values().size() > 1).toList();
    return repeated.isEmpty() ? all : repeated;
  }

  private static String name(Item item) {
    String unit = item.unit();
    boolean isNamed = unit.isEmpty() || unit.equals("1") || unit.startsWith("{");
    return isNamed || item.what().contains(unit) ? item.what() : item.what() + " (" + unit + ")";
  }

  private static List<Row> rows(
      List<Item> items, Function<Item, String> name, Function<Item, Span> span) {
    Map<String, List<Span>> rows = new LinkedHashMap<>();
    items.forEach(item ->
        rows.computeIfAbsent(name.apply(item), each -> new ArrayList<>()).add(span.apply(item)));
    return rows.entrySet().stream().map(row -> new Row(row.getKey(), row.getValue())).toList();
  }

  private static List<Row> withVisits(List<Mark> marks, List<Row> treatments) {
    List<Row> rows = new ArrayList<>(treatments);
    rows.addFirst(
        new Row(
            "Visits",
            marks.stream()
                .map(mark -> new Span(mark.day(), Double.NaN, mark.name(), VISIT))
                .toList()));
    return rows;
  }

  private static Span span(Item item, String text, int shade) {
    OptionalInt end = item.endDay();
    return new Span(
        item.day().getAsInt(), end.isPresent() ? end.getAsInt() : Double.NaN, text, shade);
  }

  private static String grade(Item item) {
    String grade = item.grade().isPresent() ? Integer.toString(item.grade().getAsInt()) : "?";
    return item.serious().orElse(false) ? grade + " serious" : grade;
  }

  private static int shade(Item item) {
    return item.grade().isPresent() ? SHADES.get(item.grade().getAsInt() - 1) : NO_GRADE;
  }

  private static Strip strip(String title, List<Row> rows) {
    return rows.size() <= ROWS_MAX
        ? new Strip(title, rows)
        : new Strip(
            title + " (the first " + ROWS_MAX + " of " + rows.size() + ")",
            rows.subList(0, ROWS_MAX));
  }

  private static <T> String told(String kind, List<T> all, Function<T, String> words) {
    if (all.isEmpty()) {
      return "";
    }
    String rest = all.size() > TOLD_MAX ? "; and " + (all.size() - TOLD_MAX) + " more" : "";
    return all.stream()
        .limit(TOLD_MAX)
        .map(words)
        .collect(Collectors.joining("; ", kind + ": ", rest + "."));
  }

  private static String course(Course course) {
    Value first = course.values().getFirst();
    Value last = course.values().getLast();
    return course.name()
        + " "
        + number(first.value())
        + " on day "
        + number(first.day())
        + (course.values().size() == 1
            ? ""
            : ", " + number(last.value()) + " on day " + number(last.day()));
  }

  private static String spans(Row row) {
    return row.spans().stream()
        .map(span ->
            " day "
                + number(span.from())
                + (Double.isFinite(span.to()) ? " to " + number(span.to()) : "")
                + (span.text().isEmpty() ? "" : ", grade " + span.text()))
        .collect(Collectors.joining(","));
  }

  private static String number(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
