package org.rodnan.safety;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.fhir.LogPosition;

/**
 * The adverse events of a study's subjects, counted.
 *
 * @param position of the log: everything up to here counts, and nothing after it
 * @param enrolled how many subjects the percentages are of
 * @param arms of them in each arm as treated, by name, in the order of the study; who is in no arm
 *     is in the total alone
 * @param total of all terms together; absent if it may not be shown
 * @param terms those of the most subjects first, of as many those of more events, then by name;
 *     those that may not be shown are not there
 * @param leftOut how many events don't count, by reason
 * @param countMin of what numbers of subjects are multiples, if they are all that may be shown of
 *     terms; 1 if everything is shown as it is
 */
public record AdverseEvents(
    LogPosition position,
    int enrolled,
    Map<String, Integer> arms,
    Optional<Term> total,
    List<Term> terms,
    Map<LeftOut, Integer> leftOut,
    int countMin) {
  /** The highest grade that there is. */
  public static final int GRADES = 5;

  public AdverseEvents {
    terms = List.copyOf(terms);
  }

  /** Whether numbers of subjects are all that is shown of terms. */
  public boolean isCoarse() {
    return countMin > 1;
  }

  /** Why an event of the study doesn't count. */
  public enum LeftOut {
    /** Its actuality is potential, or it was entered in error. */
    NOT_ACTUAL,
    /** It is of nobody who is enrolled. */
    NOT_ENROLLED;

    /** As answers have it. */
    public String code() {
      return this == NOT_ACTUAL ? "not-actual" : "not-enrolled";
    }
  }

  /**
   * One kind of event.
   *
   * @param system of its code; empty if terms are told apart by their names
   * @param code empty if terms are told apart by their names
   * @param all of whatever arm
   * @param arms in each arm, as {@link AdverseEvents#arms}
   */
  public record Term(String name, String system, String code, Count all, Map<String, Count> arms) {}

  /**
   * How many.
   *
   * @param subjects with one event or more
   * @param events all, also several of one subject
   * @param grades events of the grades 1 to 5, at index 0 to 4; the others have no grade
   * @param serious events
   * @param related events that a suspect caused at least possibly
   * @param worst subjects by their highest grade, 1 to 5 at index 0 to 4
   */
  public record Count(
      int subjects,
      int events,
      List<Integer> grades,
      int serious,
      int related,
      int seriousSubjects,
      int relatedSubjects,
      List<Integer> worst) {
    public Count {
      grades = List.copyOf(grades);
      worst = List.copyOf(worst);
    }

    /** So many subjects, and nothing else known. */
    static Count of(int subjects) {
      List<Integer> none = Collections.nCopies(GRADES, 0);
      return new Count(subjects, 0, none, 0, 0, 0, 0, none);
    }

    /** Events that have no grade. */
    public int ungraded() {
      return events - grades.stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * How many of so many subjects, in percent; not a number if there are none.
     *
     * @param of all subjects
     */
    public double percent(int of) {
      return of == 0 ? Double.NaN : 100.0 * subjects / of;
    }
  }
}
