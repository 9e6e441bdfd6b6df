package org.rodnan.trials;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One synthetic subject.
 *
 * @param number from 1, in the order of enrolment
 * @param start the day of baseline and of the first dose: study day 1
 * @param scores the pairs of table 4 in the measure's units; nothing for a measure not taken
 * @param furosemideDay the study day on which furosemide was added
 */
record Subject(
    int number,
    Roster.Place place,
    Profile profile,
    LocalDate start,
    int endDay,
    List<SkinVisit> skin,
    Map<PairedScores.Measure, Pair> scores,
    List<DosePeriod> doses,
    Optional<Integer> furosemideDay,
    List<LedgerEvent> events) {

  /**
   * What the subject brings to the study.
   *
   * @param birth month of birth, never that of the start, so that the age is certain
   * @param organs the organs of table 1 that are affected
   * @param treatments the treatments of table 1 that the subject had before; none is an empty list
   */
  record Profile(
      boolean isFemale,
      int age,
      YearMonth birth,
      String race,
      int durationMonths,
      boolean isScl70Positive,
      List<String> organs,
      List<String> treatments) {}

  /** The skin score of one visit. */
  record SkinVisit(String visit, int day, int total, Map<String, Integer> sites) {}

  /** A measure at baseline and month 12. */
  record Pair(int baseline, int month12) {}

  /**
   * One dose taken from one day to another, both included.
   *
   * @param milligrams a day; 0 while the drug is held
   * @param change what happened at the start of the period, in the words of ssc-dose-change
   * @param reason why, in the words of ssc-dose-change-reason
   */
  record DosePeriod(
      int startDay, int endDay, int milligrams, String change, Optional<String> reason) {
    int days() {
      return endDay - startDay + 1;
    }
  }

  LocalDate date(int studyDay) {
    return start.plusDays(studyDay - 1L);
  }

  int day(LocalDate date) {
    return (int) ChronoUnit.DAYS.between(start, date) + 1;
  }

  String label() {
    return String.format(java.util.Locale.ROOT, "spiera-2011-%03d", number);
  }

  boolean hasOrgan(String organ) {
    return profile.organs().contains(organ);
  }
}
