package org.rodnan.cohort;

import org.rodnan.fhir.FhirFailure;

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
  public record Level(boolean subjects, int countMin) {
    /** For whoever may read the subjects themselves, as exports do. */
    public static final Level EVERYTHING = new Level(true, 1);

    /** Whether counts are suppressed or rounded. */
    public boolean isCoarse() {
      return countMin > 1;
    }

    /**
     * @param count is rounded down to what may be shown
     */
    public int rounded(int count) {
      return isCoarse() ? count - count % countMin : count;
    }
  }

  /** How much may be told to whoever asks. */
  public Level ofEverybody() {
    return of("");
  }

  /**
   * Stops an answer about single subjects.
   *
   * @param what is asked for
   * @throws FhirFailure.Forbidden if single subjects may not be named to whoever asks
   */
  public void requireSubjects(String what) {
    if (!ofEverybody().subjects()) {
      throw new FhirFailure.Forbidden(
          what
              + " tells of single subjects, which is not done here (rodnan.cohort.subject-level);"
              + " expected a request for counts");
    }
  }

  /**
   * @param actor who asks, as the log would have it
   */
  public Level of(String actor) {
    return subjectLevel ? Level.EVERYTHING : new Level(false, Math.max(1, smallCountMin));
  }
}
