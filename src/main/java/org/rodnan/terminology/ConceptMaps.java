package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.ConceptMap.ConceptMapGroupComponent;
import org.hl7.fhir.r4.model.ConceptMap.SourceElementComponent;
import org.hl7.fhir.r4.model.ConceptMap.TargetElementComponent;
import org.hl7.fhir.r4.model.Enumerations.ConceptMapEquivalence;

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

  private static Optional<Coding> in(
      List<ConceptMap> maps, String system, String code, Set<String> targetSystems) {
    for (ConceptMap map : maps) {
      for (ConceptMapGroupComponent group : map.getGroup()) {
        if (system.equals(group.getSource()) && targetSystems.contains(group.getTarget())) {
          for (SourceElementComponent element : group.getElement()) {
            if (code.equals(element.getCode())) {
              Optional<TargetElementComponent> target =
                  element.getTarget().stream()
                      .filter(each ->
                          each.hasCode()
                              && each.getDependsOn().isEmpty()
                              && TAKEN.contains(each.getEquivalence()))
                      .findFirst();
              if (target.isPresent()) {
                return target.map(each ->
                    new Coding()
                        .setSystem(group.getTarget())
                        .setCode(each.getCode())
                        .setDisplay(each.getDisplay()));
              }
            }
          }
        }
      }
    }
    return Optional.empty();
  }
}
