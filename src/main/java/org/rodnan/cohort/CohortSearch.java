package org.rodnan.cohort;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.Cohort.Step;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;
import org.rodnan.terminology.UnitConversion;

/** Finds who meets criteria, at one moment. Thread safe. */
public final class CohortSearch {
  private final SubjectSearch subjects;
  private final UnitConversion units;

  CohortSearch(SubjectSearch subjects, UnitConversion units) {
    this.subjects = subjects;
    this.units = units;
  }

  /**
   * @param arms names of the study's arms
   * @throws FhirFailure.Malformed if a criterion can't be understood; names it
   * @throws FhirFailure.Busy if a search takes too long
   */
  public Cohort find(CohortDefinition definition, List<String> arms) {
    return subjects.now(moment -> find(moment, definition, arms));
  }

  private Cohort find(Moment moment, CohortDefinition definition, List<String> arms) {
    Optional<ResourceKey> study = definition.study();
    List<Criterion> criteria = definition.criteria();
    Combination combination = definition.combination();
    Population population = new Population(moment, study, units);
    Map<String, BitSet> byArm = study.isEmpty() ? Map.of() : population.arms(arms);
    List<BitSet> members = criteria.stream().map(population::meeting).toList();
    BitSet whole = combination.of(population.all(), members::get);
    List<Step> steps = new ArrayList<>();
    steps.add(step("population", population.all(), byArm));
    BitSet remaining = Flat.of(combination) == Flat.ANY ? new BitSet() : population.all();
    for (int i = 0; i < criteria.size(); i++) {
      BitSet met = members.get(i);
      switch (Flat.of(combination)) {
        case ALL -> remaining.and(met);
        case ANY -> remaining.or(met);
        case NESTED -> remaining = met;
      }
      steps.add(step(criteria.get(i).name(), remaining, byArm));
    }
    if (Flat.of(combination) == Flat.NESTED) {
      steps.add(step("combined", whole, byArm));
    }
    return new Cohort(moment.position(), steps, List.copyOf(ordered(moment, whole)));
  }

  private static List<ResourceKey> ordered(Moment moment, BitSet members) {
    return new ArrayList<>(moment.keys(members).values());
  }

  private static Step step(String name, BitSet remaining, Map<String, BitSet> byArm) {
    Map<String, Integer> arms = new LinkedHashMap<>();
    byArm.forEach((arm, members) -> {
      BitSet both = (BitSet) members.clone();
      both.and(remaining);
      arms.put(arm, both.cardinality());
    });
    return new Step(name, remaining.cardinality(), arms);
  }

  /** How steps are counted. */
  private enum Flat {
    ALL,
    ANY,
    NESTED;

    static Flat of(Combination combination) {
      return switch (combination) {
        case Combination.All all when all.parts().stream().allMatch(Flat::isOne) -> ALL;
        case Combination.Any any when any.parts().stream().allMatch(Flat::isOne) -> ANY;
        default -> NESTED;
      };
    }

    private static boolean isOne(Combination part) {
      return part instanceof Combination.One;
    }
  }
}
