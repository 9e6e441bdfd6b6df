package org.rodnan.figure;

import java.awt.BasicStroke;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A thin line for each of many, and their mean as a thick one with error bars. A line goes over
 * what is missing in it.
 *
 * @param categories along the horizontal axis; each course and the mean have a number for each; one
 *     that the mean has none for is left out
 * @param courses not finite where there is none
 */
public record CourseFigure(
    Caption caption, List<String> categories, List<List<Double>> courses, Series mean)
    implements Figure {
  private static final float THIN = 1;
  private static final float THICK = 3;

  public CourseFigure {
    categories = List.copyOf(categories);
    courses = courses.stream().map(List::copyOf).toList();
  }

  @Override
  public byte[] svg() {
    if (mean.isEmpty()) {
      return Svg.empty(caption);
    }
    int[] kept =
        IntStream.range(0, categories.size())
            .filter(i -> Double.isFinite(mean.points().get(i).value()))
            .toArray();
    List<String> names = at(kept, categories);
    CategoryChart chart = Charts.categories(caption, false);
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
    chart.getStyler().setOverlapped(true);
    for (int i = 0; i < courses.size(); i++) {
      List<Double> course = at(kept, courses.get(i));
      if (course.stream().anyMatch(Double::isFinite)) {
        CategorySeries line = chart.addSeries("course " + i, names, Charts.joined(course));
        line.setLineColor(Palette.COURSE).setLineStyle(new BasicStroke(THIN));
        line.setMarker(SeriesMarkers.NONE);
      }
    }
    CategorySeries thick =
        Charts.add(chart, 0, names, new Series(mean.name(), at(kept, mean.points())));
    thick.setLineColor(Palette.series(0)).setLineStyle(new BasicStroke(THICK));
    thick.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(Palette.series(0));
    Charts.spread(
        chart,
        DoubleStream.concat(
            mean.ends(),
            courses.stream()
                .flatMap(course -> at(kept, course).stream())
                .mapToDouble(each -> each)));
    return Svg.of(caption, chart);
  }

  private static <T> List<T> at(int[] places, List<T> list) {
    return Arrays.stream(places).mapToObj(list::get).toList();
  }
}
