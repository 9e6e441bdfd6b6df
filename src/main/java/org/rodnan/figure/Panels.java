package org.rodnan.figure;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.rodnan.figure.TimelineFigure.Course;
import org.rodnan.figure.TimelineFigure.Days;
import org.rodnan.figure.TimelineFigure.Mark;
import org.rodnan.figure.TimelineFigure.Row;
import org.rodnan.figure.TimelineFigure.Span;
import org.rodnan.figure.TimelineFigure.Strip;
import org.rodnan.figure.TimelineFigure.Value;

/** The parts of a timeline. */
final class Panels {
  static final int COURSE_HEIGHT = 150;
  static final int TITLE_HEIGHT = 22;

  private static final int TITLE_MARGIN = 20;
  private static final int DAY_HINT = 60;
  private static final int VALUE_HINT = 30;

  /** Which part of the range is left free below and above the values. */
  private static final double VALUE_MARGIN = 8;

  private static final int ROW = 26;
  private static final int FRAME = 96;
  private static final int NAMES_WIDTH = 260;
  private static final int NAMES_MARGIN = 24;
  private static final float LINE = 2;
  private static final float BAR = 11;
  private static final float DASH = 3;

  private static final double GAP = 8;

  private static final BasicStroke DASHED =
      new BasicStroke(
          1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {DASH, DASH}, 0);

  private Panels() {}

  static XYChart course(
      Course course, List<Mark> marks, Days days, int width, int height, String axis) {
    XYChart chart =
        Charts.days(Charts.heading(course.name(), width - TITLE_MARGIN), axis, width, height);
    chart.getStyler().setXAxisMin(days.first()).setXAxisMax(days.last());
    chart.getStyler().setXAxisTickMarkSpacingHint(DAY_HINT);
    chart.getStyler().setYAxisTickMarkSpacingHint(VALUE_HINT);
    double least = course.values().stream().mapToDouble(Value::value).min().orElse(0);
    double most = course.values().stream().mapToDouble(Value::value).max().orElse(1);
    double margin = most > least ? (most - least) / VALUE_MARGIN : Math.max(1, Math.abs(most) / 2);
    chart.getStyler().setYAxisMin(least - margin).setYAxisMax(most + margin);
    marks(chart, marks, least - margin, most + margin);
    XYSeries line =
        chart.addSeries(
            "values",
            course.values().stream().mapToDouble(Value::day).toArray(),
            course.values().stream().mapToDouble(Value::value).toArray());
    line.setLineColor(Palette.series(0)).setLineStyle(new BasicStroke(LINE));
    line.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(Palette.series(0));
    return chart;
  }

  static XYChart strip(Strip strip, List<Mark> marks, Days days, String axis) {
    int rows = strip.rows().size();
    XYChart chart =
        Charts.days(
            Charts.heading(strip.title(), Charts.WIDTH - TITLE_MARGIN),
            axis,
            Charts.WIDTH,
            FRAME + ROW * (rows + 1));
    chart.getStyler().setXAxisMin(days.first()).setXAxisMax(days.last());
    chart.getStyler().setPlotGridHorizontalLinesVisible(false);
    List<String> names =
        strip.rows().stream().map(row -> Charts.rowName(row.name(), NAMES_WIDTH)).toList();
    Charts.nameRows(chart, names, ROW);
    double widest = names.stream().mapToDouble(Charts::width).max().orElse(0);
    // What the library leaves free beside the names, so that strips have their days in line.
    chart.getStyler().setYAxisLeftWidthHint((int) (NAMES_WIDTH + NAMES_MARGIN - widest));
    marks(chart, marks, 0, rows + 1.0);
    double day = days.span() / (Charts.WIDTH - NAMES_WIDTH - 3 * GAP);
    for (int i = 0; i < rows; i++) {
      Row row = strip.rows().get(i);
      for (int j = 0; j < row.spans().size(); j++) {
        Span span = row.spans().get(j);
        span(chart, i + " " + j, span, rows - i);
        double end = span.last() + (Charts.width(span.text()) + 2 * GAP) * day;
        boolean isFree =
            row.spans().stream()
                .noneMatch(other -> other.from() > span.from() && other.from() < end);
        if (!span.text().isEmpty() && isFree) {
          double middle = span.last() + (Charts.width(span.text()) / 2 + GAP) * day;
          chart.addAnnotation(new AnnotationText(span.text(), middle, rows - i, false));
        }
      }
    }
    return chart;
  }

  private static void span(XYChart chart, String name, Span span, double y) {
    Color colour = Palette.series(span.shade());
    boolean isLong = span.last() > span.from();
    XYSeries bar =
        isLong
            ? chart.addSeries(name, new double[] {span.from(), span.last()}, new double[] {y, y})
            : chart.addSeries(name, new double[] {span.from()}, new double[] {y});
    bar.setLineColor(colour)
        .setLineStyle(new BasicStroke(BAR, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
    if (isLong) {
      bar.setMarker(SeriesMarkers.NONE);
    } else {
      bar.setMarker(SeriesMarkers.DIAMOND).setMarkerColor(colour);
    }
  }

  private static void marks(XYChart chart, List<Mark> marks, double low, double high) {
    for (int i = 0; i < marks.size(); i++) {
      double day = marks.get(i).day();
      XYSeries mark =
          chart.addSeries("mark " + i, new double[] {day, day}, new double[] {low, high});
      mark.setMarker(SeriesMarkers.NONE);
      mark.setLineColor(Palette.COURSE).setLineStyle(DASHED);
    }
  }
}
