package org.rodnan.course;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.KnownMeasures;
import org.rodnan.cohort.Population.Dated;
import org.rodnan.cohort.Populations;
import org.rodnan.course.CrissScore.Finding;
import org.rodnan.course.CrissScore.Pair;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/** Works out composite response indices. Thread safe. */
public final class CrissAnalysis {
  /** The baseline that is taken if none is asked for. */
  public static final String BASELINE = "baseline";

  /** The visit that is judged if none is asked for. */
  public static final String VISIT = "month-12";

  private static final int REPEATS_MAX = 1_000;
  private static final int CONFIRMED_WITHIN_DAYS = 31;
  private static final double FVC_DECLINE_PERCENT = -15;
  private static final double FVC_LIMIT = 80;

  private final SubjectSearch subjects;
  private final Populations populations;
  private final KnownMeasures measures;
  private final ReferenceText references;
  private final CourseSettings limits;

  CrissAnalysis(
      SubjectSearch subjects,
      Populations populations,
      KnownMeasures measures,
      ReferenceText references,
      CourseSettings limits) {
    this.subjects = subjects;
    this.populations = populations;
    this.measures = measures;
    this.references = references;
    this.limits = limits;
  }

  /**
   * What is asked.
   *
   * @param of a ResearchStudy, or a ResearchSubject
   * @param baseline code of the visit that changes are counted from
   * @param visit code of the visit that is judged
   * @param measures tokens of {@code Observation.code}, for each measure
   * @param reports what finds the reports of an event, for each but the decline of FVC
   * @param assumesConfirmed whether a decline of FVC counts without a second value
   */
  public record Question(
      ResourceKey of,
      String baseline,
      String visit,
      Map<CoreMeasure, String> measures,
      Map<OrganEvent, Criterion> reports,
      boolean assumesConfirmed) {}

  /**
   * @throws FhirFailure.NotFound if the subject isn't there, or has no patient and study
   * @throws FhirFailure.Malformed if a search can't be understood, nobody in the study has anything
   *     at a visit, or a value of a measure that the profiles don't know
   * @throws FhirFailure.TooLarge if the study has more subjects, or an event more reports, than the
   *     limit of a study
   */
  public Criss analyse(Question question) {
    return subjects.now(moment -> analyse(moment, question));
  }

  private Criss analyse(Moment moment, Question question) {
    List<Subject> all = Subject.of(question.of(), moment, references, limits.ofStudy());
    if (all.isEmpty()) {
      return new Criss(moment.position(), List.of());
    }
    ResourceKey study = all.getFirst().study();
    Values values = new Values(moment, study, all, populations, measures);
    Map<CoreMeasure, Values.Both> measured = new EnumMap<>(CoreMeasure.class);
    question
        .measures()
        .forEach((measure, tokens) ->
            measured.put(
                measure,
                values.at(measure.parameter(), tokens, question.baseline(), question.visit())));
    values.requireVisit("baseline", question.baseline(), BASELINE);
    values.requireVisit("visit", question.visit(), VISIT);
    Map<OrganEvent, Map<ResourceKey, List<Recorded>>> reports = new EnumMap<>(OrganEvent.class);
    question
        .reports()
        .forEach((event, criterion) -> reports.put(event, reports(moment, criterion, study, all)));
    List<Criss.Row> rows = new ArrayList<>();
    for (Subject subject : all) {
      Map<CoreMeasure, Pair> pairs = new EnumMap<>(CoreMeasure.class);
      List<Dated> earlier = new ArrayList<>();
      List<Dated> later = new ArrayList<>();
      measured.forEach((measure, both) -> {
        Dated before = both.baseline().get(subject.patient());
        Dated then = both.then().get(subject.patient());
        Stream.ofNullable(before).forEach(earlier::add);
        Stream.ofNullable(then).forEach(later::add);
        if (before != null && then != null) {
          pairs.put(
              measure, new Pair(measure.scaled(before.value()), measure.scaled(then.value())));
        }
      });
      Map<OrganEvent, Finding> events = new EnumMap<>(OrganEvent.class);
      reports.forEach((event, byPatient) ->
          events.put(
              event,
              byPatient.getOrDefault(subject.patient(), List.of()).stream()
                      .anyMatch(report -> isBetween(report, earliest(earlier), latest(later)))
                  ? Finding.YES
                  : Finding.NO));
      events.put(
          OrganEvent.FVC_DECLINE,
          decline(
              moment,
              question,
              subject,
              Optional.ofNullable(pairs.get(CoreMeasure.FVC)),
              Optional.ofNullable(
                      Objects.requireNonNull(measured.get(CoreMeasure.FVC))
                          .then()
                          .get(subject.patient()))
                  .flatMap(Dated::day)));
      rows.add(
          new Criss.Row(
              subject.key(), subject.patient(), subject.arm(), new CrissScore(pairs, events)));
    }
    return new Criss(moment.position(), rows);
  }

  private static Optional<LocalDate> earliest(List<Dated> values) {
    return values.stream().flatMap(each -> each.day().stream()).min(Comparator.naturalOrder());
  }

  private static Optional<LocalDate> latest(List<Dated> values) {
    return values.stream().flatMap(each -> each.day().stream()).max(Comparator.naturalOrder());
  }

  /** Whether it is new since baseline; a report without a day counts. */
  private static boolean isBetween(
      Recorded report, Optional<LocalDate> from, Optional<LocalDate> to) {
    Optional<LocalDate> day = Recorded.day(report.start());
    return day.isEmpty()
        || (from.map(first -> day.get().isAfter(first)).orElse(true)
            && to.map(last -> !day.get().isAfter(last)).orElse(true));
  }

  private Map<ResourceKey, List<Recorded>> reports(
      Moment moment, Criterion criterion, ResourceKey study, List<Subject> all) {
    List<Parameter> search = new ArrayList<>(criterion.parameters());
    search.add(new Parameter("study", study.toString()));
    if (all.size() == 1) {
      String patient = criterion.type().equals("AdverseEvent") ? "subject" : "patient";
      search.add(new Parameter(patient, all.getFirst().patient().toString()));
    }
    Map<ResourceKey, List<Recorded>> byPatient = new HashMap<>();
    Reading.forEach(
        moment,
        criterion.type(),
        search,
        limits.ofStudy(),
        report -> {
          if (!report.isVoid()) {
            references
                .local(report.json().at("/subject/reference").asText())
                .ifPresent(patient ->
                    byPatient.computeIfAbsent(patient, key -> new ArrayList<>()).add(report));
          }
        });
    return byPatient;
  }

  private Finding decline(
      Moment moment,
      Question question,
      Subject subject,
      Optional<Pair> fvc,
      Optional<LocalDate> day) {
    if (fvc.isEmpty() || !isDecline(fvc.get().baseline(), fvc.get().then())) {
      return Finding.NO;
    }
    boolean hasLungDisease =
        LungDisease.of(moment, subject, references, limits.ofSubject()) == LungDisease.PRESENT;
    boolean isConfirmed =
        question.assumesConfirmed()
            || day.map(first -> isRepeated(moment, question, subject, fvc.get(), first))
                .orElse(false);
    return hasLungDisease && isConfirmed ? Finding.YES : Finding.UNCONFIRMED;
  }

  private static boolean isDecline(double baseline, double then) {
    return Digits.isAtMost(100 * (then - baseline) / baseline, FVC_DECLINE_PERCENT)
        && then < FVC_LIMIT;
  }

  /** Whether another value within a month after it shows the same. */
  private static boolean isRepeated(
      Moment moment, Question question, Subject subject, Pair fvc, LocalDate first) {
    return moment
        .resources(
            "Observation",
            List.of(
                new Parameter(
                    "code", Objects.requireNonNull(question.measures().get(CoreMeasure.FVC))),
                new Parameter("patient", subject.patient().toString()),
                new Parameter("date", "gt" + first),
                new Parameter("date", "le" + first.plusDays(CONFIRMED_WITHIN_DAYS))),
            REPEATS_MAX)
        .stream()
        .map(Recorded::of)
        .filter(each -> !each.isVoid())
        .flatMap(each -> each.number().stream())
        .anyMatch(number -> isDecline(fvc.baseline(), number.doubleValue()));
  }
}
