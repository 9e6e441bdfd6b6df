package org.rodnan.figure;

import java.util.List;

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

  boolean isEmpty() {
    return points.stream().noneMatch(point -> Double.isFinite(point.value()));
  }
}
