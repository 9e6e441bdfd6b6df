package org.rodnan.cohort;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * Who meets criteria, and how many remained after each.
 *
 * @param position of the log: everything up to here counts, and nothing after it
 * @param steps the population first, then one for each criterion in its order; if these are nested,
 *     one more for the whole
 * @param members patients, in the order of their creation
 */
public record Cohort(LogPosition position, List<Step> steps, List<ResourceKey> members) {
  public Cohort {
    steps = List.copyOf(steps);
    members = List.copyOf(members);
  }

  /**
   * How many remain; a count that is too small to be told is absent. After a criterion of {@code
   * all} those who met it and all before it, of {@code any} those who met it or one before it, of a
   * nested combination those who met this one alone.
   *
   * @param arms by name, in the order of the study; who is in no arm is in the total alone
   */
  public record Step(String name, OptionalInt remaining, Map<String, OptionalInt> arms) {}
}
