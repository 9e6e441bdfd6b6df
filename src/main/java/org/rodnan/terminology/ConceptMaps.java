package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.ConceptMap.SourceElementComponent;
import org.hl7.fhir.r4.model.Enumerations.ConceptMapEquivalence;
import org.jspecify.annotations.Nullable;

/**
 * Codes that senders use, as the codes they mean: by the program's concept maps, then by those that
 * are stored. Only what is said to be equal, equivalent or wider is taken; a target that depends on
 * other elements isn't. Thread safe.
 */
public final class ConceptMaps {
  private static final Set<ConceptMapEquivalence> TAKEN =
      Set.of(
          ConceptMapEquivalence.EQUAL,
          ConceptMapEquivalence.EQUIVALENT,
          ConceptMapEquivalence.WIDER,
          ConceptMapEquivalence.SUBSUMES);

  private final List<ConceptMap> ours;
  private final DefinitionSource current;

  /**
   * @param ours the program's own
   * @param current what is stored now
   */
  public ConceptMaps(List<ConceptMap> ours, DefinitionSource current) {
    this.ours = List.copyOf(ours);
    this.current = current;
  }

  /** The first target in one of the systems; empty if nobody has mapped the code to one of them. */
  public Optional<Coding> translate(String system, String code, Set<String> targetSystems) {
    return in(ours, system, code, targetSystems)
        .or(() ->
            in(
                current.naming(ConceptMap.class, "source-system", system),
                system,
                code,
                targetSystems));
  }

  /**
   * Whether a map says that the code has no target in one of the systems, by the equivalence {@code
   * unmatched}. A group of such codes only may name no target.
   */
  public boolean isUnmatched(String system, String code, Set<String> targetSystems) {
    return Stream.concat(
            ours.stream(), current.naming(ConceptMap.class, "source-system", system).stream())
        .flatMap(map ->
            elements(map, system, code, target -> target == null || targetSystems.contains(target)))
        .flatMap(each -> each.element().getTarget().stream())
        .anyMatch(each -> each.getEquivalence() == ConceptMapEquivalence.UNMATCHED);
  }

  private static Optional<Coding> in(
      List<ConceptMap> maps, String system, String code, Set<String> targetSystems) {
    return maps.stream()
        .flatMap(map ->
            elements(map, system, code, target -> target != null && targetSystems.contains(target)))
        .flatMap(each ->
            each.element().getTarget().stream()
                .filter(target ->
                    target.hasCode()
                        && target.getDependsOn().isEmpty()
                        && TAKEN.contains(target.getEquivalence()))
                .map(target ->
                    new Coding()
                        .setSystem(each.target())
                        .setCode(target.getCode())
                        .setDisplay(target.getDisplay())))
        .findFirst();
  }

  /** What is said of a code, and the system of its targets. */
  private record Element(@Nullable String target, SourceElementComponent element) {}

  private static Stream<Element> elements(
      ConceptMap map, String system, String code, Predicate<@Nullable String> target) {
    return map.getGroup().stream()
        .filter(group -> system.equals(group.getSource()) && target.test(group.getTarget()))
        .flatMap(group ->
            group.getElement().stream()
                .filter(element -> code.equals(element.getCode()))
                .map(element -> new Element(group.getTarget(), element)));
  }
}
