package org.rodnan.figure;

import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * How somebody fared, by day: a small chart for each measure, two beside each other, then strips of
 * bars, all over the same days, with a dashed line at each visit.
 *
 * @param marks what is marked in all parts, such as visits
 * @param courses in the order in which they are drawn
 * @param strips below the courses
 */
public record TimelineFigure(
    Caption caption, List<Mark> marks, List<Course> courses, List<Strip> strips) implements Figure {
  private static final int COLUMNS = 2;
  private static final int HEADING = 34;
  private static final int BASELINE = 22;
  private static final int MARGIN = 10;
  private static final double BEFORE = 0.03;
  private static final double AFTER = 0.14;

  public TimelineFigure {
    marks = List.copyOf(marks);
    courses = List.copyOf(courses);
    strips = List.copyOf(strips);
  }

  /** A moment with a name. */
  public record Mark(String name, double day) {}

  /** What was measured on a day. */
  public record Value(double day, double value) {}

  /**
   * A measure.
   *
   * @param name with its unit
   * @param values by day
   */
  public record Course(String name, List<Value> values) {
    public Course {
      values =
          values.stream()
              .filter(each -> Double.isFinite(each.day()) && Double.isFinite(each.value()))
              .toList();
    }
  }

  /**
   * A time that something lasted.
   *
   * @param to the last day; the same as the first, or not finite, if only that is known
   * @param text at its end, where it doesn't hide what comes next in its row; empty for none
   * @param shade place in the order of colours
   */
  public record Span(double from, double to, String text, int shade) {
    double last() {
      return Double.isFinite(to) ? Math.max(from, to) : from;
    }
  }

  /** What has a line of its own in a strip. */
  public record Row(String name, List<Span> spans) {
    public Row {
      spans = spans.stream().filter(span -> Double.isFinite(span.from())).toList();
    }
  }

  /** Rows below each other. */
  public record Strip(String title, List<Row> rows) {
    public Strip {
      rows = rows.stream().filter(row -> !row.spans().isEmpty()).toList();
    }
  }

  /** The days that all parts show. */
  record Days(double first, double last) {
    double span() {
      return last - first;
    }
  }

  private record Placed(Chart<?, ?> chart, int x, int y) {}

  @Override
  public byte[] svg() {
    List<Course> measured = courses.stream().filter(each -> !each.values().isEmpty()).toList();
    List<Strip> filled = strips.stream().filter(each -> !each.rows().isEmpty()).toList();
    if (measured.isEmpty() && filled.isEmpty()) {
      return Svg.empty(caption);
    }
    Days days = days();
    List<Placed> parts = new ArrayList<>();
    int y = HEADING;
    for (int i = 0; i < measured.size(); i += COLUMNS) {
      boolean isLast = i + COLUMNS >= measured.size();
      int height = Panels.COURSE_HEIGHT + (isLast ? Panels.TITLE_HEIGHT : 0);
      for (int j = 0; j < COLUMNS && i + j < measured.size(); j++) {
        XYChart panel =
            Panels.course(
                measured.get(i + j),
                marks,
                days,
                Charts.WIDTH / COLUMNS,
                height,
                isLast ? caption.horizontal() : "");
        parts.add(new Placed(panel, j * Charts.WIDTH / COLUMNS, y));
      }
      y += height;
    }
    for (Strip strip : filled) {
      XYChart chart = Panels.strip(strip, marks, days, caption.horizontal());
      parts.add(new Placed(chart, 0, y));
      y += chart.getHeight();
    }
    return Svg.of(caption, Charts.WIDTH, y, graphics -> draw(graphics, parts));
  }

  private void draw(Graphics2D graphics, List<Placed> parts) {
    int height =
        parts.stream().mapToInt(part -> part.y() + part.chart().getHeight()).max().orElse(0);
    graphics.setColor(Palette.GROUND);
    graphics.fillRect(0, 0, Charts.WIDTH, height);
    for (Placed part : parts) {
      Graphics2D moved = (Graphics2D) graphics.create();
      moved.translate(part.x(), part.y());
      part.chart().paint(moved, part.chart().getWidth(), part.chart().getHeight());
      moved.dispose();
    }
    graphics.setColor(Palette.INK);
    String heading = Charts.heading(caption.title());
    graphics.setFont(Charts.font(heading));
    graphics.drawString(heading, MARGIN, BASELINE);
  }

  private Days days() {
    DoubleStream all =
        Stream.of(
                marks.stream().map(Mark::day),
                courses.stream().flatMap(each -> each.values().stream()).map(Value::day),
                strips.stream()
                    .flatMap(strip -> strip.rows().stream())
                    .flatMap(row -> row.spans().stream())
                    .flatMap(span -> Stream.of(span.from(), span.last())))
            .flatMap(stream -> stream)
            .mapToDouble(Double::doubleValue);
    var range = all.summaryStatistics();
    double span = Math.max(1, range.getMax() - range.getMin());
    return new Days(range.getMin() - BEFORE * span, range.getMax() + AFTER * span);
  }
}
