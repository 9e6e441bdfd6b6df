package org.rodnan.trials;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The thirty places of Spiera 2011: who is in which stratum and how each leaves the study. Places
 * are numbered from 0; which subject takes which place is decided later, so that the order of the
 * subjects tells nothing.
 */
final class Roster {

  /** How a subject's time in the study ended. */
  enum Disposition {
    COMPLETED("completed"),
    NON_COMPLIANCE("non-compliance"),
    INFLAMMATORY_MYOPATHY("inflammatory-myopathy"),
    ADVERSE_EVENT("adverse-event"),
    MEDICAL_ISSUES("medical-issues"),
    DEATH("death");

    private final String code;

    Disposition(String code) {
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  /** Disease duration at baseline, as table 3 divides it. */
  enum Duration {
    UNDER_18_MONTHS(3, 17),
    FROM_18_TO_47_MONTHS(18, 47),
    UNDER_4_YEARS(3, 47),
    FROM_4_TO_10_YEARS(48, 119);

    private final int monthsMin;
    private final int monthsMax;

    Duration(int monthsMin, int monthsMax) {
      this.monthsMin = monthsMin;
      this.monthsMax = monthsMax;
    }

    int monthsMin() {
      return monthsMin;
    }

    int monthsMax() {
      return monthsMax;
    }
  }

  /**
   * @param lastVisitMonth the last scheduled visit at which the subject was seen on drug
   */
  record Place(Disposition disposition, Duration duration, int lastVisitMonth) {
    boolean isCompleter() {
      return disposition == Disposition.COMPLETED;
    }

    boolean isEarly() {
      return duration != Duration.FROM_4_TO_10_YEARS;
    }
  }

  private static final List<Place> PLACES = IntStream.range(0, 30).mapToObj(Roster::place).toList();

  private Roster() {}

  static List<Place> places() {
    return PLACES;
  }

  static int[] where(Predicate<Place> condition) {
    return IntStream.range(0, PLACES.size()).filter(i -> condition.test(PLACES.get(i))).toArray();
  }

  private static Place place(int number) {
    if (number < 8) {
      return new Place(Disposition.COMPLETED, Duration.UNDER_18_MONTHS, 12);
    }
    if (number < 17) {
      return new Place(Disposition.COMPLETED, Duration.FROM_18_TO_47_MONTHS, 12);
    }
    if (number < 24) {
      return new Place(Disposition.COMPLETED, Duration.FROM_4_TO_10_YEARS, 12);
    }
    return switch (number) {
      case 24 -> new Place(Disposition.ADVERSE_EVENT, Duration.UNDER_4_YEARS, 3);
      case 25 -> new Place(Disposition.NON_COMPLIANCE, Duration.UNDER_4_YEARS, 0);
      case 26 -> new Place(Disposition.NON_COMPLIANCE, Duration.FROM_4_TO_10_YEARS, 0);
      case 27 -> new Place(Disposition.INFLAMMATORY_MYOPATHY, Duration.UNDER_4_YEARS, 0);
      case 28 -> new Place(Disposition.MEDICAL_ISSUES, Duration.FROM_4_TO_10_YEARS, 9);
      default -> new Place(Disposition.DEATH, Duration.FROM_4_TO_10_YEARS, 9);
    };
  }
}
