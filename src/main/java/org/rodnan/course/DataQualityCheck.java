package org.rodnan.course;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.rodnan.course.DataQuality.Finding;
import org.rodnan.course.DataQuality.Rule;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/** Looks through the records of studies. Thread safe. */
public final class DataQualityCheck {
  private static final String BASELINE = "baseline";

  /** Visits at which a measure may be taken again, or that are no single ones. */
  private static final Set<String> LOOSE = Set.of("", "unscheduled", "follow-up");

  private static final List<String> TYPES =
      List.of(
          "Observation",
          "Encounter",
          "MedicationAdministration",
          "MedicationStatement",
          "Procedure",
          "AdverseEvent");

  /** Limits of our own, by measure: more between two consecutive values is looked at. */
  private static final Map<String, Double> CHANGES =
      Map.ofEntries(
          Map.entry("mrss-total", 15.0),
          Map.entry("19872-1", 25.0),
          Map.entry("19871-3", 25.0),
          Map.entry("19873-9", 25.0),
          Map.entry("98130-8", 30.0),
          Map.entry("dlco-hb-adjusted-percent-predicted", 30.0),
          Map.entry("haq-di", 1.5),
          Map.entry("shaq-di", 1.5),
          Map.entry("physician-global", 6.0),
          Map.entry("lvef", 25.0));

  private final SubjectSearch subjects;
  private final ReferenceText references;
  private final CourseSettings limits;
  private final BiPredicate<String, String> isMeasure;
  private final Clock clock;

  /**
   * @param isMeasure whether a code of a system is one of the profiles' measures
   */
  DataQualityCheck(
      SubjectSearch subjects,
      ReferenceText references,
      BiPredicate<String, String> isMeasure,
      CourseSettings limits,
      Clock clock) {
    this.subjects = subjects;
    this.references = references;
    this.limits = limits;
    this.isMeasure = isMeasure;
    this.clock = clock;
  }

  /**
   * @param window days by which a visit may be off the day that the protocol plans, where the
   *     record states no window of its own
   * @throws FhirFailure.TooLarge if there are more records of a type than the limit of a study
   */
  public DataQuality check(ResourceKey study, int window) {
    return subjects.now(moment -> new Check(moment, study, window).run());
  }

  /** A value that counts. */
  private record Value(
      ResourceKey key, String measure, String visit, String start, BigDecimal number) {}

  /** One look through one study. */
  private final class Check {
    private final Moment moment;
    private final ResourceKey study;
    private final int window;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<ResourceKey, Subject> byPatient = new HashMap<>();
    private final Map<ResourceKey, List<Value>> values = new HashMap<>();
    private final Map<ResourceKey, Set<String>> visits = new HashMap<>();
    private final Set<String> offWindow = new HashSet<>();
    private Map<String, PlannedVisit> planned = Map.of();

    Check(Moment moment, ResourceKey study, int window) {
      this.moment = moment;
      this.study = study;
      this.window = window;
    }

    DataQuality run() {
      List<Subject> all = Subject.of(study, moment, references, limits.ofStudy());
      all.forEach(subject -> byPatient.putIfAbsent(subject.patient(), subject));
      Optional<Recorded> protocol =
          moment.resources("ResearchStudy", List.of(new Parameter("_id", study.id())), 1).stream()
              .map(Recorded::of)
              .findFirst();
      Map<String, PlannedVisit> visitsOfProtocol = new TreeMap<>();
      protocol.ifPresent(each ->
          PlannedVisit.of(each, moment, references)
              .forEach(visit -> visitsOfProtocol.put(visit.code(), visit)));
      planned = visitsOfProtocol;
      for (String type : TYPES) {
        Reading.forEach(
            moment,
            type,
            List.of(new Parameter("study", study.toString())),
            limits.ofStudy(),
            this::look);
      }
      Set<String> endpoints = protocol.map(Check::endpoints).orElse(Set.of());
      for (Subject subject : all) {
        lookAtValues(subject);
        lookForBaseline(subject, endpoints);
      }
      lookForVisits(all);
      findings.sort(
          Comparator.comparing(Finding::rule)
              .thenComparing(finding -> finding.subject().map(ResourceKey::toString).orElse(""))
              .thenComparing(Finding::visit)
              .thenComparing(Finding::measure));
      return new DataQuality(moment.position(), List.copyOf(findings));
    }

    private void look(Recorded recorded) {
      String reference = recorded.json().at("/subject/reference").asText();
      Optional<Subject> subject = references.local(reference).map(byPatient::get);
      if (subject.isEmpty()) {
        return;
      }
      if (recorded.isInError()) {
        add(Rule.ENTERED_IN_ERROR, subject.get(), recorded, recorded.status(), "a right record");
        return;
      }
      if (recorded.isVoid()) {
        return;
      }
      visits.computeIfAbsent(subject.get().patient(), key -> new HashSet<>()).add(recorded.visit());
      lookAtDays(subject.get(), recorded);
      if (recorded.key().type().equals("Observation")) {
        lookAtCode(subject.get(), recorded);
        recorded
            .number()
            .ifPresent(number ->
                values
                    .computeIfAbsent(subject.get().patient(), key -> new ArrayList<>())
                    .add(
                        new Value(
                            recorded.key(),
                            recorded.code(),
                            recorded.visit(),
                            recorded.start(),
                            number)));
      }
    }

    private void lookAtDays(Subject subject, Recorded recorded) {
      OptionalInt counted = subject.days().of(recorded.start());
      OptionalInt stated = recorded.studyDay();
      if (counted.isPresent() && stated.isPresent() && counted.getAsInt() != stated.getAsInt()) {
        add(
            Rule.STUDY_DAY,
            subject,
            recorded,
            "day " + stated.getAsInt(),
            "day " + counted.getAsInt() + ", by " + recorded.start());
      }
      OptionalInt day = stated.isPresent() ? stated : counted;
      if (day.isEmpty() || recorded.visit().isEmpty()) {
        return;
      }
      window(subject, recorded)
          .filter(allowed -> day.getAsInt() < allowed[0] || day.getAsInt() > allowed[1])
          .filter(allowed -> offWindow.add(subject.key() + " " + recorded.visit()))
          .ifPresent(allowed ->
              add(
                  Rule.VISIT_WINDOW,
                  subject,
                  recorded,
                  "day " + day.getAsInt(),
                  "day " + allowed[0] + " to " + allowed[1]));
    }

    /** As the record states it, else around the day that the protocol plans. */
    private Optional<int[]> window(Subject subject, Recorded recorded) {
      Optional<JsonNode> stated = recorded.window();
      if (stated.isPresent()) {
        return stated.map(range ->
            new int[] {
              range.at("/low/value").asInt(Integer.MIN_VALUE),
              range.at("/high/value").asInt(Integer.MAX_VALUE)
            });
      }
      PlannedVisit visit = planned.get(recorded.visit());
      if (visit == null || visit.after().isNegative()) {
        return Optional.empty();
      }
      return subject
          .days()
          .first()
          .map(visit::due)
          .map(subject.days()::of)
          .filter(OptionalInt::isPresent)
          .map(due -> new int[] {due.getAsInt() - window, due.getAsInt() + window});
    }

    private void lookAtCode(Subject subject, Recorded recorded) {
      List<String> codes = new ArrayList<>();
      for (JsonNode coding : recorded.json().at("/code/coding")) {
        String system = coding.path("system").asText();
        String code = coding.path("code").asText();
        if (isMeasure.test(system, code)) {
          return;
        }
        codes.add(system + "|" + code);
      }
      add(
          Rule.UNMAPPED_CODE,
          subject,
          recorded,
          codes.isEmpty()
              ? "no code: " + Recorded.words(recorded.json().path("code"))
              : String.join(" ", codes),
          "a code of a measure of the profiles");
    }

    private void lookAtValues(Subject subject) {
      Map<String, List<Value>> byMeasure = new TreeMap<>();
      values
          .getOrDefault(subject.patient(), List.of())
          .forEach(value ->
              byMeasure.computeIfAbsent(value.measure(), key -> new ArrayList<>()).add(value));
      byMeasure.forEach((measure, all) -> {
        all.sort(Comparator.comparing(Value::start));
        lookForDuplicates(subject, measure, all);
        Double limit = CHANGES.get(measure);
        for (int i = 1; limit != null && i < all.size(); i++) {
          double change = all.get(i).number().subtract(all.get(i - 1).number()).doubleValue();
          if (Math.abs(change) > limit) {
            findings.add(
                new Finding(
                    Rule.IMPLAUSIBLE_CHANGE,
                    Optional.of(subject.key()),
                    all.get(i).visit(),
                    measure,
                    Optional.of(all.get(i).key()),
                    all.get(i - 1).number().toPlainString()
                        + ", then "
                        + all.get(i).number().toPlainString(),
                    "a change of at most " + limit));
          }
        }
      });
    }

    private void lookForDuplicates(Subject subject, String measure, List<Value> all) {
      Map<String, List<Value>> byVisit = new TreeMap<>();
      all.forEach(
          value -> byVisit.computeIfAbsent(value.visit(), key -> new ArrayList<>()).add(value));
      byVisit.forEach((visit, same) -> {
        if (same.size() > 1 && !LOOSE.contains(visit)) {
          findings.add(
              new Finding(
                  Rule.DUPLICATE,
                  Optional.of(subject.key()),
                  visit,
                  measure,
                  Optional.of(same.getLast().key()),
                  same.size()
                      + " values: "
                      + String.join(
                          ", ", same.stream().map(each -> each.number().toPlainString()).toList()),
                  "one value"));
        }
      });
    }

    private static Set<String> endpoints(Recorded study) {
      Set<String> measures = new TreeSet<>();
      for (JsonNode objective : study.json().path("objective")) {
        for (JsonNode extension : objective.path("extension")) {
          Recorded.extension(extension, "measure")
              .map(measure -> measure.at("/valueCodeableConcept/coding/0/code").asText())
              .filter(code -> !code.isEmpty())
              .ifPresent(measures::add);
        }
      }
      return measures;
    }

    /** Of measures that are numbers for somebody in the study. */
    private void lookForBaseline(Subject subject, Set<String> endpoints) {
      for (String measure : endpoints) {
        boolean isMeasured = values.values().stream().flatMap(List::stream).anyMatch(isOf(measure));
        boolean hasBaseline =
            values.getOrDefault(subject.patient(), List.of()).stream()
                .filter(isOf(measure))
                .anyMatch(value -> value.visit().equals(BASELINE));
        if (isMeasured && !hasBaseline) {
          findings.add(
              new Finding(
                  Rule.NO_BASELINE,
                  Optional.of(subject.key()),
                  BASELINE,
                  measure,
                  Optional.empty(),
                  "no value",
                  "a value at baseline, as it is an endpoint"));
        }
      }
    }

    private static Predicate<Value> isOf(String measure) {
      return value -> value.measure().equals(measure);
    }

    /** A visit was due if the subject was in the study at the end of its window. */
    private void lookForVisits(List<Subject> all) {
      LocalDate today = LocalDate.now(clock);
      for (PlannedVisit visit : planned.values()) {
        List<Subject> missing = new ArrayList<>();
        int due = 0;
        for (Subject subject : all) {
          Optional<LocalDate> first = subject.days().first();
          LocalDate last = subject.left().orElse(today);
          boolean isDue =
              first
                  .filter(day ->
                      !visit.due(day).plusDays(window).isAfter(last)
                          || (!visit.due(day).isAfter(day)))
                  .isPresent();
          if (isDue) {
            due++;
            if (!visits.getOrDefault(subject.patient(), Set.of()).contains(visit.code())) {
              missing.add(subject);
            }
          }
        }
        if (!missing.isEmpty() && missing.size() == due) {
          add(visit, Optional.empty(), "nothing of any subject");
        } else {
          missing.forEach(subject -> add(visit, Optional.of(subject.key()), "nothing"));
        }
      }
    }

    private void add(PlannedVisit visit, Optional<ResourceKey> subject, String found) {
      findings.add(
          new Finding(
              Rule.MISSING_VISIT,
              subject,
              visit.code(),
              "",
              Optional.empty(),
              found,
              "something at the visit, as the protocol plans it"));
    }

    private void add(Rule rule, Subject subject, Recorded recorded, String found, String expected) {
      findings.add(
          new Finding(
              rule,
              Optional.of(subject.key()),
              recorded.visit(),
              recorded.key().type().equals("Observation") ? recorded.code() : "",
              Optional.of(recorded.key()),
              found,
              expected));
    }
  }
}
