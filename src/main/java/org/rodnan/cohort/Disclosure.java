package org.rodnan.cohort;

/**
 * What a caller is told of subjects: the one place that decides it. Until callers are known it is a
 * setting for all of them. Thread safe.
 */
public final class Disclosure {
  private final boolean subjectLevel;
  private final int smallCountMin;

  Disclosure(boolean subjectLevel, int smallCountMin) {
    this.subjectLevel = subjectLevel;
    this.smallCountMin = smallCountMin;
  }

  /**
   * How much may be told.
   *
   * @param subjects whether single subjects may be named
   * @param countMin the smallest count that is shown, and of which those shown are multiples; 1 if
   *     all are shown as they are
   */
  public record Level(boolean subjects, int countMin) {}

  /**
   * @param actor who asks, as the log would have it
   */
  public Level of(String actor) {
    return subjectLevel ? new Level(true, 1) : new Level(false, Math.max(1, smallCountMin));
  }
}
