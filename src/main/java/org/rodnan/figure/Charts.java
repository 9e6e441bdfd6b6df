package org.rodnan.figure;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** What all charts have in common. */
final class Charts {
  static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int TITLE_MAX = 110;
  private static final int LABEL_MAX = 44;

  /** How high a row of names is, in pixels, unless a picture says otherwise. */
  static final int ROW = 44;

  private static final int ROW_HINT = 34;
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
  private static final Font SMALL = TEXT.deriveFont(12f);

  private static final Font HEADING = TEXT.deriveFont(Font.BOLD);
  private static final Font SMALL_HEADING = SMALL.deriveFont(Font.BOLD);

  /** Pixels that a heading leaves free, left and right together. */
  private static final int TITLE_MARGIN = 40;

  private static final int TICKS_A_ROW = 10;
  private static final double WHOLE = 1e-6;

  private Charts() {}

  static CategoryChart categories(Caption caption, boolean hasLegend) {
    CategoryChart chart = named(caption, new CategoryChart(WIDTH, HEIGHT));
    chart.getStyler().setLegendVisible(hasLegend);
    return chart;
  }

  static XYChart rows(Caption caption, int height) {
    XYChart chart = named(caption, new XYChart(WIDTH, height));
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setPlotGridHorizontalLinesVisible(false);
    return chart;
  }

  private static <C extends Chart<? extends AxesChartStyler, ?>> C named(Caption caption, C chart) {
    String heading = heading(caption.title());
    chart.setTitle(heading);
    chart.setXAxisTitle(caption.horizontal());
    chart.setYAxisTitle(caption.vertical());
    style(chart.getStyler());
    chart.getStyler().setChartTitleFont(font(heading));
    return chart;
  }

  /**
   * A part of a picture along days.
   *
   * @param axis the name of the horizontal axis; empty for none
   */
  static XYChart days(String title, String axis, int width, int height) {
    XYChart chart = new XYChart(width, height);
    chart.setTitle(title);
    chart.setXAxisTitle(axis);
    style(chart.getStyler());
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setChartTitleFont(SMALL_HEADING);
    chart.getStyler().setAxisTickLabelsFont(SMALL);
    chart.getStyler().setAxisTitleFont(SMALL);
    chart.getStyler().setAnnotationTextFont(SMALL);
    chart.getStyler().setAnnotationTextFontColor(Palette.INK);
    return chart;
  }

  /**
   * Makes the vertical axis one of rows with names, the first on top: row i of n, counted from 0,
   * is at n - i.
   *
   * @param rowHeight in pixels
   */
  static void nameRows(XYChart chart, List<String> rows, int rowHeight) {
    int count = rows.size();
    List<String> names = distinct(rows);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(count + 1.0);
    chart.getStyler().setYAxisTickMarkSpacingHint(rowHeight * ROW_HINT / ROW);
    // The library takes fewer ticks until no two labels are the same.
    chart.setCustomYAxisTickLabelsFormatter(place -> {
      long whole = Math.round(place);
      boolean isRow = Math.abs(place - whole) < WHOLE && whole >= 1 && whole <= count;
      return isRow
          ? names.get((int) (count - whole))
          : " ".repeat((int) Math.max(1, Math.round((place + 1) * TICKS_A_ROW)));
    });
  }

  private static List<String> distinct(List<String> names) {
    Set<String> distinct = new LinkedHashSet<>();
    for (String name : names) {
      distinct.add(distinct.contains(name) ? name + " " + (distinct.size() + 1) : name);
    }
    return List.copyOf(distinct);
  }

  private static void style(AxesChartStyler styler) {
    styler.setLocale(Locale.ROOT);
    styler.setBaseFont(TEXT);
    styler.setChartTitleFont(HEADING);
    styler.setAxisTitleFont(TEXT);
    styler.setAxisTickLabelsFont(TEXT);
    styler.setLegendFont(TEXT);
    styler.setChartFontColor(Palette.INK);
    styler.setXAxisTitleColor(Palette.INK);
    styler.setYAxisTitleColor(Palette.INK);
    styler.setAxisTickLabelsColor(Palette.INK);
    styler.setXAxisTickLabelsColor(Palette.INK);
    styler.setYAxisTickLabelsColor(Palette.INK);
    styler.setAxisTickMarksColor(Palette.INK);
    styler.setXAxisTickMarksColor(Palette.INK);
    styler.setYAxisTickMarksColor(Palette.INK);
    styler.setPlotGridLinesColor(Palette.GRID);
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setErrorBarsColor(Palette.INK);
    styler.setChartBackgroundColor(Palette.GROUND);
    styler.setPlotBackgroundColor(Palette.GROUND);
    styler.setPlotBorderVisible(false);
    styler.setLegendBackgroundColor(Palette.GROUND);
    styler.setLegendBorderColor(Palette.GROUND);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setChartTitleBoxVisible(false);
    styler.setToolTipsEnabled(false);
  }

  /**
   * Adds a series.
   *
   * @param place put before the name where two have the same label
   */
  static CategorySeries add(
      CategoryChart chart, int place, List<String> categories, Series series) {
    // The library takes no series with gaps and error bars: what is missing has no height.
    List<Double> values = series.points().stream().map(Series.Point::value).toList();
    List<Double> errors =
        series.points().stream()
            .map(point -> Double.isFinite(point.value()) ? point.error() : 0.0)
            .toList();
    String label = label(series.name());
    String name = chart.getSeriesMap().containsKey(label) ? place + " " + label : label;
    return errors.stream().anyMatch(Double::isFinite)
        ? chart.addSeries(name, categories, orZero(values), orZero(errors))
        : chart.addSeries(name, categories, orZero(values));
  }

  /**
   * Gives values that are all the same an axis around them: of no range the library makes none.
   *
   * @param drawn what is drawn, with the ends of error bars
   */
  static void spread(CategoryChart chart, DoubleStream drawn) {
    DoubleSummaryStatistics range = drawn.filter(Double::isFinite).summaryStatistics();
    if (range.getCount() > 0 && range.getMax() == range.getMin()) {
      double margin = Math.max(1, Math.abs(range.getMax()) / 2);
      chart.getStyler().setYAxisMin(range.getMin() - margin).setYAxisMax(range.getMax() + margin);
    }
  }

  private static List<Double> orZero(List<Double> numbers) {
    return numbers.stream().map(each -> Double.isFinite(each) ? each : 0.0).toList();
  }

  /** Lines are drawn over what is missing within them; before and after it there is none. */
  static List<@Nullable Double> joined(List<Double> course) {
    List<@Nullable Double> joined = new ArrayList<>(Collections.nCopies(course.size(), null));
    int last = -1;
    for (int i = 0; i < course.size(); i++) {
      if (!Double.isFinite(course.get(i))) {
        continue;
      }
      joined.set(i, course.get(i));
      for (int j = last + 1; last >= 0 && j < i; j++) {
        double part = (double) (j - last) / (i - last);
        joined.set(j, course.get(last) + part * (course.get(i) - course.get(last)));
      }
      last = i;
    }
    return joined;
  }

  /** As much of a name as there is place for. */
  static String label(String name) {
    return shortened(name, LABEL_MAX);
  }

  /**
   * As much of the name of a picture as there is place for above it, in letters of {@link #font}.
   */
  static String heading(String title) {
    return fitted(shortened(title, TITLE_MAX), SMALL_HEADING, WIDTH - TITLE_MARGIN);
  }

  /** As much of the name of a part as there is place for above it. */
  static String heading(String title, int width) {
    return fitted(shortened(title, TITLE_MAX), SMALL_HEADING, width);
  }

  /** As much of the name of a row as there is place for beside it. */
  static String rowName(String name, int width) {
    return fitted(shortened(name, TITLE_MAX), SMALL, width);
  }

  /** How wide a text is in the letters of rows, in pixels. */
  static double width(String text) {
    return width(text, SMALL);
  }

  private static String fitted(String text, Font font, int width) {
    String fitted = text;
    while (fitted.length() > 1 && width(fitted, font) > width) {
      fitted = shortened(fitted, fitted.length() - 1);
    }
    return fitted;
  }

  /** Letters in which this fits above a picture: smaller ones where it is long. */
  static Font font(String heading) {
    return width(heading, HEADING) > WIDTH - TITLE_MARGIN ? SMALL_HEADING : HEADING;
  }

  private static double width(String text, Font font) {
    return font.getStringBounds(text, new FontRenderContext(null, true, true)).getWidth();
  }

  private static String shortened(String name, int max) {
    String one = name.strip().replaceAll("\\s+", " ");
    if (one.isEmpty()) {
      return "-";
    }
    return one.length() <= max ? one : one.substring(0, max - 1) + "…";
  }
}
