package org.rodnan.terminology;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.CodeSystemContentMode;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ConceptReferenceComponent;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetComponent;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetFilterComponent;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionContainsComponent;
import org.rodnan.fhir.FhirFailure;

/**
 * What is in a value set (R4, valueset.html#compositions): by its composition, or by its expansion
 * if it has no composition. A code system that is included whole need not be known code by code.
 * Immutable.
 */
public final class ValueSetMembers {
  private static final int DEPTH_MAX = 16;

  private final Map<String, Set<String>> codes = new LinkedHashMap<>();

  /** Whole systems, each with the codes that are left out. */
  private final Map<String, Set<String>> systems = new LinkedHashMap<>();

  private ValueSetMembers() {}

  /**
   * @throws FhirFailure.Malformed if what it is made of isn't known here
   */
  public static ValueSetMembers of(ValueSet valueSet, DefinitionSource source) {
    return of(valueSet, source, 0, new Work(String.valueOf(valueSet.getUrl())));
  }

  /** By system, the codes that are in; a system of {@link #systems} is not among them. */
  public Map<String, Set<String>> codes() {
    return codes;
  }

  /** Systems all of whose codes are in, each with the codes that are not. */
  public Map<String, Set<String>> systems() {
    return systems;
  }

  private static ValueSetMembers of(
      ValueSet valueSet, DefinitionSource source, int depth, Work work) {
    work.take();
    if (depth > DEPTH_MAX) {
      throw unknown(valueSet.getUrl(), "value sets refer to each other more than 16 deep");
    }
    ValueSetMembers all = new ValueSetMembers();
    if (!valueSet.hasCompose()) {
      valueSet.getExpansion().getContains().forEach(all::add);
      return all;
    }
    for (ConceptSetComponent include : valueSet.getCompose().getInclude()) {
      all.addAll(of(valueSet, include, source, depth, work));
    }
    for (ConceptSetComponent exclude : valueSet.getCompose().getExclude()) {
      all.removeAll(of(valueSet, exclude, source, depth, work));
    }
    return all;
  }

  /**
   * Bounds the work for one value set: imports may multiply, and a regular expression may try every
   * way to read a text.
   */
  private static final class Work {
    private static final int STEPS_MAX = 5_000_000;

    /** Longer texts are not compared: matching may go as deep as the text is long. */
    private static final int TEXT_CHARS_MAX = 1_000;

    private final String url;
    private int steps;

    Work(String url) {
      this.url = url;
    }

    void take() {
      if (++steps > STEPS_MAX) {
        throw new FhirFailure.Malformed(
            IssueType.TOOCOSTLY,
            "The value set " + url + " can't be worked out here: it takes too many steps");
      }
    }

    CharSequence read(String text) {
      return new Read(
          this, text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX));
    }

    /** Every look at a character is a step. */
    private record Read(Work work, String text) implements CharSequence {
      @Override
      public int length() {
        return text.length();
      }

      @Override
      public char charAt(int index) {
        work.take();
        return text.charAt(index);
      }

      @Override
      public CharSequence subSequence(int start, int end) {
        return new Read(work, text.substring(start, end));
      }

      @Override
      public String toString() {
        return text;
      }
    }
  }

  private static FhirFailure.Malformed unknown(String url, String why) {
    return new FhirFailure.Malformed(
        IssueType.NOTSUPPORTED, "The value set " + url + " can't be worked out here: " + why);
  }

  private void add(ValueSetExpansionContainsComponent contained) {
    if (contained.hasCode() && contained.hasSystem() && !contained.getAbstract()) {
      add(contained.getSystem(), contained.getCode());
    }
    contained.getContains().forEach(this::add);
  }

  private void add(String system, String code) {
    codes.computeIfAbsent(system, key -> new LinkedHashSet<>()).add(code);
  }

  /** One include: what is in all that it names. */
  private static ValueSetMembers of(
      ValueSet whole, ConceptSetComponent part, DefinitionSource source, int depth, Work work) {
    ValueSetMembers found = null;
    if (part.hasSystem()) {
      found = ofSystem(whole, part, source, work);
    }
    for (CanonicalType imported : part.getValueSet()) {
      ValueSet other =
          source
              .valueSet(imported.getValue())
              .orElseThrow(
                  () -> unknown(whole.getUrl(), imported.getValue() + " is not known here"));
      ValueSetMembers members = of(other, source, depth + 1, work);
      found = found == null ? members : found.and(members);
    }
    return found == null ? new ValueSetMembers() : found;
  }

  private static ValueSetMembers ofSystem(
      ValueSet whole, ConceptSetComponent part, DefinitionSource source, Work work) {
    ValueSetMembers found = new ValueSetMembers();
    String system = part.getSystem();
    if (part.hasConcept()) {
      for (ConceptReferenceComponent concept : part.getConcept()) {
        work.take();
        found.add(system, concept.getCode());
      }
      return found;
    }
    if (!part.hasFilter()) {
      found.systems.put(system, new LinkedHashSet<>());
      return found;
    }
    CodeSystem definition =
        source
            .codeSystem(part.hasVersion() ? system + "|" + part.getVersion() : system)
            .filter(known -> known.getContent() == CodeSystemContentMode.COMPLETE)
            .orElseThrow(
                () -> unknown(whole.getUrl(), "the codes of " + system + " are not known here"));
    CodeHierarchy hierarchy = new CodeHierarchy(definition);
    Predicate<ConceptDefinitionComponent> passes = concept -> true;
    for (ConceptSetFilterComponent filter : part.getFilter()) {
      passes = passes.and(filter(whole, filter, hierarchy, work));
    }
    hierarchy.concepts().values().stream()
        .filter(passes)
        .forEach(concept -> found.add(system, concept.getCode()));
    return found;
  }

  private static Predicate<ConceptDefinitionComponent> filter(
      ValueSet whole, ConceptSetFilterComponent filter, CodeHierarchy hierarchy, Work work) {
    String value = String.valueOf(filter.getValue());
    String property = filter.getProperty();
    return switch (filter.getOp()) {
      case ISA -> in(hierarchy.below(value));
      case DESCENDENTOF -> in(hierarchy.below(value)).and(concept -> !isCode(concept, value));
      case ISNOTA -> in(hierarchy.below(value)).negate();
      case GENERALIZES -> in(hierarchy.above(value));
      case EQUAL -> concept -> values(concept, property).contains(value);
      case IN -> concept -> !java.util.Collections.disjoint(values(concept, property), list(value));
      case NOTIN ->
          concept -> java.util.Collections.disjoint(values(concept, property), list(value));
      case EXISTS -> concept -> values(concept, property).isEmpty() != Boolean.parseBoolean(value);
      case REGEX -> {
        Pattern pattern = pattern(whole, value);
        yield concept ->
            values(concept, property).stream()
                .map(work::read)
                .anyMatch(text -> pattern.matcher(text).matches());
      }
      case NULL -> throw unknown(whole.getUrl(), "a filter has no operator");
    };
  }

  private static Pattern pattern(ValueSet whole, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw unknown(whole.getUrl(), "'" + regex + "' is no regular expression");
    }
  }

  private static Predicate<ConceptDefinitionComponent> in(Set<String> codes) {
    return concept -> codes.contains(concept.getCode());
  }

  private static boolean isCode(ConceptDefinitionComponent concept, String code) {
    return code.equals(concept.getCode());
  }

  private static List<String> list(String value) {
    return List.of(value.split("\\s*,\\s*", -1));
  }

  private static List<String> values(ConceptDefinitionComponent concept, String property) {
    return switch (property) {
      case "code", "concept" -> List.of(concept.getCode());
      case "display" -> concept.hasDisplay() ? List.of(concept.getDisplay()) : List.of();
      default ->
          concept.getProperty().stream()
              .filter(each -> property.equals(each.getCode()) && each.hasValue())
              .map(each ->
                  each.hasValueCoding()
                      ? each.getValueCoding().getCode()
                      : String.valueOf(each.getValue().primitiveValue()))
              .toList();
    };
  }

  private void addAll(ValueSetMembers other) {
    other.systems.forEach((system, without) -> {
      Set<String> before = systems.get(system);
      Set<String> left = new LinkedHashSet<>(without);
      if (before != null) {
        left.retainAll(before);
      }
      left.removeAll(codes.getOrDefault(system, Set.of()));
      codes.remove(system);
      systems.put(system, left);
    });
    other.codes.forEach((system, added) -> {
      Set<String> without = systems.get(system);
      if (without == null) {
        added.forEach(code -> add(system, code));
      } else {
        without.removeAll(added);
      }
    });
  }

  private void removeAll(ValueSetMembers other) {
    for (String system : Set.copyOf(codes.keySet())) {
      codes.computeIfPresent(system, (key, mine) -> without(mine, code -> other.has(key, code)));
    }
    for (String system : Set.copyOf(systems.keySet())) {
      Set<String> left = other.systems.get(system);
      if (left != null) {
        // Both have the whole system: what remains is what the other leaves out.
        Set<String> mine = systems.remove(system);
        left.stream()
            .filter(code -> mine == null || !mine.contains(code))
            .forEach(code -> add(system, code));
      } else {
        systems.getOrDefault(system, Set.of()).addAll(other.codes.getOrDefault(system, Set.of()));
      }
    }
  }

  private static Set<String> without(Set<String> codes, Predicate<String> unwanted) {
    Set<String> left = new LinkedHashSet<>(codes);
    left.removeIf(unwanted);
    return left;
  }

  private ValueSetMembers and(ValueSetMembers other) {
    ValueSetMembers both = new ValueSetMembers();
    codes.forEach((system, mine) ->
        mine.stream()
            .filter(code -> other.has(system, code))
            .forEach(code -> both.add(system, code)));
    other.codes.forEach((system, theirs) ->
        theirs.stream().filter(code -> has(system, code)).forEach(code -> both.add(system, code)));
    systems.forEach((system, without) -> {
      Set<String> theirs = other.systems.get(system);
      if (theirs != null) {
        Set<String> left = new LinkedHashSet<>(without);
        left.addAll(theirs);
        both.systems.put(system, left);
      }
    });
    return both;
  }

  private boolean has(String system, String code) {
    Set<String> without = systems.get(system);
    return without == null
        ? codes.getOrDefault(system, Set.of()).contains(code)
        : !without.contains(code);
  }
}
