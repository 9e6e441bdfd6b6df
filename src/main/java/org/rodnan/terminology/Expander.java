package org.rodnan.terminology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.hl7.fhir.r4.model.UriType;
import org.hl7.fhir.r4.model.ValueSet.ConceptReferenceComponent;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionComponent;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionContainsComponent;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;
import org.rodnan.terminology.concepts.ConceptIndex;
import org.rodnan.terminology.concepts.ConceptSet;

/**
 * Lists the codes of a value set (R4, valueset.html#expansion). Code systems stand in the order in
 * which the value set first names them, the codes of one in its own order; if the value set names
 * all of them one by one, in that order. For one expansion and one thread.
 */
public final class Expander {
  /** R4 has no place for properties: that of R5, as an extension of R4. */
  private static final String PROPERTY =
      "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";

  private static final String LANGUAGES = "urn:ietf:bcp:47|";

  private static final int NESTED_MAX = 100;

  private final ExpansionRequest request;
  private final int max;
  private final List<ValueSetExpansionContainsComponent> listed = new ArrayList<>();
  private final Map<ValueSetExpansionContainsComponent, List<String>> parents =
      new IdentityHashMap<>();
  private int skip;
  private long total;

  private Expander(ExpansionRequest request, int expansionMax) {
    this.request = request;
    this.skip = request.isNested() ? 0 : request.offset();
    this.max =
        request.isPaged()
            ? Math.min(request.count().orElse(expansionMax), expansionMax)
            : expansionMax;
  }

  /**
   * Total, offset, versions used, and the codes themselves.
   *
   * @param expansionMax {@link TerminologyLimits#expansionMax}; a larger {@code count} is lowered
   *     to it
   * @throws FhirFailure.Unprocessable if there are too many for one list, or they can't be listed
   */
  public static ValueSetExpansionComponent expand(
      ValueSetCodes codes, ExpansionRequest request, int expansionMax) {
    Expander expander = new Expander(request, expansionMax);
    codes.parts().forEach(expander::add);
    ValueSetExpansionComponent expansion = new ValueSetExpansionComponent();
    if (!request.isPaged() && expander.total > expansionMax) {
      throw new FhirFailure.Unprocessable(
          IssueType.TOOCOSTLY,
          "The expansion has "
              + expander.total
              + " codes, more than rodnan.terminology.expansion-max allows, "
              + expansionMax
              + "; ask for a part of it by filter, or by count and offset");
    }
    expansion.setTotal((int) Math.min(Integer.MAX_VALUE, expander.total));
    if (request.isPaged()) {
      expansion.setOffset(request.offset());
    }
    Set<String> used = new HashSet<>();
    for (SystemCodes part : codes.parts()) {
      part.known()
          .map(KnownSystem::outline)
          .filter(outline -> outline.version() != null && used.add(outline.canonical()))
          .ifPresent(outline ->
              expansion
                  .addParameter()
                  .setName("version")
                  .setValue(new UriType(outline.canonical())));
      if (part.known().isPresent() && part.known().get() instanceof IndexedSystem indexed) {
        for (ConceptIndex supplement : indexed.supplements()) {
          expansion
              .addParameter()
              .setName("used-supplement")
              .setValue(new UriType(supplement.outline().canonical()));
        }
      }
    }
    expansion.setContains(request.isNested() ? expander.nested() : expander.listed);
    return expansion;
  }

  private void add(SystemCodes codes) {
    if (codes.isOpen() && !codes.known().filter(IndexedSystem.class::isInstance).isPresent()) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTSUPPORTED,
          "All codes of "
              + codes.system()
              + " are in the value set, and they can't be listed here");
    }
    if (codes.known().isPresent()
        && codes.known().get() instanceof IndexedSystem system
        && codes.set().isPresent()) {
      add(codes, system, codes.set().get());
    }
    if (!codes.isOpen()) {
      addOthers(codes);
    }
  }

  private void add(SystemCodes codes, IndexedSystem system, ConceptSet whole) {
    ConceptIndex index = system.index();
    ConceptSet set = whole;
    if (request.activeOnly()) {
      set = set.minus(index.inactive());
    }
    if (request.selectableOnly()) {
      set = set.minus(index.abstracts());
    }
    if (request.filter().isPresent()) {
      set = set.and(withText(codes, system, request.filter().get()));
    }
    int size = set.size();
    total += size;
    int left = max - listed.size();
    if (left > 0 && skip < size && size > 0) {
      boolean isNamed = set.minus(index.of(codes.named().keySet())).size() == 0;
      List<Concept> page = isNamed ? named(codes, index, set, left) : index.page(set, skip, left);
      for (Concept concept : page) {
        Concept supplemented = system.supplemented(concept);
        add(codes, supplemented, Optional.of(index.outline()));
      }
    }
    skip = Math.max(0, skip - size);
  }

  private List<Concept> named(SystemCodes codes, ConceptIndex index, ConceptSet set, int left) {
    return codes.named().keySet().stream()
        .filter(code -> index.contains(set, code))
        .skip(skip)
        .limit(left)
        .flatMap(code -> index.find(code).stream())
        .toList();
  }

  private static ConceptSet withText(SystemCodes codes, IndexedSystem system, String filter) {
    List<String> byOwnText =
        codes.named().entrySet().stream()
            .filter(each -> each.getValue().hasDisplay())
            .filter(each -> Concept.of(each.getKey(), each.getValue().getDisplay()).hasText(filter))
            .map(Map.Entry::getKey)
            .toList();
    return system.withText(filter).or(system.index().of(byOwnText));
  }

  private void addOthers(SystemCodes codes) {
    for (Map.Entry<String, ConceptReferenceComponent> each : codes.others().entrySet()) {
      Concept concept =
          codes
              .known()
              .flatMap(system -> system.find(each.getKey()))
              .orElse(Concept.of(each.getKey(), each.getValue().getDisplay()));
      if (request.filter().map(concept::hasText).orElse(true)) {
        total++;
        if (skip > 0) {
          skip--;
        } else if (listed.size() < max) {
          add(codes, concept, codes.known().map(KnownSystem::outline));
        }
      }
    }
  }

  private void add(SystemCodes codes, Concept concept, Optional<CodeSystemOutline> outline) {
    ValueSetExpansionContainsComponent item = new ValueSetExpansionContainsComponent();
    item.setSystem(codes.system()).setCode(concept.code());
    outline.map(CodeSystemOutline::version).ifPresent(item::setVersion);
    if (concept.isAbstract()) {
      item.setAbstract(true);
    }
    if (concept.isInactive()) {
      item.setInactive(true);
    }
    ConceptReferenceComponent own = codes.named().get(concept.code());
    item.setDisplay(display(concept, own, outline.map(CodeSystemOutline::language).orElse(null)));
    if (request.includesDesignations()) {
      if (own != null) {
        own.getDesignation().stream()
            .filter(each ->
                isWanted(each.getLanguage(), each.getUse().getSystem(), each.getUse().getCode()))
            .forEach(each -> item.addDesignation(each.copy()));
      }
      for (Concept.Designation each : concept.designations()) {
        if (isWanted(each.language(), each.useSystem(), each.useCode())) {
          item.addDesignation()
              .setLanguage(each.language())
              .setUse(use(each))
              .setValue(each.value());
        }
      }
    }
    for (Concept.Property property : concept.properties()) {
      if (request.properties().contains(property.code())) {
        var extension = item.addExtension().setUrl(PROPERTY);
        extension.addExtension("code", new CodeType(property.code()));
        extension.addExtension("value", value(property));
      }
    }
    listed.add(item);
    parents.put(item, concept.parents());
  }

  /** The use of a designation, if it has one. */
  public static @Nullable Coding use(Concept.Designation designation) {
    return designation.useCode() == null
        ? null
        : new Coding(designation.useSystem(), designation.useCode(), designation.useDisplay());
  }

  /** The value as a FHIR type. */
  public static Type value(Concept.Property property) {
    return switch (property.type()) {
      case "code" -> new CodeType(property.value());
      case "Coding" -> new Coding(property.system(), property.value(), property.display());
      case "integer" -> new IntegerType(property.value());
      case "boolean" -> new BooleanType(property.value());
      case "dateTime" -> new DateTimeType(property.value());
      case "decimal" -> new DecimalType(property.value());
      default -> new StringType(property.value());
    };
  }

  private @Nullable String display(
      Concept concept, @Nullable ConceptReferenceComponent own, @Nullable String language) {
    if (request.language().isPresent()) {
      String wanted = request.language().get();
      if (own != null) {
        Optional<String> designation =
            own.getDesignation().stream()
                .filter(each -> ConceptTexts.isIn(wanted, each.getLanguage()))
                .map(each -> each.getValue())
                .findFirst();
        if (designation.isPresent()) {
          return designation.get();
        }
      }
      Optional<String> text = ConceptTexts.in(wanted, concept, language);
      if (text.isPresent()) {
        return text.get();
      }
    }
    return own != null && own.hasDisplay() ? own.getDisplay() : concept.display();
  }

  private boolean isWanted(
      @Nullable String language, @Nullable String useSystem, @Nullable String useCode) {
    return request.designations().isEmpty()
        || request.designations().stream()
            .anyMatch(wanted ->
                wanted.startsWith(LANGUAGES)
                    ? ConceptTexts.isIn(wanted.substring(LANGUAGES.length()), language)
                    : wanted.equals(useSystem + "|" + useCode));
  }

  /** Each item inside the first of its parents that is listed too. */
  private List<ValueSetExpansionContainsComponent> nested() {
    Map<String, ValueSetExpansionContainsComponent> byCode = new LinkedHashMap<>();
    listed.forEach(item -> byCode.put(key(item, item.getCode()), item));
    Map<ValueSetExpansionContainsComponent, ValueSetExpansionContainsComponent> placed =
        new IdentityHashMap<>();
    List<ValueSetExpansionContainsComponent> roots = new ArrayList<>();
    for (ValueSetExpansionContainsComponent item : listed) {
      ValueSetExpansionContainsComponent parent =
          parents.getOrDefault(item, List.of()).stream()
              .map(code -> byCode.get(key(item, code)))
              .filter(found -> found != null && !isInside(found, item, placed))
              .findFirst()
              .orElse(null);
      if (parent == null) {
        roots.add(item);
      } else {
        placed.put(item, parent);
        parent.addContains(item);
      }
    }
    requireShallow(roots);
    return roots;
  }

  /** What is nested deeper can't be written as JSON, let alone be read. */
  private static void requireShallow(List<ValueSetExpansionContainsComponent> roots) {
    List<ValueSetExpansionContainsComponent> level = roots;
    for (int depth = 0; !level.isEmpty(); depth++) {
      if (depth == NESTED_MAX) {
        throw new FhirFailure.Unprocessable(
            IssueType.TOOCOSTLY,
            "The expansion is nested deeper than "
                + NESTED_MAX
                + " concepts, the most that excludeNested=false allows; ask for it without that,"
                + " or for a part of it by filter");
      }
      level = level.stream().flatMap(item -> item.getContains().stream()).toList();
    }
  }

  private static String key(ValueSetExpansionContainsComponent item, String code) {
    return item.getSystem() + "|" + item.getVersion() + "|" + code;
  }

  /** Code systems may have circles. */
  private static boolean isInside(
      ValueSetExpansionContainsComponent item,
      ValueSetExpansionContainsComponent other,
      Map<ValueSetExpansionContainsComponent, ValueSetExpansionContainsComponent> placed) {
    for (ValueSetExpansionContainsComponent at = item; at != null; at = placed.get(at)) {
      if (at == other) {
        return true;
      }
    }
    return false;
  }
}
