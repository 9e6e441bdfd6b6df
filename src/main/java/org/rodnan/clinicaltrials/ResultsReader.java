package org.rodnan.clinicaltrials;

import static org.rodnan.clinicaltrials.Texts.concept;
import static org.rodnan.clinicaltrials.Texts.text;
import static org.rodnan.clinicaltrials.Texts.word;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Quantity.QuantityComparator;
import org.hl7.fhir.r4.model.UnsignedIntType;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;

/**
 * The results section: a Group for each population (a title and the number analysed), and each
 * figure an Observation on it, as it is printed. Groups have ids of their own in each module; the
 * same title and number is the same population.
 */
final class ResultsReader {
  private static final String SYSTEM = "https://w3id.org/rodnan/CodeSystem/";
  private static final String STATISTIC = SYSTEM + "ssc-statistic";
  private static final String THO = "http://terminology.hl7.org/CodeSystem/observation-statistics";
  private static final Pattern P = Pattern.compile("(<=|>=|<|>|=)?\\s*(\\d?\\.?\\d{1,20})");

  private final String nct;
  private final JsonNode results;
  private final JsonNode arms;
  private final Findings findings;
  private final Map<String, Integer> ids = new HashMap<>();

  /** How many figures each module has so far. */
  private final Map<String, Integer> counts = new HashMap<>();

  ResultsReader(String nct, JsonNode json, Findings findings) {
    this.nct = nct;
    this.results = json.path("resultsSection");
    this.arms = json.path("protocolSection").path("armsInterventionsModule").path("armGroups");
    this.findings = findings;
  }

  /** A group of a module. */
  private record Population(String reference, String title, Optional<Integer> size) {}

  void read() {
    flow();
    baseline();
    for (JsonNode each : results.path("outcomeMeasuresModule").path("outcomeMeasures")) {
      outcome(each);
    }
    adverseEvents();
  }

  private void flow() {
    JsonNode module = results.path("participantFlowModule");
    Map<String, Integer> sizes = new HashMap<>();
    for (JsonNode milestone : module.path("periods").path(0).path("milestones")) {
      if (text(milestone, "type").equals("STARTED")) {
        for (JsonNode each : milestone.path("achievements")) {
          Texts.count(text(each, "numSubjects"))
              .ifPresent(size -> sizes.put(text(each, "groupId"), size));
        }
      }
    }
    Map<String, Population> groups = populations(module.path("groups"), sizes, "enrolled");
    for (JsonNode period : module.path("periods")) {
      String name = text(period, "title");
      for (JsonNode milestone : period.path("milestones")) {
        String what = "flow: " + name + ": " + word(text(milestone, "type"));
        Placement place =
            new Placement(Placement.FLOW).with("title", name).with("type", text(milestone, "type"));
        figures(what, milestone.path("achievements"), groups, concept(what), place);
      }
      for (JsonNode drop : period.path("dropWithdraws")) {
        String reason = text(drop, "type");
        CodeableConcept code = new CodeableConcept();
        Term.ofSubmission(Term.DISPOSITION, reason)
            .ifPresent(each -> code.addCoding().setSystem(each.system()).setCode(each.code()));
        String what = "flow: " + name + ": not completed: " + reason;
        Placement place =
            new Placement(Placement.FLOW).with("title", name).with("category", reason);
        figures(what, drop.path("reasons"), groups, code.setText(what), place);
      }
    }
  }

  private void figures(
      String what,
      JsonNode counts,
      Map<String, Population> groups,
      CodeableConcept code,
      Placement place) {
    for (JsonNode each : counts) {
      attempt(
          what,
          () -> {
            Population on = population(groups, each);
            Observation result = start(what + "|" + on.title(), on, "frequency", code);
            place(result, place);
            count(result, "subjects-affected", text(each, "numSubjects"));
            on.size().ifPresent(size -> count(result, "denominator", size.toString()));
          });
    }
  }

  private void baseline() {
    JsonNode module = results.path("baselineCharacteristicsModule");
    Map<String, Population> groups =
        populations(module.path("groups"), sizes(module.path("denoms")), "baseline");
    for (JsonNode each : module.path("measures")) {
      measurements(
          "baseline",
          each,
          groups,
          Optional.of("baseline"),
          "level",
          form(Placement.BASELINE, each));
    }
  }

  private void outcome(JsonNode outcome) {
    String title = text(outcome, "title");
    Map<String, Population> groups =
        populations(
            outcome.path("groups"),
            sizes(outcome.path("denoms")),
            text(outcome, "populationDescription"));
    String lower = title.toLowerCase(Locale.ROOT);
    String kind =
        lower.matches(".*percent(age)? change.*")
            ? "percent-change"
            : lower.contains("change") ? "change" : "level";
    Optional<String> visit = Texts.visit(text(outcome, "timeFrame"));
    Placement place =
        form(Placement.OUTCOME, outcome)
            .with("type", text(outcome, "type"))
            .with("timeFrame", text(outcome, "timeFrame"))
            .with("population", text(outcome, "populationDescription"));
    measurements("outcome|" + text(outcome, "timeFrame"), outcome, groups, visit, kind, place);
    for (JsonNode each : outcome.path("analyses")) {
      attempt(
          "outcome '" + title + "', analysis", () -> analysis(title, each, groups, visit, place));
    }
  }

  private static Placement form(String module, JsonNode measure) {
    return new Placement(module)
        .with("title", text(measure, "title"))
        .with("parameter", text(measure, "paramType"))
        .with("dispersion", text(measure, "dispersionType"))
        .with("unit", text(measure, "unitOfMeasure"));
  }

  private void measurements(
      String key,
      JsonNode measure,
      Map<String, Population> groups,
      Optional<String> visit,
      String kind,
      Placement place) {
    String title = text(measure, "title");
    for (JsonNode each : measure.path("classes")) {
      for (JsonNode category : each.path("categories")) {
        String name = title;
        for (String part : List.of(text(each, "title"), text(category, "title"))) {
          name = part.isEmpty() ? name : name + ": " + part;
        }
        String what = name;
        Map<String, Integer> sizes = sizes(each.path("denoms"));
        for (JsonNode figure : category.path("measurements")) {
          attempt(
              "'" + what + "'",
              () -> {
                Population on = population(groups, figure);
                boolean isCount = text(measure, "paramType").startsWith("COUNT");
                CodeableConcept code = Texts.measure(title).setText(what);
                Observation result =
                    start(
                        String.join("|", key, what, on.title()),
                        on,
                        isCount ? "frequency" : kind,
                        code);
                visit.ifPresent(
                    at -> result.addExtension(Elements.visit(Optional.of(at), Optional.empty())));
                place(
                    result,
                    place
                        .with("class", text(each, "title"))
                        .with("category", text(category, "title")));
                figure(result, measure, figure);
                Optional.ofNullable(sizes.get(text(figure, "groupId")))
                    .or(on::size)
                    .ifPresent(n -> count(result, isCount ? "denominator" : "n", n.toString()));
              });
        }
      }
    }
  }

  /** A figure and what is said of its spread. */
  private static void figure(Observation result, JsonNode measure, JsonNode figure) {
    String param = text(measure, "paramType");
    String unit = text(measure, "unitOfMeasure");
    String value = text(figure, "value");
    boolean isPercent =
        unit.toLowerCase(Locale.ROOT)
            .matches("(percent(age)?|%) of (participants|subjects|patients)");
    switch (param) {
      case "COUNT_OF_PARTICIPANTS" -> count(result, "subjects-affected", value);
      case "MEAN" -> add(result, THO, "average", value, unit, param);
      case "MEDIAN" -> add(result, THO, "median", value, unit, param);
      case "COUNT_OF_UNITS" -> count(result, "count", value);
      default ->
          add(
              result,
              STATISTIC,
              isPercent ? "percent" : "figure",
              value,
              isPercent ? "%" : unit,
              param);
    }
    String dispersion =
        text(measure, "dispersionType").toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9%]+", "_");
    String spread = text(figure, "spread");
    String lower = text(figure, "lowerLimit");
    String upper = text(figure, "upperLimit");
    if (!spread.isEmpty()) {
      switch (dispersion) {
        case "STANDARD_DEVIATION" -> add(result, THO, "std-dev", spread, unit, "");
        case "STANDARD_ERROR" -> add(result, STATISTIC, "standard-error", spread, unit, "");
        default -> result.addNote().setText(text(measure, "dispersionType") + ": " + spread);
      }
    }
    Matcher level =
        Pattern.compile("(?:CONFIDENCE_)?(\\d{2}(?:\\.\\d+)?)%?(?:_CONFIDENCE_INTERVAL)?")
            .matcher(dispersion);
    if (level.matches()) {
      interval(result, level.group(1), lower, upper, unit);
    } else if (dispersion.equals("FULL_RANGE")) {
      addIfThere(result, THO, "minimum", lower, unit);
      addIfThere(result, THO, "maximum", upper, unit);
    } else if (dispersion.matches("INTER_?QUARTILE_RANGE")) {
      addIfThere(result, THO, "4-lower", lower, unit);
      addIfThere(result, THO, "4-upper", upper, unit);
    } else if (!lower.isEmpty() || !upper.isEmpty()) {
      result.addNote().setText(text(measure, "dispersionType") + ": " + lower + " to " + upper);
    }
    if (!text(figure, "comment").isEmpty()) {
      result.addNote().setText(text(figure, "comment"));
    }
  }

  private static void interval(
      Observation result, String level, String lower, String upper, String unit) {
    addIfThere(result, STATISTIC, "ci-lower", lower, unit);
    addIfThere(result, STATISTIC, "ci-upper", upper, unit);
    if (!lower.isEmpty() || !upper.isEmpty()) {
      addIfThere(result, STATISTIC, "ci-level", level, "%");
    }
  }

  private void analysis(
      String title,
      JsonNode analysis,
      Map<String, Population> groups,
      Optional<String> visit,
      Placement place) {
    List<Population> compared = new ArrayList<>();
    for (JsonNode id : analysis.path("groupIds")) {
      compared.add(
          Optional.ofNullable(groups.get(id.asText()))
              .orElseThrow(
                  () -> new RowException("the group " + id.asText() + " is not declared")));
    }
    if (compared.isEmpty()) {
      throw new RowException("groupIds is empty");
    }
    Population on = compared.size() == 1 ? compared.getFirst() : together(compared);
    String key =
        String.join(
            "|",
            "analysis",
            title,
            on.title(),
            text(analysis, "statisticalMethod"),
            text(analysis, "paramType"),
            text(analysis, "groupDescription"));
    Observation result =
        start(key, on, compared.size() == 1 ? "change" : "difference", Texts.measure(title));
    visit.ifPresent(at -> result.addExtension(Elements.visit(Optional.of(at), Optional.empty())));
    place(result, place.comparing(compared.stream().map(Population::title).toList()));
    String p = text(analysis, "pValue");
    if (!p.isEmpty()) {
      pValue(result, p);
    }
    String method = text(analysis, "statisticalMethod");
    if (!method.isEmpty()) {
      component(result, STATISTIC, "statistical-test")
          .setValue(
              Elements.concept(SYSTEM + "ssc-statistical-test", test(method)).setText(method));
    }
    String unit = text(analysis, "unitOfMeasure");
    String estimate = text(analysis, "paramValue");
    if (!estimate.isEmpty()) {
      add(result, STATISTIC, "figure", estimate, unit, text(analysis, "paramType"));
    }
    interval(
        result,
        text(analysis, "ciPctValue"),
        text(analysis, "ciLowerLimit"),
        text(analysis, "ciUpperLimit"),
        unit);
    for (String each : List.of("groupDescription", "estimateComment", "pValueComment")) {
      if (!text(analysis, each).isEmpty()) {
        result.addNote().setText(text(analysis, each));
      }
    }
    if (!result.hasComponent()) {
      findings.resources().remove(result);
      throw new RowException("it has no figure");
    }
  }

  private static void pValue(Observation result, String p) {
    Matcher matcher = P.matcher(p);
    ObservationComponentComponent component = component(result, STATISTIC, "p-value");
    if (!matcher.matches() || new BigDecimal(matcher.group(2)).compareTo(BigDecimal.ONE) > 0) {
      component.setValue(concept(p));
      return;
    }
    Quantity quantity = Elements.quantity(new BigDecimal(matcher.group(2)), "1");
    if (matcher.group(1) != null && !matcher.group(1).equals("=")) {
      quantity.setComparator(QuantityComparator.fromCode(matcher.group(1)));
    }
    component.setValue(quantity);
  }

  private static String test(String method) {
    String lower = method.toLowerCase(Locale.ROOT);
    return lower.contains("paired") && lower.matches(".*\\bt\\b.*") && !lower.contains("unpaired")
        ? "paired-t"
        : lower.matches("t-test, 2 sided|.*unpaired.*")
            ? "unpaired-t"
            : lower.contains("signed") && lower.contains("rank")
                ? "wilcoxon-signed-rank"
                : lower.contains("mann") && lower.contains("whitney")
                    ? "mann-whitney"
                    : lower.contains("fisher")
                        ? "fisher-exact"
                        : lower.contains("chi-squared")
                            ? "chi-squared"
                            : lower.matches(".*(mixed model|longitudinal).*")
                                ? "longitudinal-model"
                                : "other";
  }

  private void adverseEvents() {
    JsonNode module = results.path("adverseEventsModule");
    Map<String, Integer> sizes = new HashMap<>();
    for (JsonNode each : module.path("eventGroups")) {
      for (String name : List.of("otherNumAtRisk", "seriousNumAtRisk")) {
        Texts.count(text(each, name)).ifPresent(size -> sizes.put(text(each, "id"), size));
      }
    }
    Map<String, Population> groups = populations(module.path("eventGroups"), sizes, "safety");
    for (JsonNode each : module.path("eventGroups")) {
      for (String kind : List.of("deaths", "serious", "other")) {
        if (!text(each, kind + "NumAffected").isEmpty()) {
          String what = "adverse events: " + kind + ", total";
          attempt(
              what,
              () -> {
                Population on = population(groups, each, "id");
                Observation result = start(what + "|" + on.title(), on, "frequency", concept(what));
                place(result, new Placement(Placement.EVENTS).with("type", kind));
                count(result, "subjects-affected", text(each, kind + "NumAffected"));
                countIfThere(result, "denominator", text(each, kind + "NumAtRisk"));
              });
        }
      }
    }
    for (String kind : List.of("serious", "other")) {
      for (JsonNode event : module.path(kind + "Events")) {
        String what =
            String.join(
                "|", "adverse event", kind, text(event, "organSystem"), text(event, "term"));
        for (JsonNode stats : event.path("stats")) {
          attempt(
              what,
              () -> {
                Population on = population(groups, stats);
                Observation result =
                    start(what + "|" + on.title(), on, "frequency", concept(text(event, "term")));
                place(
                    result,
                    new Placement(Placement.EVENTS)
                        .with("type", kind)
                        .with("title", text(event, "term"))
                        .with("category", text(event, "organSystem")));
                result.addCategory(concept(word(kind) + " adverse event"));
                if (!text(event, "organSystem").isEmpty()) {
                  result.addCategory(concept(text(event, "organSystem")));
                }
                countIfThere(result, "events", text(stats, "numEvents"));
                countIfThere(result, "subjects-affected", text(stats, "numAffected"));
                countIfThere(result, "denominator", text(stats, "numAtRisk"));
                if (!result.hasComponent()) {
                  findings.resources().remove(result);
                  throw new RowException("it has no figure");
                }
              });
        }
      }
    }
  }

  // Populations

  private static Map<String, Integer> sizes(JsonNode denominators) {
    Map<String, Integer> sizes = new HashMap<>();
    for (JsonNode each : denominators) {
      if (text(each, "units").equalsIgnoreCase("Participants")) {
        for (JsonNode count : each.path("counts")) {
          Texts.count(text(count, "value"))
              .ifPresent(size -> sizes.put(text(count, "groupId"), size));
        }
      }
    }
    return sizes;
  }

  private Map<String, Population> populations(
      JsonNode groups, Map<String, Integer> sizes, String set) {
    Map<String, Population> populations = new HashMap<>();
    for (JsonNode each : groups) {
      String id = text(each, "id");
      populations.put(
          id, group(text(each, "title"), Optional.ofNullable(sizes.get(id)), set, List.of()));
    }
    return populations;
  }

  private Population together(List<Population> compared) {
    int size = 0;
    boolean isKnown = true;
    for (Population each : compared) {
      size += each.size().orElse(0);
      isKnown &= each.size().isPresent();
    }
    return group(
        String.join(" / ", compared.stream().map(Population::title).toList()),
        isKnown ? Optional.of(size) : Optional.empty(),
        "",
        compared.stream().map(Population::title).toList());
  }

  private Population group(
      String title, Optional<Integer> size, String set, List<String> compared) {
    String name = title.isEmpty() ? "Not named" : title;
    String id =
        nct + "-pop-" + Ids.hash(name + "|" + size.map(String::valueOf).orElse("") + "|" + set);
    if (ids.putIfAbsent(id, 1) == null) {
      Group group = new Group().setType(Group.GroupType.PERSON).setActual(true);
      group.setId(id);
      group.getMeta().addProfile(Elements.PROFILES + "ssc-analysis-population");
      group.setName(name);
      UnsignedIntType quantity = new UnsignedIntType();
      size.ifPresentOrElse(
          quantity::setValue,
          () ->
              quantity.addExtension(
                  "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                  new CodeType("unknown")));
      group.setQuantityElement(quantity);
      characteristic(group, "study").setValue(Elements.reference("ResearchStudy", nct));
      for (JsonNode arm : arms) {
        String label = text(arm, "label");
        if (!label.isEmpty()
            && (label.equalsIgnoreCase(title)
                || compared.stream().anyMatch(label::equalsIgnoreCase))) {
          characteristic(group, "arm").setValue(concept(label));
        }
      }
      if (set.matches("enrolled|safety")) {
        characteristic(group, "analysis-set")
            .setValue(Elements.concept(SYSTEM + "ssc-analysis-set", set));
      } else if (!set.isEmpty()) {
        characteristic(group, "analysis-set").setValue(concept(set));
      }
      findings.resources().add(group);
    }
    return new Population("Group/" + id, name, size);
  }

  private static Group.GroupCharacteristicComponent characteristic(Group group, String code) {
    return group
        .addCharacteristic()
        .setCode(Elements.concept(SYSTEM + "ssc-population-characteristic", code))
        .setExclude(false);
  }

  private static Population population(Map<String, Population> groups, JsonNode figure) {
    return population(groups, figure, "groupId");
  }

  private static Population population(
      Map<String, Population> groups, JsonNode figure, String name) {
    String id = text(figure, name);
    Population population = groups.get(id);
    if (population == null) {
      throw new RowException("the group " + id + " is not declared");
    }
    return population;
  }

  // Results

  private void attempt(String what, Runnable reading) {
    int before = findings.resources().size();
    try {
      reading.run();
    } catch (RowException e) {
      while (findings.resources().size() > before
          && findings.resources().getLast() instanceof Observation) {
        findings.resources().removeLast();
      }
      findings.refused().add("resultsSection, " + what + ": " + e.getMessage());
    }
  }

  private Observation start(String key, Population on, String kind, CodeableConcept code) {
    String id = nct + "-" + Ids.hash(key + "|" + on.reference());
    int times = ids.merge(id, 1, Integer::sum);
    Observation result = new Observation();
    result.setId(times == 1 ? id : id + "-" + times);
    result.getMeta().addProfile(Elements.PROFILES + "ssc-published-result");
    result.addExtension(
        Elements.extension(Elements.STUDY, Elements.reference("ResearchStudy", nct)));
    result.setStatus(ObservationStatus.FINAL);
    result.addCategory(Elements.concept(SYSTEM + "ssc-result-kind", "published-result"));
    result.addCategory(Elements.concept(SYSTEM + "ssc-result-kind", kind));
    result.setCode(code.copy());
    result.getSubject().setReference(on.reference());
    result.setMethod(Elements.concept(SYSTEM + "ssc-figure-source", "printed"));
    findings.resources().add(result);
    return result;
  }

  private void place(Observation result, Placement place) {
    result.addExtension(place.extension(counts.merge(place.module(), 1, Integer::sum)));
  }

  private static ObservationComponentComponent component(
      Observation result, String system, String code) {
    return result.addComponent().setCode(Elements.concept(system, code));
  }

  private static void count(Observation result, String code, String value) {
    int count =
        Texts.count(value.replace(",", ""))
            .orElseThrow(() -> new RowException("'" + value + "' is no count"));
    component(result, code.equals("count") ? THO : STATISTIC, code)
        .setValue(Elements.quantity(BigDecimal.valueOf(count), "1"));
  }

  private static void countIfThere(Observation result, String code, String value) {
    if (!value.isEmpty()) {
      count(result, code, value);
    }
  }

  private static void addIfThere(
      Observation result, String system, String code, String value, String unit) {
    if (!value.isEmpty()) {
      add(result, system, code, value, unit, "");
    }
  }

  /** What is no number, such as NA, is kept as the reason why there is none. */
  private static void add(
      Observation result, String system, String code, String value, String unit, String text) {
    ObservationComponentComponent component = component(result, system, code);
    if (!text.isEmpty()) {
      component.getCode().setText(word(text));
    }
    Optional<BigDecimal> number = Texts.number(value);
    if (number.isEmpty()) {
      component.setDataAbsentReason(
          Elements.concept(Elements.ABSENT, "not-applicable")
              .setText(value.isEmpty() ? "Not given" : value));
      return;
    }
    String ucum = ucum(unit);
    component.setValue(
        !ucum.isEmpty()
            ? Elements.quantity(number.get(), ucum)
            : unit.isEmpty()
                ? new Quantity().setValue(number.get())
                : new Quantity().setValue(number.get()).setUnit(unit));
  }

  private static String ucum(String unit) {
    return switch (unit.toLowerCase(Locale.ROOT)) {
      case "units on a scale", "score on a scale", "scores on a scale", "score" -> "{score}";
      case "%", "percent", "percent predicted", "percentage", "percentage of predicted" -> "%";
      case "participants", "subjects", "events" -> "1";
      case "years" -> "a";
      case "months" -> "mo";
      case "weeks" -> "wk";
      case "days" -> "d";
      default -> "";
    };
  }
}
