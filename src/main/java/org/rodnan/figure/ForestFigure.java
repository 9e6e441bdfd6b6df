package org.rodnan.figure;

import java.awt.BasicStroke;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Estimates with their intervals below each other, beside a line at zero.
 *
 * @param estimates from top to bottom
 */
public record ForestFigure(Caption caption, List<Estimate> estimates) implements Figure {
  private static final int FRAME = 130;
  private static final float THICK = 2;
  private static final float DASH = 4;

  public ForestFigure {
    estimates = List.copyOf(estimates);
  }

  /**
   * A number with its interval.
   *
   * @param low lower bound; not finite if there is no interval
   * @param high upper bound; not finite if there is no interval
   */
  public record Estimate(String name, double value, double low, double high) {}

  @Override
  public byte[] svg() {
    List<Estimate> drawn =
        estimates.stream().filter(each -> Double.isFinite(each.value())).toList();
    if (drawn.isEmpty()) {
      return Svg.empty(caption);
    }
    int rows = drawn.size();
    XYChart chart = Charts.rows(caption, FRAME + Charts.ROW * (rows + 1));
    Charts.nameRows(
        chart, drawn.stream().map(each -> Charts.label(each.name())).toList(), Charts.ROW);
    XYSeries zero = chart.addSeries("zero", new double[] {0, 0}, new double[] {0, rows + 1.0});
    zero.setMarker(SeriesMarkers.NONE);
    zero.setLineColor(Palette.INK)
        .setLineStyle(
            new BasicStroke(
                1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {DASH, DASH}, 0));
    for (int i = 0; i < rows; i++) {
      Estimate estimate = drawn.get(i);
      double y = rows - i;
      if (Double.isFinite(estimate.low()) && Double.isFinite(estimate.high())) {
        XYSeries interval =
            chart.addSeries(
                "interval " + i,
                new double[] {estimate.low(), estimate.high()},
                new double[] {y, y});
        interval.setMarker(SeriesMarkers.NONE);
        interval.setLineColor(Palette.INK).setLineStyle(new BasicStroke(THICK));
      }
      chart
          .addSeries("estimate " + i, new double[] {estimate.value()}, new double[] {y})
          .setMarker(SeriesMarkers.SQUARE)
          .setMarkerColor(Palette.series(0));
    }
    return Svg.of(caption, chart);
  }
}
