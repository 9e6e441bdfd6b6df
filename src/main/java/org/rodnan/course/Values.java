package org.rodnan.course;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.Population;
import org.rodnan.cohort.Population.Dated;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;
import org.rodnan.terminology.UnitConversion;

/** The values of a study's subjects at its visits, by patient. For one thread and moment. */
final class Values {
  private final Population population;
  private final Optional<ResourceKey> only;
  private final Map<ResourceKey, Integer> numbers = new HashMap<>();

  /**
   * @param subjects of one study; if it is one, only what is recorded of it is read
   */
  Values(Moment moment, ResourceKey study, List<Subject> subjects, UnitConversion units) {
    this.population = new Population(moment, Optional.of(study), units);
    this.only =
        subjects.size() == 1 ? Optional.of(subjects.getFirst().patient()) : Optional.empty();
    BitSet all = population.all();
    moment.keys(all).forEach((number, key) -> numbers.put(key, number));
  }

  /** Values at two visits. */
  record Both(Map<ResourceKey, Dated> baseline, Map<ResourceKey, Dated> then) {}

  /**
   * @param tokens of {@code Observation.code}
   */
  Both at(String tokens, String baseline, String visit) {
    List<Parameter> search =
        only.map(patient ->
                List.of(
                    new Parameter("code", tokens), new Parameter("patient", patient.toString())))
            .orElseGet(() -> List.of(new Parameter("code", tokens)));
    Population.Measure measure = population.measure(search);
    return new Both(byKey(measure.datedAt(baseline)), byKey(measure.datedAt(visit)));
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
