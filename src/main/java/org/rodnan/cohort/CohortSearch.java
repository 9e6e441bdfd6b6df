package org.rodnan.cohort;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.Cohort.Step;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/** Finds who meets criteria, at one moment. Thread safe. */
public final class CohortSearch {
  private final SubjectSearch subjects;
  private final Populations populations;

  CohortSearch(SubjectSearch subjects, Populations populations) {
    this.subjects = subjects;
    this.populations = populations;
  }

  /**
   * @param asOf the log position at which the data are looked at; empty means now
   * @param level what may be told
   * @throws FhirFailure.Malformed if a criterion can't be understood, and names it; or if there is
   *     no such position
   * @throws FhirFailure.NotFound if the study isn't there, or wasn't
   * @throws FhirFailure.Unprocessable if the data can't be looked at as of that position
   * @throws FhirFailure.Busy if a search takes too long
   */
  public Cohort find(
      CohortDefinition definition, Optional<LogPosition> asOf, Disclosure.Level level) {
    return asOf.isPresent()
        ? subjects.asOf(asOf.get(), moment -> find(moment, definition, level))
        : subjects.now(moment -> find(moment, definition, level));
  }

  private Cohort find(Moment moment, CohortDefinition definition, Disclosure.Level level) {
    Optional<ResourceKey> study = definition.study();
    List<String> arms = study.map(key -> arms(moment, key)).orElse(List.of());
    List<Criterion> criteria = definition.criteria();
    Combination combination = definition.combination();
    Population population = populations.of(moment, study);
    Map<String, BitSet> byArm = study.isEmpty() ? Map.of() : population.arms(arms);
    List<BitSet> members = criteria.stream().map(population::meeting).toList();
    BitSet whole = combination.of(population.all(), members::get);
    Funnel funnel = new Funnel(new CountsByArm(level, population.all(), byArm));
    funnel.add("population", population.all());
    BitSet remaining = Flat.of(combination) == Flat.ANY ? new BitSet() : population.all();
    for (int i = 0; i < criteria.size(); i++) {
      BitSet met = members.get(i);
      switch (Flat.of(combination)) {
        case ALL -> remaining.and(met);
        case ANY -> remaining.or(met);
        case NESTED -> remaining = met;
      }
      funnel.add(criteria.get(i).name(), remaining);
    }
    if (Flat.of(combination) == Flat.NESTED) {
      funnel.add("combined", whole);
    }
    return new Cohort(
        moment.position(), funnel.steps, level.subjects() ? ordered(moment, whole) : List.of());
  }

  private static List<String> arms(Moment moment, ResourceKey study) {
    List<byte[]> found =
        moment.resources(study.type(), List.of(new Parameter("_id", study.id())), 1);
    if (found.isEmpty()) {
      throw new FhirFailure.NotFound(study + " was not there at log position " + moment.position());
    }
    List<String> arms = new ArrayList<>();
    for (JsonNode arm : JsonElements.read(found.getFirst()).path("arm")) {
      JsonElements.text(arm, "name").ifPresent(arms::add);
    }
    return arms;
  }

  private static List<ResourceKey> ordered(Moment moment, BitSet members) {
    return new ArrayList<>(moment.keys(members).values());
  }

  /** Steps, of which those are counted that may be. */
  private static final class Funnel {
    private final CountsByArm counts;
    private final List<Step> steps = new ArrayList<>();

    private Funnel(CountsByArm counts) {
      this.counts = counts;
    }

    private void add(String name, BitSet remaining) {
      CountsByArm.Shown shown = counts.of(remaining);
      steps.add(new Step(name, shown.all(), shown.arms()));
    }
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
