package org.rodnan.terminology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.ValueSet.ConceptReferenceComponent;
import org.rodnan.terminology.concepts.Concept;

/**
 * What is in a value set, code system by code system. A code system that is included whole need not
 * be known code by code, and takes no memory for each of its codes. Never changes; thread safe.
 */
public final class ValueSetCodes {
  static final ValueSetCodes EMPTY = new ValueSetCodes(Map.of());

  /** By canonical of the code system, with version if it is known here. */
  private final Map<String, SystemCodes> parts;

  private ValueSetCodes(Map<String, SystemCodes> parts) {
    this.parts = parts;
  }

  static ValueSetCodes of(SystemCodes codes) {
    String key = codes.known().map(system -> system.outline().canonical()).orElse(codes.system());
    return new ValueSetCodes(Map.of(key, codes));
  }

  Collection<SystemCodes> parts() {
    return parts.values();
  }

  ValueSetCodes or(ValueSetCodes other) {
    if (parts.isEmpty()) {
      return other;
    }
    Map<String, SystemCodes> all = new LinkedHashMap<>(parts);
    other.parts.forEach((key, codes) -> all.merge(key, codes, SystemCodes::or));
    return new ValueSetCodes(all);
  }

  ValueSetCodes and(ValueSetCodes other) {
    return withEach(other, SystemCodes::and, true);
  }

  ValueSetCodes minus(ValueSetCodes other) {
    return withEach(other, SystemCodes::minus, false);
  }

  private ValueSetCodes withEach(
      ValueSetCodes other, BinaryOperator<SystemCodes> change, boolean onlyCommon) {
    Map<String, SystemCodes> changed = new LinkedHashMap<>();
    parts.forEach((key, codes) -> {
      SystemCodes theirs = other.parts.get(key);
      if (theirs != null) {
        changed.put(key, change.apply(codes, theirs));
      } else if (!onlyCommon) {
        changed.put(key, codes);
      }
    });
    return new ValueSetCodes(changed);
  }

  ValueSetCodes withoutInactive() {
    Map<String, SystemCodes> active = new LinkedHashMap<>();
    parts.forEach((key, codes) ->
        active.put(
            key,
            codes.known().isPresent() && codes.known().get() instanceof IndexedSystem indexed
                ? codes.minus(indexed.index().inactive())
                : codes));
    return new ValueSetCodes(active);
  }

  /** Without those code systems, each named by its canonical with version or without. */
  public ValueSetCodes without(Collection<String> canonicals) {
    return new ValueSetCodes(
        parts.entrySet().stream()
            .filter(part ->
                !canonicals.contains(part.getKey())
                    && !canonicals.contains(part.getValue().system()))
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new)));
  }

  /** The code systems it has codes of, each once. */
  public List<String> systems() {
    return parts.values().stream().map(SystemCodes::system).distinct().toList();
  }

  /**
   * Whether it holds the code.
   *
   * @param version empty for any version of the code system
   */
  public boolean contains(String system, Optional<String> version, String code) {
    return parts.values().stream()
        .filter(codes -> codes.system().equals(system))
        .filter(codes ->
            version.isEmpty()
                || codes.known().isEmpty()
                || version.get().equals(codes.known().get().outline().version()))
        .anyMatch(codes -> codes.contains(code));
  }

  /** Whether it holds the code, of whatever code system. */
  public boolean contains(String code) {
    return parts.values().stream().anyMatch(codes -> codes.contains(code));
  }

  /** Whether it holds the code in any version of the code system. */
  public boolean contains(String system, String code) {
    return contains(system, Optional.empty(), code);
  }

  /**
   * Whether it holds all codes of the code system, listed or not, so that none need be looked at.
   */
  public boolean isWhole(String system) {
    return parts.values().stream()
        .anyMatch(codes ->
            codes.system().equals(system)
                && codes.isOpen()
                && codes.set().isEmpty()
                && codes.others().isEmpty());
  }

  /**
   * A code that the value set names, as it does; for those that the code system isn't known to
   * have.
   */
  public Optional<Concept> named(String system, String code) {
    return parts.values().stream()
        .filter(codes -> codes.system().equals(system))
        .flatMap(codes -> Optional.ofNullable(codes.named().get(code)).stream())
        .map(own -> withOwnTexts(own, Concept.of(code, own.getDisplay())))
        .findFirst();
  }

  /** The concept with the texts that the value set gives it. */
  public Concept withOwnTexts(String system, Concept concept) {
    return parts.values().stream()
        .filter(codes -> codes.system().equals(system))
        .flatMap(codes -> Optional.ofNullable(codes.named().get(concept.code())).stream())
        .map(own -> withOwnTexts(own, concept))
        .findFirst()
        .orElse(concept);
  }

  private static Concept withOwnTexts(ConceptReferenceComponent own, Concept concept) {
    List<Concept.Designation> designations = new ArrayList<>(concept.designations());
    if (own.hasDisplay()) {
      designations.add(Concept.Designation.of(null, own.getDisplay()));
    }
    own.getDesignation()
        .forEach(each ->
            designations.add(
                CodeSystemReader.designation(each.getLanguage(), each.getUse(), each.getValue())));
    return new Concept(
        concept.code(),
        concept.display(),
        concept.definition(),
        concept.isAbstract(),
        concept.isInactive(),
        designations,
        concept.properties(),
        concept.parents());
  }

  /** The concept as the code system has it, if it is among those whose codes are known. */
  public Optional<Concept> concept(String system, String code) {
    return parts.values().stream()
        .filter(codes -> codes.system().equals(system))
        .flatMap(codes -> codes.known().stream())
        .flatMap(known -> known.find(code).stream())
        .findFirst();
  }
}
