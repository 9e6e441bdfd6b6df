package org.rodnan.figure;

import java.awt.Font;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** What all charts have in common. */
final class Charts {
  static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int TITLE_MAX = 80;
  private static final int LABEL_MAX = 44;
  private static final int ROW_HINT = 34;
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

  private Charts() {}

  static CategoryChart categories(Caption caption, boolean hasLegend) {
    CategoryChart chart = new CategoryChart(WIDTH, HEIGHT);
    chart.setTitle(shortened(caption.title(), TITLE_MAX));
    chart.setXAxisTitle(caption.horizontal());
    chart.setYAxisTitle(caption.vertical());
    style(chart.getStyler());
    chart.getStyler().setLegendVisible(hasLegend);
    return chart;
  }

  static XYChart rows(Caption caption, int height) {
    XYChart chart = new XYChart(WIDTH, height);
    chart.setTitle(shortened(caption.title(), TITLE_MAX));
    chart.setXAxisTitle(caption.horizontal());
    chart.setYAxisTitle(caption.vertical());
    style(chart.getStyler());
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setPlotGridHorizontalLinesVisible(false);
    chart.getStyler().setYAxisTickMarkSpacingHint(ROW_HINT);
    return chart;
  }

  private static void style(AxesChartStyler styler) {
    styler.setLocale(Locale.ROOT);
    styler.setBaseFont(TEXT);
    styler.setChartTitleFont(TEXT.deriveFont(Font.BOLD));
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

  private static String shortened(String name, int max) {
    String one = name.strip().replaceAll("\\s+", " ");
    if (one.isEmpty()) {
      return "-";
    }
    return one.length() <= max ? one : one.substring(0, max - 1) + "…";
  }
}
