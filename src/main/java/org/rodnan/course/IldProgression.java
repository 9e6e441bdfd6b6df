package org.rodnan.course;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * Whether the lung disease of subjects progressed between two visits.
 *
 * @param position everything up to here is in it
 * @param rows by the keys of the subjects
 */
public record IldProgression(LogPosition position, List<Row> rows) {
  private static final double OMERACT_FVC = -10;
  private static final double OMERACT_LESSER_FVC = -5;
  private static final double OMERACT_DLCO = -15;
  private static final double PPF_FVC = -5;
  private static final double PPF_DLCO = -10;

  /**
   * A value at baseline and at the visit, in % predicted.
   *
   * @param earlier day of the one at baseline, {@code later} that of the other
   */
  public record Change(
      double baseline, double then, Optional<LocalDate> earlier, Optional<LocalDate> later) {
    /** In points of % predicted. */
    public double absolute() {
      return Digits.clean(then - baseline);
    }

    /** In per cent of the baseline. */
    public double relative() {
      return 100 * absolute() / baseline;
    }

    /** Empty if a day isn't known. */
    Optional<Boolean> isWithin(int days) {
      return earlier.flatMap(
          first -> later.map(last -> !last.isAfter(first.plusYears(1).plusDays(days))));
    }
  }

  /**
   * One subject.
   *
   * @param tolerance days that a visit may be later than a year
   * @param symptoms whether worse ones are recorded; empty if nobody said how to find them
   * @param imaging whether progression is recorded in imaging; empty likewise
   */
  public record Row(
      ResourceKey subject,
      ResourceKey patient,
      String arm,
      LungDisease disease,
      Optional<Change> fvc,
      Optional<Change> dlco,
      int tolerance,
      Optional<Boolean> symptoms,
      Optional<Boolean> imaging) {

    /**
     * OMERACT's proposal (Khanna and others 2015, doi:10.3899/jrheum.141182): FVC fell by 10 % of
     * its baseline or more, or by 5 % to less than 10 % while DLCO fell by 15 % or more. Empty if
     * values that are missing could decide it, or there is no lung disease.
     */
    public Optional<Boolean> omeract() {
      if (disease == LungDisease.ABSENT || fvc.isEmpty()) {
        return Optional.empty();
      }
      double fall = fvc.get().relative();
      if (Digits.isAtMost(fall, OMERACT_FVC)) {
        return Optional.of(true);
      }
      if (!Digits.isAtMost(fall, OMERACT_LESSER_FVC)) {
        return Optional.of(false);
      }
      return dlco.map(change -> Digits.isAtMost(change.relative(), OMERACT_DLCO));
    }

    /** Which of OMERACT's criteria is met; empty if none is. */
    public String omeractCriterion() {
      if (!omeract().orElse(false)) {
        return "";
      }
      return Digits.isAtMost(fvc.orElseThrow().relative(), OMERACT_FVC)
          ? "FVC -10 %"
          : "FVC -5 % and DLCO -15 %";
    }

    /**
     * The physiological criterion of progressive pulmonary fibrosis (ATS/ERS/JRS/ALAT 2022,
     * doi:10.1164/rccm.202202-0399ST): within a year FVC fell by 5 points of % predicted or more,
     * or DLCO, corrected for haemoglobin, by 10. Empty if values that are missing, or not within a
     * year, could decide it, or there is no lung disease.
     */
    public Optional<Boolean> physiology() {
      if (disease == LungDisease.ABSENT) {
        return Optional.empty();
      }
      return either(fell(fvc, PPF_FVC), fell(dlco, PPF_DLCO));
    }

    /** Which physiological criteria are met; empty if none is. */
    public String physiologyCriterion() {
      if (!physiology().orElse(false)) {
        return "";
      }
      boolean byFvc = fell(fvc, PPF_FVC).orElse(false);
      boolean byDlco = fell(dlco, PPF_DLCO).orElse(false);
      return (byFvc ? "FVC -5 points" : "")
          + (byFvc && byDlco ? " and " : "")
          + (byDlco ? "DLCO -10 points" : "");
    }

    /**
     * Progressive pulmonary fibrosis: two of worse symptoms, physiology and imaging. Empty if what
     * isn't known could decide it.
     */
    public Optional<Boolean> progressive() {
      if (disease == LungDisease.ABSENT) {
        return Optional.empty();
      }
      List<Optional<Boolean>> three = List.of(symptoms, physiology(), imaging);
      long met = three.stream().filter(each -> each.orElse(false)).count();
      long open = three.stream().filter(Optional::isEmpty).count();
      if (met >= 2) {
        return Optional.of(true);
      }
      return met + open < 2 ? Optional.of(false) : Optional.empty();
    }

    /** What is missing for one of the answers; empty if nothing is. */
    public String whyNot() {
      if (disease == LungDisease.ABSENT) {
        return "no interstitial lung disease recorded";
      }
      List<String> reasons = new ArrayList<>();
      if (fvc.isEmpty()) {
        reasons.add("missing: fvc");
      }
      if (dlco.isEmpty() && (omeract().isEmpty() || physiology().isEmpty())) {
        reasons.add("missing: dlco");
      }
      if (physiology().isEmpty()
          && Stream.of(fvc, dlco)
              .flatMap(Optional::stream)
              .anyMatch(change -> !change.isWithin(tolerance).orElse(false))) {
        reasons.add("not within a year");
      }
      if (progressive().isEmpty() && symptoms.isEmpty()) {
        reasons.add("symptoms not asked for");
      }
      if (progressive().isEmpty() && imaging.isEmpty()) {
        reasons.add("imaging not asked for");
      }
      return String.join("; ", reasons);
    }

    private Optional<Boolean> fell(Optional<Change> change, double limit) {
      return change
          .filter(each -> each.isWithin(tolerance).orElse(false))
          .map(each -> Digits.isAtMost(each.absolute(), limit));
    }

    private static Optional<Boolean> either(Optional<Boolean> one, Optional<Boolean> other) {
      if (one.orElse(false) || other.orElse(false)) {
        return Optional.of(true);
      }
      return one.isPresent() && other.isPresent() ? Optional.of(false) : Optional.empty();
    }
  }
}
