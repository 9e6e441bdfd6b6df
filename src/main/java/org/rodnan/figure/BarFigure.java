package org.rodnan.figure;

import java.util.List;
import java.util.stream.DoubleStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;

/**
 * Bars with error bars, those of one category side by side.
 *
 * @param categories below the bars, in their order; each series has a point for each of them
 */
public record BarFigure(Caption caption, List<String> categories, List<Series> series)
    implements Figure {
  public BarFigure {
    categories = List.copyOf(categories);
    series = List.copyOf(series);
  }

  @Override
  public byte[] svg() {
    List<Series> drawn = series.stream().filter(each -> !each.isEmpty()).toList();
    if (drawn.isEmpty()) {
      return Svg.empty(caption);
    }
    CategoryChart chart = Charts.categories(caption, drawn.size() > 1);
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Bar);
    chart.getStyler().setAvailableSpaceFill(0.7);
    for (int i = 0; i < drawn.size(); i++) {
      Charts.add(chart, i + 1, categories, drawn.get(i)).setFillColor(Palette.series(i));
    }
    // Bars begin at zero, and so does what is missing.
    Charts.spread(
        chart,
        DoubleStream.concat(
            DoubleStream.of(0), drawn.stream().flatMapToDouble(each -> each.ends())));
    return Svg.of(caption, chart);
  }
}
