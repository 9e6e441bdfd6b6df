package org.rodnan.figure;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Numbers that belong together, one for each category of a picture.
 *
 * @param name in the legend
 */
public record Series(String name, List<Point> points) {
  public Series {
    points = List.copyOf(points);
  }

  /**
   * A number and how far its error bar goes to both sides.
   *
   * @param value not finite where there is none
   * @param error not finite if it has no bar
   */
  public record Point(double value, double error) {}

  /** The ends of what is drawn of it. */
  DoubleStream ends() {
    return points.stream()
        .filter(point -> Double.isFinite(point.value()))
        .flatMapToDouble(point -> {
          double error = Double.isFinite(point.error()) ? point.error() : 0;
          return DoubleStream.of(point.value() - error, point.value() + error);
        });
  }

  boolean isEmpty() {
    return points.stream().noneMatch(point -> Double.isFinite(point.value()));
  }
}
