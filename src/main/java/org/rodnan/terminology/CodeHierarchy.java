package org.rodnan.terminology;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.CodeSystem.ConceptPropertyComponent;

/**
 * Which codes of a code system stand below which (R4, codesystem.html#hierarchy): by nesting, and
 * by the properties {@code parent}, {@code child} and {@code subsumedBy}. Immutable.
 */
final class CodeHierarchy {
  private final Map<String, ConceptDefinitionComponent> concepts = new LinkedHashMap<>();
  private final Map<String, Set<String>> parents = new LinkedHashMap<>();

  CodeHierarchy(CodeSystem system) {
    system.getConcept().forEach(this::add);
    for (ConceptDefinitionComponent concept : List.copyOf(concepts.values())) {
      for (ConceptPropertyComponent property : concept.getProperty()) {
        String other = property.getValue() == null ? null : property.getValue().primitiveValue();
        if (other != null) {
          switch (String.valueOf(property.getCode())) {
            case "parent", "subsumedBy" -> link(other, concept.getCode());
            case "child" -> link(concept.getCode(), other);
            default -> {}
          }
        }
      }
    }
  }

  private void add(ConceptDefinitionComponent concept) {
    concepts.put(concept.getCode(), concept);
    for (ConceptDefinitionComponent child : concept.getConcept()) {
      link(concept.getCode(), child.getCode());
      add(child);
    }
  }

  private void link(String parent, String child) {
    parents.computeIfAbsent(child, key -> new LinkedHashSet<>()).add(parent);
  }

  /** Every concept by its code. */
  Map<String, ConceptDefinitionComponent> concepts() {
    return concepts;
  }

  /** The codes directly above. */
  Set<String> parents(String code) {
    return parents.getOrDefault(code, Set.of());
  }

  /** The code and all above it. */
  Set<String> above(String code) {
    return reached(code, parents);
  }

  private static Set<String> reached(String code, Map<String, Set<String>> next) {
    Set<String> found = new LinkedHashSet<>(List.of(code));
    Deque<String> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      for (String other : next.getOrDefault(open.remove(), Set.of())) {
        if (found.add(other)) {
          open.add(other);
        }
      }
    }
    return found;
  }
}
