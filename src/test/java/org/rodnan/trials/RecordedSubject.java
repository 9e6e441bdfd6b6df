package org.rodnan.trials;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One subject as read back from resources. Filled by {@link RecordedTrial}; not safe for threads.
 */
final class RecordedSubject {

  /** What is recorded of one adverse event. */
  record Event(String term, String relatedness, String grade, boolean isSerious, boolean isFatal) {
    boolean isAtLeastPossiblyRelated() {
      return relatedness.equals("C53258")
          || relatedness.equals("C53259")
          || relatedness.equals("C53260");
    }
  }

  /** What is recorded of one period of study treatment. */
  record Dose(LocalDate start, LocalDate end, double milligrams, String change, String reason) {
    long days() {
      return ChronoUnit.DAYS.between(start, end) + 1;
    }
  }

  final String disposition;
  final String dispositionText;
  final LocalDate start;
  String gender = "";
  String race = "";
  String ethnicity = "";
  YearMonth birth = YearMonth.of(1, 1);
  boolean isScl70Positive;
  boolean hasFurosemide;
  final Set<String> organs = new LinkedHashSet<>();
  final Set<String> earlierTreatments = new LinkedHashSet<>();
  final List<Dose> doses = new ArrayList<>();
  final List<Event> events = new ArrayList<>();
  private final Map<String, Double> values = new LinkedHashMap<>();

  RecordedSubject(String disposition, String dispositionText, LocalDate start) {
    this.disposition = disposition;
    this.dispositionText = dispositionText;
    this.start = start;
  }

  void put(String measure, String visit, double value) {
    if (values.put(measure + " " + visit, value) != null) {
      throw new IllegalStateException("two values of " + measure + " at " + visit);
    }
  }

  Optional<Double> value(String measure, String visit) {
    return Optional.ofNullable(values.get(measure + " " + visit));
  }

  boolean has(String measure, String visit) {
    return values.containsKey(measure + " " + visit);
  }

  double change(String measure, String visit) {
    return value(measure, visit).orElseThrow() - value(measure, "baseline").orElseThrow();
  }

  /** Completed years at the start. */
  int age() {
    return (int) (ChronoUnit.MONTHS.between(birth, YearMonth.from(start)) / 12);
  }

  boolean isCompleter() {
    return disposition.equals("completed");
  }

  double durationMonths() {
    return value("disease-duration", "baseline").orElseThrow() * 12;
  }

  boolean hasLungFunctionPair() {
    return has("fvc-percent-predicted", "baseline") && has("fvc-percent-predicted", "month12");
  }

  /** The mean of the doses of all days on drug, days without included. */
  double meanDose() {
    double milligrams = doses.stream().mapToDouble(dose -> dose.days() * dose.milligrams()).sum();
    return milligrams / doses.stream().mapToLong(Dose::days).sum();
  }

  /** Whether the dose was changed or held for this reason while the subject was on drug. */
  boolean changedDoseFor(String reason) {
    return doses.stream().anyMatch(dose -> isAdjustment(dose) && dose.reason().equals(reason));
  }

  boolean changedDose() {
    return doses.stream().anyMatch(RecordedSubject::isAdjustment);
  }

  private static boolean isAdjustment(Dose dose) {
    return dose.change().equals("decrease") || dose.change().equals("interruption");
  }
}
