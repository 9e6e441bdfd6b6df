package org.rodnan.course;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rodnan.cohort.KnownMeasures;
import org.rodnan.cohort.Population;
import org.rodnan.cohort.Population.Dated;
import org.rodnan.cohort.Populations;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/** The values of a study's subjects at its visits, by patient. For one thread and moment. */
final class Values {
  private final KnownMeasures measures;
  private final Population population;
  private final Optional<ResourceKey> only;
  private final Map<ResourceKey, Integer> numbers = new HashMap<>();

  /** Visits at which there were values. */
  private final Set<String> found = new HashSet<>();

  /**
   * @param subjects of one study; if it is one, only what is recorded of it is read
   */
  Values(
      Moment moment,
      ResourceKey study,
      List<Subject> subjects,
      Populations populations,
      KnownMeasures measures) {
    this.measures = measures;
    this.population = populations.of(moment, Optional.of(study));
    this.only =
        subjects.size() == 1 ? Optional.of(subjects.getFirst().patient()) : Optional.empty();
    BitSet all = population.all();
    moment.keys(all).forEach((number, key) -> numbers.put(key, number));
  }

  /**
   * Refuses a visit at which nobody has anything: it is most likely misspelt.
   *
   * @param name of the parameter
   * @param usual the visit that is taken if none is asked for, which may still be to come
   * @throws FhirFailure.Malformed that names the visits there are
   */
  void requireVisit(String name, String visit, String usual) {
    if (!visit.equals(usual) && !found.contains(visit)) {
      List<String> visits = population.visits();
      if (!visits.isEmpty() && !visits.contains(visit)) {
        throw new FhirFailure.Malformed(
            name + ": nobody has anything at '" + visit + "'; expected one of " + visits, name);
      }
    }
  }

  /** Values at two visits. */
  record Both(Map<ResourceKey, Dated> baseline, Map<ResourceKey, Dated> then) {}

  /**
   * @param name of the parameter
   * @param tokens of {@code Observation.code}
   * @throws FhirFailure.Malformed if nobody in the study has a value and the profiles don't know
   *     the measure
   */
  Both at(String name, String tokens, String baseline, String visit) {
    List<Parameter> search =
        only.map(patient ->
                List.of(
                    new Parameter("code", tokens), new Parameter("patient", patient.toString())))
            .orElseGet(() -> List.of(new Parameter("code", tokens)));
    Population.Measure measure = population.measure(search);
    Both both = new Both(byKey(measure.datedAt(baseline)), byKey(measure.datedAt(visit)));
    if (!both.baseline().isEmpty()) {
      found.add(baseline);
    }
    if (!both.then().isEmpty()) {
      found.add(visit);
    }
    if (both.baseline().isEmpty() && both.then().isEmpty()) {
      measures.require(
          name, tokens, population.measure(List.of(new Parameter("code", tokens))), population);
    }
    return both;
  }

  private Map<ResourceKey, Dated> byKey(Map<Integer, Dated> values) {
    Map<ResourceKey, Dated> byKey = new HashMap<>();
    numbers.forEach((key, number) -> {
      Dated value = values.get(number);
      if (value != null) {
        byKey.put(key, value);
      }
    });
    return byKey;
  }
}
