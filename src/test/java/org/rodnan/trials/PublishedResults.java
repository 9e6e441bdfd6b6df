package org.rodnan.trials;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;

/**
 * What a paper prints, as Observations on Groups: one for each place, population, measure, visit
 * and kind of result, with the statistics as components. A misprint put right, and a number
 * computed from printed ones, is an Observation of its own that names what it derives from.
 */
final class PublishedResults {

  private static final String HL7_STATISTIC =
      "http://terminology.hl7.org/CodeSystem/observation-statistics";
  private static final int ID_MAX = 64;

  private final String study;
  private final Populations populations;
  private final Misprints misprints = new Misprints();
  private final CountSearches searches = new CountSearches();
  private final AdverseEventTerms terms = new AdverseEventTerms();

  PublishedResults(String study) {
    this.study = study;
    this.populations = new Populations(study);
  }

  /** The results of the numbers, printed ones first. */
  List<Observation> of(List<PublishedNumber> numbers) {
    Map<String, List<PublishedNumber>> groups = new LinkedHashMap<>();
    numbers.forEach(
        number -> groups.computeIfAbsent(id(number), id -> new ArrayList<>()).add(number));
    List<Observation> printed = new ArrayList<>();
    List<Observation> derived = new ArrayList<>();
    groups.forEach((id, group) -> {
      if (isComputed(group.getFirst())) {
        derived.add(computed(id, group, groups));
      } else {
        printed.add(printed(id, group));
        if (group.stream().anyMatch(PublishedResults::isCorrected)) {
          derived.add(corrected(id, group));
        }
      }
    });
    printed.addAll(derived);
    return printed;
  }

  private static boolean isComputed(PublishedNumber number) {
    return number.place().equals("Computed");
  }

  private static boolean isCorrected(PublishedNumber number) {
    return !number.required().equals(number.printed());
  }

  private Observation printed(String id, List<PublishedNumber> group) {
    Observation result = result(id, group, "printed");
    group.forEach(number -> {
      addStatistic(result, number, number.printed());
      addSearch(result, number);
    });
    addContext(result, group.getFirst());
    result.addNote().setText(place(group.getFirst()));
    reasons(group).forEach(reason -> result.addNote().setText(reason));
    return result;
  }

  /** How the number can be computed again, where the population and the code don't tell it. */
  private void addSearch(Observation result, PublishedNumber number) {
    Observation.ObservationComponentComponent component = result.getComponent().getLast();
    switch (number.statistic()) {
      case "spearman" ->
          MeasureCode.of(number.measure().split("/")[1])
              .ifPresent(second ->
                  component.addExtension(
                      Vocabulary.search("Observation?code=" + second.token().replace("|", "%7C"))));
      case "p-between" -> {
        for (String population : number.population().split("/")) {
          result.addFocus(new Reference("Group/" + study + "-" + population));
        }
      }
      case "count", "percent", "events", "event-percent" -> {
        searches
            .of(number.measure())
            .ifPresent(search -> component.addExtension(Vocabulary.search(search)));
        if (number.statistic().equals("event-percent")) {
          result.addExtension(Vocabulary.search(CountSearches.related()));
        }
      }
      default -> {}
    }
  }

  private Observation corrected(String id, List<PublishedNumber> group) {
    List<PublishedNumber> wrong = group.stream().filter(PublishedResults::isCorrected).toList();
    Observation result = result(id + "-corrected", group, "corrected");
    wrong.forEach(number -> addStatistic(result, number, number.required()));
    result.addDerivedFrom(new Reference("Observation/" + id));
    reasons(wrong).forEach(reason -> result.addNote().setText(reason));
    return result;
  }

  private Observation computed(
      String id, List<PublishedNumber> group, Map<String, List<PublishedNumber>> groups) {
    PublishedNumber first = group.getFirst();
    Observation result = result(id, group, "recomputed");
    group.forEach(number -> addStatistic(result, number, number.printed()));
    addContext(result, first);
    groups.forEach((source, numbers) -> {
      PublishedNumber candidate = numbers.getFirst();
      if (!isComputed(candidate)
          && candidate.population().equals(first.population())
          && candidate.measure().equals(first.measure())) {
        result.addDerivedFrom(new Reference("Observation/" + source));
      }
    });
    result.addNote().setText("Computed from the printed numbers; not printed itself.");
    return result;
  }

  private Observation result(String id, List<PublishedNumber> group, String source) {
    if (id.length() > ID_MAX) {
      throw new IllegalStateException("too long: " + id);
    }
    PublishedNumber first = group.getFirst();
    Observation result = new Observation();
    result.setId(id);
    result.getMeta().addProfile(Vocabulary.profile("ssc-published-result"));
    result.addExtension(Vocabulary.studyLink("ResearchStudy/" + study));
    if (!first.visit().equals("end")) {
      result.addExtension(Vocabulary.visitExtension(first.visit(), 0));
    }
    result.setStatus(Observation.ObservationStatus.FINAL);
    result.addCategory(kindConcept("published-result"));
    result.addCategory(kindConcept(kind(first)));
    result.setCode(code(first));
    result.setSubject(
        new Reference("Group/" + populations.groupId(populations.of(first.population()))));
    result.setMethod(
        new CodeableConcept(
            new Coding().setSystem(Vocabulary.system("ssc-figure-source")).setCode(source)));
    result.setText(
        Vocabulary.narrative(
            "Result of "
                + study
                + ", "
                + source
                + ": "
                + label(first)
                + ", "
                + String.join(
                    ", ",
                    group.stream()
                        .filter(n -> !source.equals("corrected") || isCorrected(n))
                        .map(n ->
                            n.statistic()
                                + " "
                                + (source.equals("corrected") ? n.required() : n.printed()).text())
                        .toList())));
    return result;
  }

  private void addContext(Observation result, PublishedNumber number) {
    String kind = kind(number);
    populations
        .of(number.population())
        .size()
        .filter(n -> result.getComponent().stream().noneMatch(c -> hasCode(c, "n")))
        .ifPresent(n ->
            addCount(
                result, kind.equals("frequency") ? "denominator" : "n", BigDecimal.valueOf(n)));
    if (result.getComponent().stream().anyMatch(c -> hasCode(c, "ci-lower"))) {
      addComponent(result, Vocabulary.STATISTIC, "ci-level")
          .setValue(Vocabulary.quantity(BigDecimal.valueOf(95), "%"));
    }
    if (study.equals("khanna-2011") && kind.equals("change")) {
      addComponent(result, Vocabulary.STATISTIC, "statistical-test")
          .setValue(
              new CodeableConcept(
                  new Coding()
                      .setSystem(Vocabulary.system("ssc-statistical-test"))
                      .setCode("longitudinal-model")));
    }
  }

  private static boolean hasCode(Observation.ObservationComponentComponent component, String code) {
    return component.getCode().getCodingFirstRep().getCode().equals(code);
  }

  private void addStatistic(Observation result, PublishedNumber number, Printed value) {
    String unit = unit(number.measure());
    switch (number.statistic()) {
      case "mean", "change" -> addValue(result, HL7_STATISTIC, "average", value, unit);
      case "sd", "change-sd" -> addValue(result, HL7_STATISTIC, "std-dev", value, unit);
      case "median" -> addValue(result, HL7_STATISTIC, "median", value, unit);
      case "min", "change-min" -> addValue(result, HL7_STATISTIC, "minimum", value, unit);
      case "max", "change-max" -> addValue(result, HL7_STATISTIC, "maximum", value, unit);
      case "quartile-low" -> addValue(result, HL7_STATISTIC, "4-lower", value, unit);
      case "quartile-high" -> addValue(result, HL7_STATISTIC, "4-upper", value, unit);
      case "ci-low" -> addValue(result, Vocabulary.STATISTIC, "ci-lower", value, unit);
      case "ci-high" -> addValue(result, Vocabulary.STATISTIC, "ci-upper", value, unit);
      case "percent", "event-percent" ->
          addValue(result, Vocabulary.STATISTIC, "percent", value, "%");
      case "percent-change" -> addValue(result, Vocabulary.STATISTIC, "percent-change", value, "%");
      case "spearman" -> addValue(result, Vocabulary.STATISTIC, "spearman-rho", value, "1");
      case "events" -> addCount(result, "events", value.value());
      case "count" ->
          addCount(
              result, kind(number).equals("frequency") ? "subjects-affected" : "n", value.value());
      case "p", "p-between" -> addP(result, value);
      default -> throw new IllegalStateException("unknown statistic: " + number);
    }
  }

  private static void addP(Observation result, Printed value) {
    Observation.ObservationComponentComponent component =
        addComponent(result, Vocabulary.STATISTIC, "p-value");
    if (value.text().startsWith("not ")) {
      component.setValue(
          new CodeableConcept(
              new Coding()
                  .setSystem(Vocabulary.system("ssc-p-value-statement"))
                  .setCode(value.text().replace(' ', '-'))));
      return;
    }
    Quantity p = Vocabulary.quantity(value.value(), "1");
    if (value.isUpperBound()) {
      p.setComparator(Quantity.QuantityComparator.LESS_THAN);
    }
    component.setValue(p);
  }

  private static void addCount(Observation result, String code, BigDecimal n) {
    addComponent(result, Vocabulary.STATISTIC, code).setValue(Vocabulary.quantity(n, "1"));
  }

  private static void addValue(
      Observation result, String system, String code, Printed value, String unit) {
    addComponent(result, system, code).setValue(Vocabulary.quantity(value.value(), unit));
  }

  private static Observation.ObservationComponentComponent addComponent(
      Observation result, String system, String code) {
    return result
        .addComponent()
        .setCode(new CodeableConcept(new Coding().setSystem(system).setCode(code)));
  }

  private static String unit(String measure) {
    return switch (measure) {
      case "age", "disease-duration" -> "a";
      case "dose:taken-mg-per-day", "dose:target-mg-per-day" -> "mg/d";
      case "skin-thickness-mm" -> "mm";
      default -> MeasureCode.of(measure).map(MeasureCode::unit).orElse("1");
    };
  }

  private static String kind(PublishedNumber number) {
    return switch (number.statistic()) {
      case "change", "change-sd", "change-min", "change-max", "ci-low", "ci-high", "p" -> "change";
      case "percent-change" -> "percent-change";
      case "p-between" -> "difference";
      case "spearman" -> "correlation";
      case "count", "percent", "events", "event-percent" ->
          number.measure().contains(":") ? "frequency" : "level";
      default -> number.measure().startsWith("dose:") ? "dose" : "level";
    };
  }

  private static CodeableConcept kindConcept(String kind) {
    return new CodeableConcept(
        new Coding().setSystem(Vocabulary.system("ssc-result-kind")).setCode(kind));
  }

  private CodeableConcept code(PublishedNumber number) {
    String measure = number.measure().split("/", 2)[0];
    CodeableConcept concept =
        MeasureCode.of(measure)
            .map(MeasureCode::concept)
            .orElseGet(() -> eventConcept(number.measure()));
    return concept.setText(label(number));
  }

  private CodeableConcept eventConcept(String measure) {
    CodeableConcept concept = new CodeableConcept();
    CountSearches.disposition(measure)
        .ifPresent(disposition -> concept.addCoding(Vocabulary.disposition(disposition)));
    String code = measure.substring(measure.lastIndexOf(':') + 1);
    terms.printed().stream()
        .filter(term -> measure.startsWith("ae:related:") || measure.startsWith("sae:"))
        .filter(term -> term.code().equals(code))
        .findFirst()
        .flatMap(AdverseEventTerm::snomed)
        .ifPresent(snomed -> concept.addCoding().setSystem(Vocabulary.SNOMED).setCode(snomed));
    return concept;
  }

  private String label(PublishedNumber number) {
    String measure = number.measure();
    String last = measure.substring(measure.lastIndexOf(':') + 1);
    String label =
        terms.printed().stream()
            .filter(term -> term.code().equals(last))
            .findFirst()
            .filter(term -> measure.startsWith("ae:related:") || measure.startsWith("sae:"))
            .map(term ->
                term.name()
                    + (measure.startsWith("sae:") ? ", serious" : ", at least possibly related"))
            .or(() -> MeasureCode.of(measure).map(MeasureCode::display))
            .orElse(measure.replace('-', ' ').replace(":", ": ").replace("/", " against "));
    String wording = Populations.wording(number.population());
    return wording.isEmpty() ? label : label + ", " + wording;
  }

  private static String place(PublishedNumber number) {
    return "Printed in: " + number.place() + ".";
  }

  private Set<String> reasons(List<PublishedNumber> group) {
    Set<String> reasons = new LinkedHashSet<>();
    for (PublishedNumber number : group) {
      number
          .misprint()
          .map(misprints::of)
          .ifPresent(m ->
              reasons.add(
                  "Misprint: "
                      + m.place()
                      + ": printed "
                      + m.printed()
                      + ", reads "
                      + m.reads()
                      + ". "
                      + m.reason()));
    }
    return reasons;
  }

  private String id(PublishedNumber number) {
    String place =
        switch (number.place()) {
          case "Results" -> "text";
          case "Results, figure 1" -> "fig1";
          case "Results, fluid retention" -> "text-fluid";
          case "Abstract" -> "abstract";
          case "Computed" -> "computed";
          default -> number.place().replace("Table ", "t");
        };
    String measure =
        number.measure().equals("fvc-percent-predicted/mrss")
            ? "fvc-and-mrss"
            : MeasureCode.of(number.measure())
                .map(MeasureCode::slug)
                .orElse(number.measure().replace(':', '-'));
    String kind = kind(number);
    String suffix =
        switch (kind) {
          case "level", "frequency", "dose", "correlation" -> "";
          case "difference" -> "-diff";
          case "percent-change" -> "-percent";
          default -> "-" + kind;
        };
    String visit = number.visit().equals("end") ? "" : "-" + number.visit().replace("month", "m");
    return study
        + "-"
        + place
        + "-"
        + Populations.slug(number.population())
        + "-"
        + measure
        + visit
        + suffix;
  }
}
