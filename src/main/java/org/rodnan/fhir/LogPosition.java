package org.rodnan.fhir;

/**
 * A place in the log of truth. Positions rise by one with each entry, in commit order, over all
 * nodes; {@link #START} is the place before the first entry.
 */
public record LogPosition(long value) implements Comparable<LogPosition> {
  public static final LogPosition START = new LogPosition(0);

  public LogPosition {
    if (value < 0) {
      throw new IllegalArgumentException("A log position is not negative: " + value);
    }
  }

  /** The later of the two. */
  public static LogPosition max(LogPosition first, LogPosition second) {
    return first.compareTo(second) >= 0 ? first : second;
  }

  public LogPosition next() {
    return new LogPosition(value + 1);
  }

  /** Whether everything up to {@code other} is at or before this position. */
  public boolean holds(LogPosition other) {
    return value >= other.value;
  }

  @Override
  public int compareTo(LogPosition other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
