package org.rodnan.trials;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.rodnan.trials.RecordedSubject.Event;

/**
 * Computes every printed number of Spiera 2011 again, from the subjects that some source of
 * resources holds: files, or a server through its REST interface.
 */
final class PrintedNumberCheck {

  /**
   * A printed number and what the subjects give.
   *
   * @param value not a number where it could not be computed
   */
  record Recomputed(PublishedNumber number, double value) {

    /** Whether the value rounds to what is printed, or to what the misprint must be. */
    boolean agrees() {
      return number.isInWords() ? value > 0.05 : number.required().matches(value);
    }

    @Override
    public String toString() {
      return number + " -> " + value;
    }
  }

  private static final List<String> GRADES = List.of("", "C41338", "C41339", "C41340", "C41337");

  private final RecordedTrial trial;
  private final AdverseEventTerms terms = new AdverseEventTerms();

  PrintedNumberCheck(ResourceSearch source) {
    this.trial = new RecordedTrial(source);
  }

  /** Every printed number, computed. */
  List<Recomputed> recompute() {
    return PublishedNumbers.ofSpiera().all().stream()
        .map(number -> new Recomputed(number, compute(number)))
        .toList();
  }

  private double compute(PublishedNumber number) {
    String visit = number.visit();
    String measure = number.measure();
    if (number.statistic().equals("p-between")) {
      String[] populations = number.population().split("/");
      return TrialStatistics.unpairedP(
          changes(populations[0], measure, visit), changes(populations[1], measure, visit));
    }
    if (number.statistic().equals("spearman")) {
      String[] measures = measure.split("/");
      return TrialStatistics.spearman(
          changes(number.population(), measures[0], visit),
          changes(number.population(), measures[1], visit));
    }
    if (measure.contains(":") || measure.equals("subjects")) {
      return count(number);
    }
    return switch (number.statistic()) {
      case "count" -> values(number.population(), measure, visit).length;
      case "mean" -> TrialStatistics.mean(values(number.population(), measure, visit));
      case "sd" -> TrialStatistics.sd(values(number.population(), measure, visit));
      case "median" -> TrialStatistics.median(values(number.population(), measure, visit));
      case "min" -> TrialStatistics.min(values(number.population(), measure, visit));
      case "max" -> TrialStatistics.max(values(number.population(), measure, visit));
      default -> change(number, changes(number.population(), measure, visit));
    };
  }

  private double change(PublishedNumber number, double[] changes) {
    double mean = TrialStatistics.mean(changes);
    return switch (number.statistic()) {
      case "change" -> mean;
      case "change-sd" -> TrialStatistics.sd(changes);
      case "ci-low" -> mean - TrialStatistics.halfWidth(changes);
      case "ci-high" -> mean + TrialStatistics.halfWidth(changes);
      case "p" -> TrialStatistics.pairedP(changes);
      case "percent-change" -> percentChange(number, mean);
      default -> throw new IllegalStateException("unknown statistic: " + number);
    };
  }

  /** From the rounded means, as the paper does: see the list of misprints, percent-change. */
  private double percentChange(PublishedNumber number, double change) {
    double baseline =
        TrialStatistics.mean(values(number.population(), number.measure(), "baseline"));
    return 100 * Printed.round(change, 1).doubleValue() / Printed.round(baseline, 1).doubleValue();
  }

  private double[] values(String population, String measure, String visit) {
    return population(population).stream()
        .filter(subject -> measure.equals("age") || subject.has(measure, visit))
        .mapToDouble(subject ->
            measure.equals("age") ? subject.age() : subject.value(measure, visit).orElseThrow())
        .toArray();
  }

  private double[] changes(String population, String measure, String visit) {
    return population(population).stream()
        .filter(subject -> subject.has(measure, "baseline") && subject.has(measure, visit))
        .mapToDouble(subject -> subject.change(measure, visit))
        .toArray();
  }

  private List<RecordedSubject> population(String name) {
    return trial.where(
        switch (name) {
          case "enrolled" -> subject -> true;
          case "month3", "month6", "month9" -> subject -> subject.has("mrss", name);
          case "completers" -> RecordedSubject::isCompleter;
          case "early" -> subject -> subject.durationMonths() < 48;
          case "later" -> subject -> subject.durationMonths() >= 48;
          case "under-18-months" -> completersWith(subject -> subject.durationMonths() < 18);
          case "over-18-months" -> completersWith(subject -> subject.durationMonths() >= 18);
          case "under-4-years" -> completersWith(subject -> subject.durationMonths() < 48);
          case "4-to-10-years" -> completersWith(subject -> subject.durationMonths() >= 48);
          case "scl70-positive" -> completersWith(subject -> subject.isScl70Positive);
          case "scl70-negative" -> completersWith(subject -> !subject.isScl70Positive);
          case "pft" -> RecordedSubject::hasLungFunctionPair;
          case "pft-ild" -> pairedWith(PrintedNumberCheck::hasLungDisease);
          case "pft-no-ild" -> pairedWith(subject -> !hasLungDisease(subject));
          default -> throw new IllegalStateException("unknown population " + name);
        });
  }

  private static Predicate<RecordedSubject> completersWith(Predicate<RecordedSubject> condition) {
    return condition.and(RecordedSubject::isCompleter);
  }

  private static Predicate<RecordedSubject> pairedWith(Predicate<RecordedSubject> condition) {
    return condition.and(RecordedSubject::hasLungFunctionPair);
  }

  private static boolean hasLungDisease(RecordedSubject subject) {
    return subject.organs.contains("organ:interstitial-lung-disease");
  }

  private double count(PublishedNumber number) {
    String[] measure = number.measure().split(":", 2);
    return switch (measure[0]) {
      case "subjects" -> trial.all().size();
      case "disposition" -> share(number, subject -> isDisposed(subject, measure[1]));
      case "sex" -> share(number, subject -> subject.gender.equals(measure[1]));
      case "race" -> share(number, subject -> race(subject).equals(measure[1]));
      case "antibody" -> share(number, subject -> subject.isScl70Positive);
      case "organ" -> share(number, subject -> subject.organs.contains(number.measure()));
      case "treatment" -> share(number, subject -> isTreated(subject, measure[1]));
      case "dose" -> dose(number, measure[1]);
      case "ae" -> events(number, measure[1]);
      case "sae" -> seriousEvents(number, measure[1]);
      default -> throw new IllegalStateException("unknown measure: " + number);
    };
  }

  private double share(PublishedNumber number, Predicate<RecordedSubject> condition) {
    long n = trial.where(condition).size();
    return number.statistic().equals("percent") ? 100.0 * n / trial.all().size() : n;
  }

  private static boolean isDisposed(RecordedSubject subject, String how) {
    return switch (how) {
      case "inflammatory-myopathy" ->
          subject.disposition.equals("prohibited-treatment-needed")
              && subject.dispositionText.startsWith("Inflammatory myopathy");
      case "medical-issues" ->
          subject.disposition.equals("other")
              && subject.dispositionText.equals("Multiple medical issues");
      default -> subject.disposition.equals(how);
    };
  }

  private static String race(RecordedSubject subject) {
    if (subject.race.equals("2054-5")) {
      return "african-american";
    }
    return subject.ethnicity.equals("2135-2") ? "white-hispanic" : "white-non-hispanic";
  }

  private static boolean isTreated(RecordedSubject subject, String treatment) {
    if (treatment.equals("none")) {
      return subject.earlierTreatments.isEmpty();
    }
    for (EarlierTreatment known : EarlierTreatment.values()) {
      if (known.code().equals(treatment)) {
        return subject.earlierTreatments.contains(known.printed());
      }
    }
    throw new IllegalStateException("unknown treatment " + treatment);
  }

  private double dose(PublishedNumber number, String what) {
    return switch (what) {
      case "taken-mg-per-day" -> medianOf(RecordedSubject::meanDose);
      case "target-mg-per-day" ->
          medianOf(subject ->
              subject.doses.stream()
                  .filter(dose -> dose.change().equals("start"))
                  .findFirst()
                  .orElseThrow()
                  .milligrams());
      case "any-adjustment" -> share(number, RecordedSubject::changedDose);
      case "furosemide" -> share(number, subject -> subject.hasFurosemide);
      default -> share(number, subject -> subject.changedDoseFor(what));
    };
  }

  private double medianOf(ToDoubleFunction<RecordedSubject> value) {
    return TrialStatistics.median(trial.all().stream().mapToDouble(value).toArray());
  }

  private double events(PublishedNumber number, String what) {
    if (what.startsWith("related:")) {
      String term = terms.nameOf(what.substring("related:".length()));
      return share(
          number,
          subject ->
              subject.events.stream()
                  .anyMatch(e -> e.isAtLeastPossiblyRelated() && e.term().equals(term)));
    }
    double events =
        number(event ->
            switch (what) {
              case "all" -> true;
              case "related" -> event.isAtLeastPossiblyRelated();
              case "related-grade-1" -> isRelatedOfGrade(event, 1, 1);
              case "related-grade-2" -> isRelatedOfGrade(event, 2, 2);
              case "related-grade-1-2" -> isRelatedOfGrade(event, 1, 2);
              case "related-grade-3-4" -> isRelatedOfGrade(event, 3, 4);
              default -> throw new IllegalStateException("unknown events: " + what);
            });
    return number.statistic().equals("event-percent")
        ? 100 * events / number(Event::isAtLeastPossiblyRelated)
        : events;
  }

  private static boolean isRelatedOfGrade(Event event, int from, int to) {
    int grade = GRADES.indexOf(event.grade());
    return event.isAtLeastPossiblyRelated() && grade >= from && grade <= to;
  }

  private double seriousEvents(PublishedNumber number, String what) {
    return switch (what) {
      case "all" -> number(Event::isSerious);
      case "attributed" -> number(event -> event.isSerious() && event.isAtLeastPossiblyRelated());
      case "death" -> number(Event::isFatal);
      case "one-patient" ->
          trial.all().stream()
              .mapToLong(subject -> subject.events.stream().filter(Event::isSerious).count())
              .max()
              .orElseThrow();
      default -> {
        String term = terms.nameOf(what);
        Predicate<Event> isIt = event -> event.isSerious() && event.term().equals(term);
        yield number.statistic().equals("events")
            ? number(isIt)
            : share(number, subject -> subject.events.stream().anyMatch(isIt));
      }
    };
  }

  private double number(Predicate<Event> condition) {
    return trial.all().stream()
        .flatMap(subject -> subject.events.stream())
        .filter(condition)
        .count();
  }
}
