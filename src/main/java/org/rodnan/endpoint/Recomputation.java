package org.rodnan.endpoint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Population;
import org.rodnan.cohort.Populations;
import org.rodnan.endpoint.EndpointTable.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;
import org.rodnan.terminology.CanonicalQuantity;
import org.rodnan.terminology.UnitConversion;

/**
 * Single numbers of a study, from its subjects at one moment. For one thread, and only as long as
 * its moment lasts. What there are too few values for is NaN. All searches can fail with {@link
 * FhirFailure.Malformed}, which names them.
 */
public final class Recomputation {
  private final Moment moment;
  private final ResourceKey study;
  private final UnitConversion units;
  private final Population population;
  private final Map<String, Population.Measure> measures = new HashMap<>();
  private final Map<String, Map<Integer, Double>> values = new HashMap<>();

  Recomputation(Moment moment, ResourceKey study, Populations populations, UnitConversion units) {
    this.moment = moment;
    this.study = study;
    this.units = units;
    this.population = populations.of(moment, Optional.of(study));
  }

  /** Everything up to here counts, and nothing after it. */
  public LogPosition position() {
    return moment.position();
  }

  /** The resources that a search finds, in the order in which they were written. */
  public List<byte[]> resources(String type, List<Parameter> parameters, int limit) {
    return moment.resources(type, parameters, limit);
  }

  /** Those who meet all criteria. */
  public BitSet subjects(List<Criterion> criteria) {
    BitSet all = population.all();
    criteria.forEach(criterion -> all.and(population.meeting(criterion)));
    return all;
  }

  /** How many resources of the study a search finds. */
  public int count(Criterion search) {
    List<Parameter> ours = new ArrayList<>(search.parameters());
    ours.add(new Parameter("study", study.toString()));
    return moment.count(search.type(), ours);
  }

  /**
   * The values of a measure at a visit.
   *
   * @param measure token of Observation.code
   * @param unit in UCUM, that the values are brought to if it can be
   */
  public Sample level(BitSet subjects, String measure, String visit, String unit) {
    double factor = factor(measure(measure).unit(), unit);
    return Sample.of(
        at(measure, visit).entrySet().stream()
            .filter(each -> subjects.get(each.getKey()))
            .mapToDouble(each -> each.getValue() * factor)
            .toArray());
  }

  /**
   * What changed from baseline.
   *
   * @param ciLow of the 95 % confidence interval of the mean, by Student's t
   * @param pairedT two-sided
   */
  public record Changed(
      Sample baseline, Sample atVisit, Sample change, double ciLow, double ciHigh, Test pairedT) {}

  /** The change of those who have a value at baseline and at the visit. */
  public Changed change(BitSet subjects, String measure, String baseline, String visit) {
    Pairs pairs = pairs(subjects, measure, baseline, visit);
    Sample change = Sample.of(pairs.changes());
    double half = change.halfInterval(EndpointTable.LEVEL);
    Tests.Outcome test = Tests.pairedT(change);
    return new Changed(
        Sample.of(pairs.baseline()),
        Sample.of(pairs.atVisit()),
        change,
        change.mean() - half,
        change.mean() + half,
        new Test(test.statistic(), test.p(), test.variant()));
  }

  /** Student's t test of the changes of two groups, with one variance for both. */
  public Test difference(BitSet left, BitSet right, String measure, String baseline, String visit) {
    Tests.Outcome test =
        Tests.student(
            Sample.of(pairs(left, measure, baseline, visit).changes()),
            Sample.of(pairs(right, measure, baseline, visit).changes()));
    return new Test(test.statistic(), test.p(), test.variant());
  }

  /** Spearman's correlation of the changes of two measures. */
  public Test correlation(
      BitSet subjects, String measure, String other, String baseline, String visit) {
    Tests.Outcome test =
        pairs(subjects, measure, baseline, visit)
            .correlation(pairs(subjects, other, baseline, visit));
    return new Test(test.statistic(), test.p(), test.variant());
  }

  private Pairs pairs(BitSet subjects, String measure, String baseline, String visit) {
    Map<Integer, Double> before = at(measure, baseline);
    Map<Integer, Double> then = at(measure, visit);
    int[] both =
        subjects.stream()
            .filter(each -> before.containsKey(each) && then.containsKey(each))
            .toArray();
    double[] earlier = new double[both.length];
    double[] later = new double[both.length];
    for (int i = 0; i < both.length; i++) {
      earlier[i] = before.getOrDefault(both[i], Double.NaN);
      later[i] = then.getOrDefault(both[i], Double.NaN);
    }
    return Pairs.of(both, earlier, later);
  }

  private Map<Integer, Double> at(String measure, String visit) {
    return values.computeIfAbsent(measure + " " + visit, key -> measure(measure).at(visit));
  }

  private Population.Measure measure(String token) {
    return measures.computeIfAbsent(
        token, key -> population.measure(List.of(new Parameter("code", token))));
  }

  private double factor(String from, String to) {
    Optional<CanonicalQuantity> one = units.canonical(from, BigDecimal.ONE);
    Optional<CanonicalQuantity> other = units.canonical(to, BigDecimal.ONE);
    boolean isSameKind =
        one.isPresent() && other.isPresent() && one.get().unit().equals(other.get().unit());
    return from.equals(to) || !isSameKind
        ? 1
        : one.get().value().doubleValue() / other.get().value().doubleValue();
  }
}
