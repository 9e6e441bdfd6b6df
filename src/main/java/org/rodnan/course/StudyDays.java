package org.rodnan.course;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Counts days of a study as CDISC does (SDTMIG, 4.4.4): the subject's first day is 1, the day
 * before it -1; there is no day 0.
 *
 * @param first empty if it isn't known; then there are only days that records state
 */
record StudyDays(Optional<LocalDate> first) {
  OptionalInt of(LocalDate day) {
    if (first.isEmpty()) {
      return OptionalInt.empty();
    }
    int apart = Math.toIntExact(ChronoUnit.DAYS.between(first.get(), day));
    return OptionalInt.of(apart >= 0 ? apart + 1 : apart);
  }

  /** As counted from a FHIR date or time; empty if it isn't of a day. */
  OptionalInt of(String start) {
    return Recorded.day(start).map(this::of).orElseGet(OptionalInt::empty);
  }

  /** As the record states it, else as counted. */
  OptionalInt of(Recorded recorded) {
    OptionalInt stated = recorded.studyDay();
    return stated.isPresent() ? stated : of(recorded.start());
  }
}
