package org.rodnan.figure;

/**
 * A picture of numbers. What isn't finite is left out; if nothing is left, the picture says so.
 * Immutable.
 */
public sealed interface Figure permits BarFigure, CourseFigure, ForestFigure, TimelineFigure {
  /**
   * The picture in SVG 1.1, in UTF-8: with a title and a description for those who don't see it,
   * colours for a light and for a dark ground, letters as outlines, and nothing from elsewhere. One
   * figure gives the same bytes again wherever the same fonts are.
   */
  byte[] svg();
}
