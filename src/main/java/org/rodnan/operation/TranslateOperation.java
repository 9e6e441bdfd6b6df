package org.rodnan.operation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.ConceptMap.ConceptMapGroupComponent;
import org.hl7.fhir.r4.model.ConceptMap.ConceptMapGroupUnmappedMode;
import org.hl7.fhir.r4.model.ConceptMap.OtherElementComponent;
import org.hl7.fhir.r4.model.ConceptMap.SourceElementComponent;
import org.hl7.fhir.r4.model.ConceptMap.TargetElementComponent;
import org.hl7.fhir.r4.model.Enumerations.ConceptMapEquivalence;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.UriType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.Terminology;

/** {@code ConceptMap/$translate} (R4, conceptmap-operation-translate.html). */
final class TranslateOperation {
  private static final Set<String> NAMES =
      Set.of(
          "url",
          "conceptMap",
          "conceptMapVersion",
          "code",
          "system",
          "version",
          "source",
          "coding",
          "codeableConcept",
          "target",
          "targetsystem",
          "dependency",
          "reverse");

  /** Maps that lead to maps, for codes that the first ones don't have. */
  private static final int OTHER_MAPS_MAX = 8;

  private final OperationArguments arguments;
  private final Terminology terminology;
  private final List<ConceptMap> ours;
  private final boolean isReverse;
  private final Map<String, Coding> dependencies = new LinkedHashMap<>();
  private final List<Match> matches = new ArrayList<>();

  private record Match(
      ConceptMapEquivalence equivalence,
      @Nullable Coding concept,
      List<OtherElementComponent> products,
      @Nullable String source) {}

  private TranslateOperation(
      OperationArguments arguments, Terminology terminology, List<ConceptMap> ours) {
    this.arguments = arguments;
    this.ours = ours;
    this.terminology = terminology;
    this.isReverse = arguments.flag("reverse");
    for (ParametersParameterComponent dependency : arguments.named("dependency")) {
      addDependency(dependency);
    }
  }

  private void addDependency(ParametersParameterComponent dependency) {
    String element = null;
    List<Coding> codings = new ArrayList<>();
    for (ParametersParameterComponent part : dependency.getPart()) {
      if ("element".equals(part.getName()) && part.hasValue()) {
        element = part.getValue().primitiveValue();
      } else if ("concept".equals(part.getName()) && part.hasValue()) {
        if (part.getValue() instanceof org.hl7.fhir.r4.model.CodeableConcept concept) {
          codings.addAll(concept.getCoding());
        } else {
          throw OperationArguments.malformed("dependency", "expected a CodeableConcept as concept");
        }
      }
    }
    if (element == null || codings.isEmpty()) {
      throw OperationArguments.malformed("dependency", "expected an element and a concept");
    }
    dependencies.put(element, codings.getFirst());
  }

  /**
   * @param ours the program's own maps
   */
  static Parameters run(
      Optional<ResourceKey> key,
      OperationArguments arguments,
      Terminology terminology,
      List<ConceptMap> ours) {
    arguments.requireOnly(NAMES);
    return new TranslateOperation(arguments, terminology, ours).run(key);
  }

  private Parameters run(Optional<ResourceKey> key) {
    List<Coding> codings = codings();
    Optional<ConceptMap> named =
        MeantDefinitions.find(
            ConceptMap.class, key, arguments, "conceptMap", "conceptMapVersion", terminology);
    List<ConceptMap> maps = named.map(List::of).orElseGet(() -> maps(codings));
    for (ConceptMap map : maps) {
      if (isMeant(map)) {
        codings.forEach(coding -> translate(map, coding, 0));
      }
    }
    return answer(maps.isEmpty());
  }

  private List<Coding> codings() {
    Optional<String> code = arguments.text("code");
    Optional<Coding> coding = arguments.coding("coding");
    int forms =
        (code.isPresent() ? 1 : 0)
            + (coding.isPresent() ? 1 : 0)
            + (arguments.named("codeableConcept").isEmpty() ? 0 : 1);
    if (forms != 1) {
      throw OperationArguments.missing("one of code, coding and codeableConcept");
    }
    List<Coding> codings =
        code.map(value ->
                List.of(
                    new Coding()
                        .setSystem(arguments.text("system").orElse(null))
                        .setVersion(arguments.text("version").orElse(null))
                        .setCode(value)))
            .or(() -> coding.map(List::of))
            .orElseGet(() ->
                arguments
                    .codeableConcept("codeableConcept")
                    .map(each -> each.getCoding())
                    .orElse(List.of()));
    for (Coding each : codings) {
      if (!each.hasCode() || !each.hasSystem()) {
        throw OperationArguments.missing("a code and its system");
      }
    }
    if (codings.isEmpty()) {
      throw OperationArguments.malformed("codeableConcept", "expected a coding");
    }
    return codings;
  }

  /** The maps that have groups from the codings' systems, or to them if it is the other way. */
  private List<ConceptMap> maps(List<Coding> codings) {
    if (arguments.text("target").isEmpty()
        && arguments.text("targetsystem").isEmpty()
        && arguments.text("source").isEmpty()) {
      throw OperationArguments.missing("a url, a conceptMap, a target or a targetsystem");
    }
    Map<String, ConceptMap> maps = new LinkedHashMap<>();
    String parameter = isReverse ? "target-system" : "source-system";
    for (Coding coding : codings) {
      ours.forEach(map -> maps.put(String.valueOf(map.getUrl()), map));
      terminology
          .definitions()
          .naming(ConceptMap.class, parameter, coding.getSystem())
          .forEach(map -> maps.put(map.getIdElement().getIdPart(), map));
    }
    return List.copyOf(maps.values());
  }

  /** The scope of the whole map, if it has one and it is asked for. */
  private boolean isMeant(ConceptMap map) {
    String from = isReverse ? canonical(map.getTarget()) : canonical(map.getSource());
    String to = isReverse ? canonical(map.getSource()) : canonical(map.getTarget());
    return arguments.text("source").map(each -> from == null || each.equals(from)).orElse(true)
        && arguments.text("target").map(each -> to == null || each.equals(to)).orElse(true);
  }

  private static @Nullable String canonical(org.hl7.fhir.r4.model.@Nullable Type value) {
    return value == null ? null : value.primitiveValue();
  }

  private void translate(ConceptMap map, Coding coding, int depth) {
    for (ConceptMapGroupComponent group : map.getGroup()) {
      String from = isReverse ? group.getTarget() : group.getSource();
      String to = isReverse ? group.getSource() : group.getTarget();
      if (coding.getSystem().equals(from)
          && arguments.text("targetsystem").map(each -> each.equals(to)).orElse(true)) {
        boolean isMapped = isReverse ? back(map, group, coding) : forth(map, group, coding);
        if (!isMapped && !isReverse) {
          unmapped(map, group, coding, depth);
        }
      }
    }
  }

  private boolean forth(ConceptMap map, ConceptMapGroupComponent group, Coding coding) {
    boolean isMapped = false;
    for (SourceElementComponent element : group.getElement()) {
      if (coding.getCode().equals(element.getCode())) {
        isMapped = true;
        for (TargetElementComponent target : element.getTarget()) {
          if (depends(target)) {
            Coding concept =
                target.hasCode()
                    ? new Coding(group.getTarget(), target.getCode(), target.getDisplay())
                        .setVersion(group.getTargetVersion())
                    : null;
            add(target.getEquivalence(), concept, target.getProduct(), map);
          }
        }
      }
    }
    return isMapped;
  }

  private boolean back(ConceptMap map, ConceptMapGroupComponent group, Coding coding) {
    for (SourceElementComponent element : group.getElement()) {
      for (TargetElementComponent target : element.getTarget()) {
        if (coding.getCode().equals(target.getCode()) && depends(target)) {
          Coding concept =
              new Coding(group.getSource(), element.getCode(), element.getDisplay())
                  .setVersion(group.getSourceVersion());
          add(inverse(target.getEquivalence()), concept, List.of(), map);
        }
      }
    }
    return true;
  }

  private static ConceptMapEquivalence inverse(@Nullable ConceptMapEquivalence equivalence) {
    return switch (equivalence) {
      case WIDER -> ConceptMapEquivalence.NARROWER;
      case NARROWER -> ConceptMapEquivalence.WIDER;
      case SUBSUMES -> ConceptMapEquivalence.SPECIALIZES;
      case SPECIALIZES -> ConceptMapEquivalence.SUBSUMES;
      case null -> ConceptMapEquivalence.RELATEDTO;
      default -> equivalence;
    };
  }

  /** Whether the mapping holds with the dependencies that were given. */
  private boolean depends(TargetElementComponent target) {
    return target.getDependsOn().stream()
        .allMatch(each -> {
          Coding given = dependencies.get(each.getProperty());
          return given != null
              && each.getValue().equals(given.getCode())
              && (!each.hasSystem() || each.getSystem().equals(given.getSystem()));
        });
  }

  private void unmapped(ConceptMap map, ConceptMapGroupComponent group, Coding coding, int depth) {
    ConceptMapGroupUnmappedMode mode = group.hasUnmapped() ? group.getUnmapped().getMode() : null;
    switch (mode) {
      case PROVIDED ->
          add(
              ConceptMapEquivalence.EQUAL,
              new Coding(group.getTarget(), coding.getCode(), coding.getDisplay()),
              List.of(),
              map);
      case FIXED ->
          add(
              ConceptMapEquivalence.INEXACT,
              new Coding(
                  group.getTarget(),
                  group.getUnmapped().getCode(),
                  group.getUnmapped().getDisplay()),
              List.of(),
              map);
      case OTHERMAP -> {
        if (depth >= OTHER_MAPS_MAX) {
          throw new FhirFailure.Malformed(
              "The concept map "
                  + map.getUrl()
                  + " leads to other maps more than "
                  + OTHER_MAPS_MAX
                  + " times");
        }
        translate(
            MeantDefinitions.find(ConceptMap.class, group.getUnmapped().getUrl(), terminology),
            coding,
            depth + 1);
      }
      case null, default -> {
        // Nothing is said of it.
      }
    }
  }

  private void add(
      @Nullable ConceptMapEquivalence equivalence,
      @Nullable Coding concept,
      List<OtherElementComponent> products,
      ConceptMap map) {
    matches.add(
        new Match(
            equivalence == null ? ConceptMapEquivalence.RELATEDTO : equivalence,
            concept,
            products,
            map.getUrl()));
  }

  private Parameters answer(boolean isWithoutMaps) {
    Parameters answer = new Parameters();
    boolean isTranslated =
        matches.stream()
            .anyMatch(match ->
                match.concept() != null
                    && match.equivalence() != ConceptMapEquivalence.UNMATCHED
                    && match.equivalence() != ConceptMapEquivalence.DISJOINT);
    answer.addParameter("result", isTranslated);
    if (!isTranslated) {
      answer.addParameter(
          "message",
          isWithoutMaps
              ? "No concept map that is known here translates between these"
              : matches.isEmpty()
                  ? "The code is not mapped"
                  : "The code is said to have no equivalent");
    }
    for (Match match : matches) {
      ParametersParameterComponent added = answer.addParameter().setName("match");
      added.addPart().setName("equivalence").setValue(new CodeType(match.equivalence().toCode()));
      if (match.concept() != null) {
        added.addPart().setName("concept").setValue(match.concept());
      }
      for (OtherElementComponent product : match.products()) {
        ParametersParameterComponent part = added.addPart().setName("product");
        part.addPart().setName("element").setValue(new UriType(product.getProperty()));
        part.addPart()
            .setName("concept")
            .setValue(new Coding(product.getSystem(), product.getValue(), product.getDisplay()));
      }
      if (match.source() != null) {
        added.addPart().setName("source").setValue(new UriType(match.source()));
      }
    }
    return answer;
  }
}
