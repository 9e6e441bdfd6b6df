package org.rodnan.terminology;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ConceptReferenceComponent;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetComponent;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetFilterComponent;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionContainsComponent;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.terminology.concepts.Concept;
import org.rodnan.terminology.concepts.ConceptIndex;
import org.rodnan.terminology.concepts.ConceptSet;

/**
 * Works out what is in a value set (R4, valueset.html#compositions): by its composition, or by its
 * expansion if it has no composition. For one value set and one thread.
 */
final class ValueSetReader {
  private static final int DEPTH_MAX = 16;
  private static final String SNOMED = "http://snomed.info/sct";

  private final Terminology terminology;
  private final SystemVersions versions;
  private final Work work;
  private final Map<String, ValueSetCodes> imported = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private final Map<String, Optional<KnownSystem>> systems = new HashMap<>();

  ValueSetReader(Terminology terminology, SystemVersions versions, Work work) {
    this.terminology = terminology;
    this.versions = versions;
    this.work = work;
  }

  /**
   * @throws FhirFailure.Malformed if what it is made of isn't known here, or takes too much work
   */
  ValueSetCodes read(ValueSet valueSet) {
    work.take();
    ValueSetCodes all = ValueSetCodes.EMPTY;
    if (!valueSet.hasCompose()) {
      return expanded(valueSet.getExpansion().getContains(), all);
    }
    boolean leavesInactive =
        valueSet.getCompose().hasInactive() && !valueSet.getCompose().getInactive();
    for (ConceptSetComponent include : valueSet.getCompose().getInclude()) {
      ValueSetCodes part = part(valueSet, include);
      all = all.or(leavesInactive ? part.withoutInactive() : part);
    }
    for (ConceptSetComponent exclude : valueSet.getCompose().getExclude()) {
      all = all.minus(part(valueSet, exclude));
    }
    return all;
  }

  private ValueSetCodes expanded(
      List<ValueSetExpansionContainsComponent> contains, ValueSetCodes before) {
    Map<List<String>, List<ConceptReferenceComponent>> bySystem = new LinkedHashMap<>();
    collect(contains, bySystem);
    ValueSetCodes all = before;
    for (Map.Entry<List<String>, List<ConceptReferenceComponent>> each : bySystem.entrySet()) {
      all =
          all.or(
              ValueSetCodes.of(named(each.getKey().get(0), each.getKey().get(1), each.getValue())));
    }
    return all;
  }

  private void collect(
      List<ValueSetExpansionContainsComponent> contains,
      Map<List<String>, List<ConceptReferenceComponent>> bySystem) {
    for (ValueSetExpansionContainsComponent each : contains) {
      work.take();
      if (each.hasCode() && each.hasSystem() && !each.getAbstract()) {
        ConceptReferenceComponent code = new ConceptReferenceComponent();
        code.setCode(each.getCode()).setDisplay(each.getDisplay());
        code.setDesignation(each.getDesignation());
        bySystem
            .computeIfAbsent(
                List.of(each.getSystem(), each.hasVersion() ? each.getVersion() : ""),
                key -> new ArrayList<>())
            .add(code);
      }
      collect(each.getContains(), bySystem);
    }
  }

  /** One include or exclude: what is in all that it names. */
  private ValueSetCodes part(ValueSet whole, ConceptSetComponent part) {
    ValueSetCodes found = null;
    if (part.hasSystem()) {
      found = ValueSetCodes.of(ofSystem(whole, part));
    }
    for (CanonicalType canonical : part.getValueSet()) {
      ValueSetCodes other = imported(whole, canonical.getValue());
      found = found == null ? other : found.and(other);
    }
    return found == null ? ValueSetCodes.EMPTY : found;
  }

  private ValueSetCodes imported(ValueSet whole, String canonical) {
    work.take();
    ValueSetCodes known = imported.get(canonical);
    if (known != null) {
      return known;
    }
    if (open.contains(canonical)) {
      throw cannot(whole, "it includes " + canonical + ", which includes itself");
    }
    if (open.size() >= DEPTH_MAX) {
      throw cannot(whole, "value sets refer to each other more than 16 deep");
    }
    ValueSet other =
        terminology
            .valueSet(canonical)
            .orElseThrow(() -> cannot(whole, canonical + " is not known here"));
    open.push(canonical);
    ValueSetCodes codes = read(other);
    open.pop();
    imported.put(canonical, codes);
    return codes;
  }

  private static FhirFailure.Malformed cannot(ValueSet valueSet, String why) {
    return new FhirFailure.Malformed(
        IssueType.NOTSUPPORTED,
        "The value set " + valueSet.getUrl() + " can't be worked out here: " + why);
  }

  private Optional<KnownSystem> system(String url, Optional<String> version) {
    return systems.computeIfAbsent(
        url + "|" + version.orElse(""), unused -> terminology.codeSystem(url, version));
  }

  private SystemCodes ofSystem(ValueSet whole, ConceptSetComponent part) {
    String url = part.getSystem();
    if (part.hasConcept()) {
      return named(url, part.getVersion(), part.getConcept());
    }
    Optional<String> version = versions.of(url, part.getVersion());
    Optional<KnownSystem> known = system(url, version);
    if (!part.hasFilter()) {
      boolean isOpen =
          known.isEmpty()
              || known.get() instanceof GrammarSystem
              || !known.get().outline().isComplete();
      return new SystemCodes(
          url, known, index(known).map(ConceptIndex::all), isOpen, Map.of(), Map.of());
    }
    IndexedSystem system =
        known
            .filter(IndexedSystem.class::isInstance)
            .map(IndexedSystem.class::cast)
            .orElseThrow(() ->
                cannot(
                    whole,
                    "the codes of "
                        + url
                        + version.map(each -> "|" + each).orElse("")
                        + " are not known here"));
    ConceptSet set = system.index().all();
    for (ConceptSetFilterComponent filter : part.getFilter()) {
      work.take();
      set = set.and(filter(whole, filter, system));
    }
    return new SystemCodes(url, known, Optional.of(set), false, Map.of(), Map.of());
  }

  private static Optional<ConceptIndex> index(Optional<KnownSystem> known) {
    return known
        .filter(IndexedSystem.class::isInstance)
        .map(system -> ((IndexedSystem) system).index());
  }

  /** Codes one by one; those that a complete code system doesn't have are left out. */
  private SystemCodes named(
      String url, String namedVersion, List<ConceptReferenceComponent> concepts) {
    work.take(concepts.size());
    Optional<KnownSystem> known = system(url, versions.of(url, namedVersion));
    Map<String, ConceptReferenceComponent> named = new LinkedHashMap<>();
    Map<String, ConceptReferenceComponent> others = new LinkedHashMap<>();
    for (ConceptReferenceComponent concept : concepts) {
      Optional<String> code =
          known.flatMap(system -> system.find(concept.getCode())).map(Concept::code);
      named.putIfAbsent(code.orElse(concept.getCode()), concept);
      boolean isListed = code.isPresent() && index(known).isPresent();
      boolean isPossible =
          code.isPresent() || known.map(system -> !system.outline().isComplete()).orElse(true);
      if (!isListed && isPossible) {
        others.putIfAbsent(concept.getCode(), concept);
      }
    }
    Optional<ConceptSet> set = index(known).map(index -> index.of(named.keySet()));
    return new SystemCodes(url, known, set, false, others, named);
  }

  private ConceptSet filter(
      ValueSet whole, ConceptSetFilterComponent filter, IndexedSystem system) {
    ConceptIndex index = system.index();
    String value = String.valueOf(filter.getValue());
    String property = filter.getProperty();
    if (filter.getOp() == null) {
      throw cannot(whole, "a filter has no operator");
    }
    return switch (filter.getOp()) {
      case ISA -> index.below(value).or(index.of(List.of(value)));
      case DESCENDENTOF -> index.below(value);
      case ISNOTA -> index.all().minus(index.below(value).or(index.of(List.of(value))));
      case GENERALIZES -> index.of(index.above(value)).or(index.of(List.of(value)));
      case EQUAL -> having(index, property, List.of(value));
      case IN -> having(index, property, list(value));
      case NOTIN -> index.all().minus(having(index, property, list(value)));
      case EXISTS ->
          Boolean.parseBoolean(value)
              ? present(index, property)
              : index.all().minus(present(index, property));
      case REGEX -> {
        Pattern pattern = pattern(whole, value);
        Predicate<String> passes = text -> pattern.matcher(work.read(text)).matches();
        yield switch (property) {
          case "code", "concept" -> index.withCode(passes);
          case "display" -> index.withDisplay(passes);
          default -> index.havingValue(property, passes);
        };
      }
      case NULL -> throw cannot(whole, "a filter has no operator");
    };
  }

  private static ConceptSet having(ConceptIndex index, String property, Collection<String> values) {
    return switch (property) {
      // Of SNOMED CT, a concept is "in" a reference set.
      case "concept", "code" ->
          index.outline().url().equals(SNOMED)
              ? index.of(values).or(index.having(TerminologyService.MEMBER_OF, values))
              : index.of(values);
      case "display" -> index.withDisplay(values::contains);
      case "parent" -> index.childrenOf(values).or(index.having(property, values));
      default -> index.having(property, values);
    };
  }

  private static ConceptSet present(ConceptIndex index, String property) {
    return switch (property) {
      case "concept", "code" -> index.all();
      case "display" -> index.withDisplay(text -> true);
      default -> index.having(property);
    };
  }

  private static Pattern pattern(ValueSet whole, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw cannot(whole, "'" + regex + "' is no regular expression");
    }
  }

  private static List<String> list(String value) {
    return List.of(value.strip().split("\\s*,\\s*", -1));
  }
}
