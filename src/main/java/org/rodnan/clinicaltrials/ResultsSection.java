package org.rodnan.clinicaltrials;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The results of a study in the shape of ClinicalTrials.gov's API, version 2 ({@code
 * resultsSection}), put together figure by figure. Groups get the ids of their module ({@code
 * FG000}, {@code BG000}, {@code OG000}, {@code EG000}) in the order in which they are first named;
 * counts and figures are texts, but those of adverse events, as the registry has them. For one
 * thread.
 */
public final class ResultsSection {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Groups started = new Groups("FG");
  private final Map<String, Period> periods = new LinkedHashMap<>();
  private final Groups characterised = new Groups("BG");
  private final Map<Object, Measure> baseline = new LinkedHashMap<>();
  private final Map<Object, Outcome> outcomes = new LinkedHashMap<>();
  private final Groups observed = new Groups("EG");
  private final Map<String, ObjectNode> totals = new LinkedHashMap<>();
  private final Map<String, Event> serious = new LinkedHashMap<>();
  private final Map<String, Event> other = new LinkedHashMap<>();

  /**
   * Who is counted.
   *
   * @param size how many there are; empty if that isn't known
   */
  public record Population(String title, Optional<Integer> size) {}

  /**
   * How a measure is told; empty texts are left out.
   *
   * @param parameter such as {@code MEAN}
   * @param dispersion such as {@code STANDARD_DEVIATION}
   */
  public record Form(String title, String parameter, String dispersion, String unit) {}

  /**
   * Which outcome it is; empty texts are left out.
   *
   * @param type such as {@code PRIMARY}
   * @param population who is analysed, in words
   */
  public record About(String type, String timeFrame, String population) {}

  /**
   * A figure; empty texts are left out.
   *
   * @param group the title of its class
   * @param category the title of its category
   * @param n how many it is of; empty if that is the size of its population
   */
  public record Figure(
      String group,
      String category,
      String value,
      String spread,
      String lower,
      String upper,
      String comment,
      Optional<Integer> n) {}

  /**
   * A test or an estimate; empty texts are left out.
   *
   * @param parameter what is estimated, such as {@code Mean Difference (Final Values)}
   */
  public record Analysis(
      String pValue,
      String method,
      String parameter,
      String estimate,
      String ciPercent,
      String ciLower,
      String ciUpper,
      String unit,
      String description) {}

  /**
   * How often an event was; what isn't known is empty.
   *
   * @param atRisk of how many
   */
  public record Occurrence(
      Optional<Integer> events, Optional<Integer> affected, Optional<Integer> atRisk) {}

  /** What the totals of adverse events are of. */
  public enum Harm {
    DEATHS("deaths"),
    SERIOUS("serious"),
    OTHER("other");

    private final String code;

    Harm(String code) {
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  private static final class Period {
    private final Map<String, Map<String, Integer>> milestones = new LinkedHashMap<>();
    private final Map<String, Map<String, Integer>> dropped = new LinkedHashMap<>();
  }

  private record Place(String group, String category) {}

  private static final class Measure {
    private final Form form;
    private final Map<Place, Map<String, Figure>> figures = new LinkedHashMap<>();

    Measure(Form form) {
      this.form = form;
    }
  }

  private static final class Outcome {
    private final About about;
    private final Measure measure;
    private final Groups groups = new Groups("OG");
    private final ArrayNode analyses = JSON.createArrayNode();

    Outcome(About about, Form form) {
      this.about = about;
      this.measure = new Measure(form);
    }
  }

  private record Event(String term, String organSystem, Map<String, Occurrence> stats) {}

  /** The groups of a module, or of one outcome. */
  private static final class Groups {
    private final String prefix;
    private final Map<Population, String> ids = new LinkedHashMap<>();

    Groups(String prefix) {
      this.prefix = prefix;
    }

    String id(Population population) {
      return ids.computeIfAbsent(population, absent -> prefix + "%03d".formatted(ids.size()));
    }

    ArrayNode json() {
      ArrayNode groups = JSON.createArrayNode();
      ids.forEach(
          (population, id) -> groups.addObject().put("id", id).put("title", population.title()));
      return groups;
    }

    Optional<ArrayNode> denominators() {
      Map<String, Integer> sizes = new LinkedHashMap<>();
      ids.forEach((population, id) -> population.size().ifPresent(size -> sizes.put(id, size)));
      return sizes.isEmpty() ? Optional.empty() : Optional.of(ResultsSection.denominators(sizes));
    }
  }

  /** How many came to a point, such as {@code STARTED}. */
  public void milestone(String period, String type, Population of, int subjects) {
    period(period)
        .milestones
        .computeIfAbsent(type, absent -> new LinkedHashMap<>())
        .put(started.id(of), subjects);
  }

  /** How many left for a reason. */
  public void dropped(String period, String reason, Population of, int subjects) {
    period(period)
        .dropped
        .computeIfAbsent(reason, absent -> new LinkedHashMap<>())
        .put(started.id(of), subjects);
  }

  private Period period(String title) {
    return periods.computeIfAbsent(title, absent -> new Period());
  }

  /** How a population was at the beginning. */
  public void baseline(Form form, Figure figure, Population of) {
    add(baseline.computeIfAbsent(form, absent -> new Measure(form)), figure, characterised.id(of));
  }

  /** How an outcome was. */
  public void outcome(About about, Form form, Figure figure, Population of) {
    Outcome outcome = outcome(about, form);
    add(outcome.measure, figure, outcome.groups.id(of));
  }

  private Outcome outcome(About about, Form form) {
    return outcomes.computeIfAbsent(List.of(about, form), absent -> new Outcome(about, form));
  }

  /**
   * What was tested of an outcome.
   *
   * @param compared one population, or those that are compared
   */
  public void analysis(About about, Form form, Analysis analysis, List<Population> compared) {
    Outcome outcome = outcome(about, form);
    ObjectNode json = outcome.analyses.addObject();
    ArrayNode ids = json.putArray("groupIds");
    compared.forEach(each -> ids.add(outcome.groups.id(each)));
    put(json, "groupDescription", analysis.description());
    put(json, "pValue", analysis.pValue());
    put(json, "statisticalMethod", analysis.method());
    put(json, "paramType", analysis.parameter());
    put(json, "paramValue", analysis.estimate());
    put(json, "ciPctValue", analysis.ciPercent());
    put(json, "ciLowerLimit", analysis.ciLower());
    put(json, "ciUpperLimit", analysis.ciUpper());
    put(json, "unitOfMeasure", analysis.unit());
  }

  /**
   * The outcome of a title and a time frame that has figures already, so that an analysis goes to
   * it and not to one of its own.
   */
  Optional<Form> form(About about, String title) {
    return outcomes.values().stream()
        .filter(each -> each.about.equals(about) && each.measure.form.title().equals(title))
        .map(each -> each.measure.form)
        .findFirst();
  }

  /** The population of an outcome that has this title. */
  Optional<Population> population(About about, Form form, String title) {
    Outcome outcome = outcomes.get(List.of(about, form));
    return outcome == null
        ? Optional.empty()
        : outcome.groups.ids.keySet().stream()
            .filter(each -> each.title().equals(title))
            .findFirst();
  }

  /** How many died, or had any event. */
  public void harmed(Harm harm, Population of, Occurrence occurrence) {
    ObjectNode total = totals.computeIfAbsent(observed.id(of), id -> JSON.createObjectNode());
    occurrence.affected().ifPresent(each -> total.put(harm.code() + "NumAffected", each));
    occurrence.atRisk().ifPresent(each -> total.put(harm.code() + "NumAtRisk", each));
  }

  /** How often there was an event of a term. */
  public void event(
      boolean isSerious, String term, String organSystem, Population of, Occurrence occurrence) {
    (isSerious ? serious : other)
        .computeIfAbsent(
            organSystem + "|" + term, absent -> new Event(term, organSystem, new LinkedHashMap<>()))
        .stats()
        .put(observed.id(of), occurrence);
  }

  private static void add(Measure measure, Figure figure, String group) {
    measure
        .figures
        .computeIfAbsent(
            new Place(figure.group(), figure.category()), absent -> new LinkedHashMap<>())
        .put(group, figure);
  }

  /** What there is so far; empty without a figure. */
  public Optional<ObjectNode> json() {
    ObjectNode results = JSON.createObjectNode();
    if (!periods.isEmpty()) {
      ObjectNode module = results.putObject("participantFlowModule");
      module.set("groups", started.json());
      ArrayNode all = module.putArray("periods");
      periods.forEach((title, period) -> all.add(json(title, period)));
    }
    if (!baseline.isEmpty()) {
      ObjectNode module = results.putObject("baselineCharacteristicsModule");
      module.set("groups", characterised.json());
      characterised.denominators().ifPresent(each -> module.set("denoms", each));
      ArrayNode measures = module.putArray("measures");
      baseline
          .values()
          .forEach(each -> {
            ObjectNode measure = measures.addObject();
            form(measure, each.form);
            measure.set("classes", classes(each, characterised));
          });
    }
    if (!outcomes.isEmpty()) {
      ArrayNode all = results.putObject("outcomeMeasuresModule").putArray("outcomeMeasures");
      outcomes.values().forEach(each -> all.add(json(each)));
    }
    if (!observed.ids.isEmpty()) {
      results.set("adverseEventsModule", harms());
    }
    return results.isEmpty() ? Optional.empty() : Optional.of(results);
  }

  private static ObjectNode json(String title, Period period) {
    ObjectNode json = JSON.createObjectNode().put("title", title);
    counts(json, "milestones", "achievements", period.milestones);
    counts(json, "dropWithdraws", "reasons", period.dropped);
    return json;
  }

  private static void counts(
      ObjectNode period, String name, String inner, Map<String, Map<String, Integer>> counts) {
    if (counts.isEmpty()) {
      return;
    }
    ArrayNode all = period.putArray(name);
    counts.forEach((type, subjects) -> {
      ArrayNode each = all.addObject().put("type", type).putArray(inner);
      subjects.forEach((group, count) ->
          each.addObject().put("groupId", group).put("numSubjects", String.valueOf(count)));
    });
  }

  private static ObjectNode json(Outcome outcome) {
    ObjectNode json = JSON.createObjectNode();
    put(json, "type", outcome.about.type());
    form(json, outcome.measure.form);
    put(json, "timeFrame", outcome.about.timeFrame());
    put(json, "populationDescription", outcome.about.population());
    json.set("groups", outcome.groups.json());
    outcome.groups.denominators().ifPresent(each -> json.set("denoms", each));
    if (!outcome.measure.figures.isEmpty()) {
      json.set("classes", classes(outcome.measure, outcome.groups));
    }
    if (!outcome.analyses.isEmpty()) {
      json.set("analyses", outcome.analyses);
    }
    return json;
  }

  private static void form(ObjectNode json, Form form) {
    json.put("title", form.title());
    put(json, "paramType", form.parameter());
    put(json, "dispersionType", form.dispersion());
    put(json, "unitOfMeasure", form.unit());
  }

  private static ArrayNode classes(Measure measure, Groups groups) {
    Map<String, ObjectNode> classes = new LinkedHashMap<>();
    Map<String, Map<String, Integer>> sizes = new LinkedHashMap<>();
    measure.figures.forEach((place, figures) -> {
      ObjectNode one =
          classes.computeIfAbsent(
              place.group(),
              title -> {
                ObjectNode made = JSON.createObjectNode();
                put(made, "title", title);
                return made;
              });
      ObjectNode category = one.withArray("categories").addObject();
      put(category, "title", place.category());
      ArrayNode measurements = category.putArray("measurements");
      figures.forEach((group, figure) -> {
        measurements.add(json(group, figure));
        figure
            .n()
            .ifPresent(n ->
                sizes
                    .computeIfAbsent(place.group(), absent -> new LinkedHashMap<>())
                    .put(group, n));
      });
    });
    Map<String, Integer> known = new LinkedHashMap<>();
    groups.ids.forEach((population, id) -> population.size().ifPresent(n -> known.put(id, n)));
    ArrayNode all = JSON.createArrayNode();
    classes.forEach((title, one) -> {
      Map<String, Integer> ofClass = sizes.getOrDefault(title, Map.of());
      if (ofClass.entrySet().stream()
          .anyMatch(each -> !each.getValue().equals(known.get(each.getKey())))) {
        one.set("denoms", denominators(ofClass));
      }
      all.add(one);
    });
    return all;
  }

  private static ArrayNode denominators(Map<String, Integer> sizes) {
    ArrayNode all = JSON.createArrayNode();
    ArrayNode counts = all.addObject().put("units", "Participants").putArray("counts");
    sizes.forEach((group, size) ->
        counts.addObject().put("groupId", group).put("value", String.valueOf(size)));
    return all;
  }

  private static ObjectNode json(String group, Figure figure) {
    ObjectNode json = JSON.createObjectNode().put("groupId", group);
    put(json, "value", figure.value());
    put(json, "spread", figure.spread());
    put(json, "lowerLimit", figure.lower());
    put(json, "upperLimit", figure.upper());
    put(json, "comment", figure.comment());
    return json;
  }

  private ObjectNode harms() {
    ObjectNode module = JSON.createObjectNode();
    ArrayNode groups = module.putArray("eventGroups");
    observed.ids.forEach((population, id) -> {
      ObjectNode group = groups.addObject().put("id", id).put("title", population.title());
      group.setAll(totals.getOrDefault(id, JSON.createObjectNode()));
      for (Harm each : List.of(Harm.SERIOUS, Harm.OTHER)) {
        String atRisk = each.code() + "NumAtRisk";
        if (!group.has(atRisk)) {
          population.size().ifPresent(size -> group.put(atRisk, size));
        }
      }
    });
    events(module, "seriousEvents", serious);
    events(module, "otherEvents", other);
    return module;
  }

  private static void events(ObjectNode module, String name, Map<String, Event> events) {
    if (events.isEmpty()) {
      return;
    }
    ArrayNode all = module.putArray(name);
    for (Event event : new ArrayList<>(events.values())) {
      ObjectNode json = all.addObject().put("term", event.term());
      put(json, "organSystem", event.organSystem());
      ArrayNode stats = json.putArray("stats");
      event
          .stats()
          .forEach((group, count) -> {
            ObjectNode one = stats.addObject().put("groupId", group);
            count.events().ifPresent(each -> one.put("numEvents", each));
            count.affected().ifPresent(each -> one.put("numAffected", each));
            count.atRisk().ifPresent(each -> one.put("numAtRisk", each));
          });
    }
  }

  static void put(ObjectNode json, String name, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      json.put(name, text);
    }
  }
}
