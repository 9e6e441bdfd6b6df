package org.rodnan.endpoint;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.cohort.KnownMeasures;
import org.rodnan.cohort.Population;
import org.rodnan.cohort.Populations;
import org.rodnan.cohort.SmallCounts;
import org.rodnan.endpoint.EndpointTable.Comparison;
import org.rodnan.endpoint.EndpointTable.Row;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;
import org.rodnan.terminology.UnitConversion;

/** Compares the values of a measure at visits with those at baseline. Thread safe. */
public final class EndpointAnalysis {
  /** The visit that is taken if none is asked for. */
  public static final String BASELINE = "baseline";

  private final SubjectSearch subjects;
  private final Populations populations;
  private final UnitConversion units;
  private final KnownMeasures measures;

  EndpointAnalysis(
      SubjectSearch subjects,
      Populations populations,
      UnitConversion units,
      KnownMeasures measures) {
    this.subjects = subjects;
    this.populations = populations;
    this.units = units;
    this.measures = measures;
  }

  /**
   * What is asked.
   *
   * @param measure token of {@code Observation.code}
   * @param visits codes; empty means all at which it was measured after baseline
   * @param strata criteria that subjects meet; everybody is a stratum of its own
   * @param correlate token of a second measure, with whose changes those of the first are
   *     correlated
   * @param responder the change from which on a subject counts as a responder, in the unit of the
   *     measure; negative if a fall counts
   * @param takesAnyMeasure whether a measure that nobody has a value of and the profiles don't know
   *     is one without values, and no fault
   */
  public record Question(
      ResourceKey study,
      String measure,
      String baseline,
      List<String> visits,
      List<AnalysisSet> populations,
      List<Criterion> strata,
      Optional<String> correlate,
      OptionalDouble responder,
      boolean takesAnyMeasure) {}

  /**
   * @param level what may be told: a row that isn't shown isn't there, and neither is what it is
   *     compared with
   * @throws FhirFailure.Malformed if a stratum can't be understood, nobody has a value of a measure
   *     that the profiles don't know, or nobody has one at a visit that is asked for while there
   *     are some at others; names it
   * @throws FhirFailure.Busy if a search takes too long
   */
  public EndpointTable analyse(Question question, Disclosure.Level level) {
    return subjects.now(moment -> analyse(moment, question, level));
  }

  private EndpointTable analyse(Moment moment, Question question, Disclosure.Level level) {
    Population population = populations.of(moment, Optional.of(question.study()));
    Population.Measure measure = measure(population, question, "measure", question.measure());
    List<String> measured = measure.visitsAfter(question.baseline());
    List<String> asked = visits(question, measure, measured);
    VisitOrder order = VisitOrder.of(measure, question.baseline(), measured, asked);
    Values values = Values.read(measure, population.all(), question.baseline(), order, asked);
    Optional<Values> second =
        question
            .correlate()
            .map(token ->
                Values.read(
                    measure(population, question, "correlate", token),
                    population.all(),
                    question.baseline(),
                    order,
                    asked));
    Map<String, BitSet> strata = new LinkedHashMap<>();
    strata.put(EndpointTable.ALL, population.all());
    for (Criterion criterion : question.strata()) {
      strata.put(criterion.name(), population.meeting(criterion));
    }
    // Visits have nothing to do with each other, and ranks of many subjects take their time.
    Map<String, Map<AnalysisSet, Analysed>> analysed =
        asked.parallelStream()
            .collect(
                Collectors.toConcurrentMap(
                    Function.identity(),
                    visit -> analysed(question, values, second, strata, visit)));
    Admitted admitted =
        level.isCoarse()
            ? Admitted.of(
                new SmallCounts(level.countMin(), population.all()),
                places(question, asked, strata.keySet()),
                question.responder(),
                place -> stratum(analysed, place).pairs())
            : Admitted.EVERYTHING;
    List<Row> rows = new ArrayList<>();
    List<Comparison> comparisons = new ArrayList<>();
    for (AnalysisSet set : question.populations()) {
      Map<String, List<Row>> byStratum = new LinkedHashMap<>();
      for (String visit : asked) {
        Analysed ofVisit = ofVisit(analysed, set, visit);
        List<Row> told = new ArrayList<>();
        for (String name : strata.keySet()) {
          Admitted.Place place = new Admitted.Place(set, visit, name);
          if (!admitted.hasRow(place)) {
            continue;
          }
          Row exact = ofVisit.stratum(name).row().of(set);
          Row row =
              level.isCoarse()
                  ? CoarseNumbers.of(
                      exact, level, admitted.hasPercentChange(place), admitted.hasResponders(place))
                  : exact;
          byStratum.computeIfAbsent(name, key -> new ArrayList<>()).add(row);
          if (!name.equals(EndpointTable.ALL)) {
            told.add(row);
          }
        }
        for (int i = 0; i < told.size(); i++) {
          for (int j = i + 1; j < told.size(); j++) {
            Row left = told.get(i);
            Row right = told.get(j);
            Comparison exact = ofVisit.comparison(left.stratum(), right.stratum()).of(set);
            comparisons.add(level.isCoarse() ? CoarseNumbers.of(exact, left, right) : exact);
          }
        }
      }
      byStratum.values().forEach(rows::addAll);
    }
    return new EndpointTable(
        moment.position(), measure.name(), measure.unit(), question.baseline(), rows, comparisons);
  }

  /** In the order of the answer. */
  private static List<Admitted.Place> places(
      Question question, List<String> visits, Set<String> strata) {
    List<Admitted.Place> places = new ArrayList<>();
    for (AnalysisSet set : question.populations()) {
      for (String visit : visits) {
        strata.forEach(name -> places.add(new Admitted.Place(set, visit, name)));
      }
    }
    return places;
  }

  private static Analysed ofVisit(
      Map<String, Map<AnalysisSet, Analysed>> analysed, AnalysisSet set, String visit) {
    return Objects.requireNonNull(Objects.requireNonNull(analysed.get(visit)).get(set));
  }

  private static Analysed.Stratum stratum(
      Map<String, Map<AnalysisSet, Analysed>> analysed, Admitted.Place place) {
    return ofVisit(analysed, place.population(), place.visit()).stratum(place.stratum());
  }

  /** What there is to tell of a visit, whether it may be told or not. */
  private static Map<AnalysisSet, Analysed> analysed(
      Question question,
      Values values,
      Optional<Values> second,
      Map<String, BitSet> strata,
      String visit) {
    Map<AnalysisSet, Analysed> bySet = new EnumMap<>(AnalysisSet.class);
    for (AnalysisSet set : question.populations()) {
      Pairs everybody = values.pairs(set, visit);
      Optional<Pairs> others = second.map(other -> other.pairs(set, visit));
      Analysed equal =
          bySet.values().stream()
              .filter(each -> each.isOf(everybody, others))
              .findFirst()
              .orElseGet(
                  () -> new Analysed(set, visit, everybody, others, question.responder(), strata));
      bySet.put(set, equal);
    }
    return bySet;
  }

  /**
   * The values of each subject, of the first of the populations that are asked for; strata count
   * for nothing.
   *
   * @throws FhirFailure.Malformed as {@link #analyse}
   * @throws FhirFailure.Busy if a search takes too long
   */
  public Courses courses(Question question) {
    return subjects.now(moment -> {
      Population population = populations.of(moment, Optional.of(question.study()));
      Population.Measure measure = measure(population, question, "measure", question.measure());
      List<String> measured = measure.visitsAfter(question.baseline());
      List<String> asked = visits(question, measure, measured);
      VisitOrder order = VisitOrder.of(measure, question.baseline(), measured, asked);
      Values values = Values.read(measure, population.all(), question.baseline(), order, asked);
      return courses(question, measure, values, asked);
    });
  }

  private Population.Measure measure(
      Population population, Question question, String name, String token) {
    Population.Measure measure = population.measure(List.of(new Parameter("code", token)));
    if (!question.takesAnyMeasure()) {
      measures.require(name, token, measure, population);
    }
    return measure;
  }

  /**
   * A visit at which nobody has a value is most likely misspelt; carried forward, it would look
   * like a result.
   */
  private static List<String> visits(
      Question question, Population.Measure measure, List<String> measured) {
    if (!question.baseline().equals(BASELINE) && !measure.isAt(question.baseline())) {
      List<String> visits = measure.visits();
      if (!visits.isEmpty()) {
        throw noValue("baseline", question.baseline(), visits);
      }
    }
    for (String visit : question.visits()) {
      if (!measured.isEmpty() && !measure.isAt(visit)) {
        throw noValue("visit", visit, measured);
      }
    }
    return question.visits().isEmpty() ? measured : question.visits();
  }

  private static FhirFailure.Malformed noValue(String name, String visit, List<String> others) {
    return new FhirFailure.Malformed(
        name + ": nobody has a value of the measure at '" + visit + "'; expected one of " + others,
        name);
  }

  private static Courses courses(
      Question question, Population.Measure measure, Values values, List<String> asked) {
    Map<Integer, List<Double>> lines = new TreeMap<>();
    for (int column = 0; column < asked.size(); column++) {
      Pairs pairs = values.pairs(question.populations().getFirst(), asked.get(column));
      for (int i = 0; i < pairs.subjects().length; i++) {
        List<Double> line =
            lines.computeIfAbsent(
                pairs.subjects()[i],
                subject -> new ArrayList<>(Collections.nCopies(asked.size() + 1, Double.NaN)));
        line.set(0, pairs.baseline()[i]);
        line.set(column + 1, pairs.atVisit()[i]);
      }
    }
    List<Sample> samples = new ArrayList<>();
    for (int column = 0; column <= asked.size(); column++) {
      int place = column;
      samples.add(
          Sample.of(
              lines.values().stream()
                  .mapToDouble(line -> line.get(place))
                  .filter(Double::isFinite)
                  .toArray()));
    }
    List<String> visits = new ArrayList<>(asked);
    visits.addFirst(question.baseline());
    return new Courses(
        measure.name(), measure.unit(), visits, List.copyOf(lines.values()), samples);
  }

  /**
   * Computes single numbers of populations that are chosen by criteria, all at one moment.
   *
   * @param questions may keep what they are answered, but not the {@link Recomputation}
   * @throws FhirFailure.Busy if a search takes too long
   */
  public <T> T again(ResourceKey study, Function<Recomputation, T> questions) {
    return subjects.now(
        moment -> questions.apply(new Recomputation(moment, study, populations, units)));
  }
}
