package org.rodnan.trials;

/** Numbers from {@code low} to {@code high}, both included. */
record Interval(double low, double high) {

  Interval {
    if (!(low <= high)) {
      throw new IllegalArgumentException("empty interval " + low + " to " + high);
    }
  }

  private static final double FAR = 1e6;

  /** How far {@code value} lies outside, in widths of this interval; 0 when inside. */
  double distance(double value) {
    if (Double.isNaN(value)) {
      return FAR;
    }
    if (value < low) {
      return (low - value) / (high - low);
    }
    return value > high ? (value - high) / (high - low) : 0;
  }
}
