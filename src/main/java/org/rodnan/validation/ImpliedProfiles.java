package org.rodnan.validation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.model.CodeSystem;
import org.hl7.fhir.r5.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r5.model.CodeableConcept;
import org.hl7.fhir.r5.model.Coding;
import org.hl7.fhir.r5.model.DataType;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.Enumerations.BindingStrength;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.model.ValueSet;
import org.hl7.fhir.r5.model.ValueSet.ConceptSetComponent;
import org.jspecify.annotations.Nullable;
import org.rodnan.validation.compiled.Coded;
import org.rodnan.validation.compiled.ReferenceTarget;

/**
 * The profiles that a resource must keep because of what it is coded as, whether or not it claims
 * them: an Observation with an mRSS code is an mRSS. Immutable.
 *
 * <p>The rule is read from the profiles themselves. A profile implies itself for a resource if it
 * fixes or requires codes for {@code code}, or for a mandatory slice of {@code category}, and the
 * resource has one of these in each such element; and if the resource's {@code subject} is of a
 * type that the profile allows or can't be told. So a published mean on a Group is not taken for a
 * patient's score. Profiles that fix no codes, such as that of ResearchStudy, are never implied:
 * the server holds other studies too.
 */
final class ImpliedProfiles {
  private static final List<String> CODED = List.of("code", "category");

  /** By type, then by each of the codes of which one is required in one of the elements. */
  private final Map<String, Map<Code, List<Rule>>> rulesByType = new HashMap<>();

  ImpliedProfiles(ProfileContext context) {
    for (StructureDefinition profile : context.ourProfiles()) {
      if (!"Extension".equals(profile.getType())) {
        ruleOf(profile, context)
            .ifPresent(rule ->
                put(rule, rulesByType.computeIfAbsent(profile.getType(), type -> new HashMap<>())));
      }
    }
  }

  private static void put(Rule rule, Map<Code, List<Rule>> rules) {
    for (Code code : rule.codes().values().iterator().next()) {
      rules.computeIfAbsent(code, of -> new ArrayList<>()).add(rule);
    }
  }

  /** Canonical addresses of the profiles implied by one resource, contained ones not looked at. */
  List<String> of(String type, Coded resource) {
    Map<Code, List<Rule>> rules = rulesByType.get(type);
    if (rules == null) {
      return List.of();
    }
    List<String> profiles = new ArrayList<>(2);
    for (String element : CODED) {
      for (Coded concept : resource.objects(element)) {
        for (Coded coding : concept.objects("coding")) {
          for (Rule rule : rules.getOrDefault(Code.of(coding), List.of())) {
            if (!profiles.contains(rule.profile()) && rule.appliesTo(resource)) {
              profiles.add(rule.profile());
            }
          }
        }
      }
    }
    return profiles;
  }

  private static Optional<Rule> ruleOf(StructureDefinition profile, ProfileContext context) {
    Map<String, Set<Code>> codes = new HashMap<>();
    Set<String> subjectTypes = Set.of();
    String type = profile.getType();
    for (ElementDefinition element : profile.getSnapshot().getElement()) {
      String path = element.getPath();
      boolean isMandatorySlice = element.hasSliceName() && element.getMin() > 0;
      if (path.equals(type + ".code") || path.equals(type + ".category") && isMandatorySlice) {
        Set<Code> required = requiredCodes(element, context);
        if (!required.isEmpty()) {
          codes.put(path.substring(type.length() + 1), required);
        }
      } else if (path.equals(type + ".subject")) {
        subjectTypes = targetTypes(element);
      }
    }
    return codes.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rule(profile.getUrl(), Map.copyOf(codes), subjectTypes));
  }

  private static Set<Code> requiredCodes(ElementDefinition element, ProfileContext context) {
    DataType exact = element.hasPattern() ? element.getPattern() : element.getFixed();
    if (exact instanceof CodeableConcept concept) {
      return concept.getCoding().stream().map(Code::of).collect(Collectors.toSet());
    }
    if (!element.hasBinding() || element.getBinding().getStrength() != BindingStrength.REQUIRED) {
      return Set.of();
    }
    ValueSet valueSet = context.fetchResource(ValueSet.class, element.getBinding().getValueSet());
    Set<Code> codes = new HashSet<>();
    if (valueSet != null) {
      for (ConceptSetComponent include : valueSet.getCompose().getInclude()) {
        include.getConcept().forEach(c -> codes.add(new Code(include.getSystem(), c.getCode())));
        CodeSystem system = context.fetchCodeSystem(include.getSystem());
        if (!include.hasConcept() && system != null) {
          for (ConceptDefinitionComponent concept : system.getConcept()) {
            codes.add(new Code(include.getSystem(), concept.getCode()));
          }
        }
      }
    }
    return codes;
  }

  private static Set<String> targetTypes(ElementDefinition element) {
    return element.getType().stream()
        .flatMap(type -> type.getTargetProfile().stream())
        .map(CanonicalType::getValue)
        .map(address -> address.substring(address.lastIndexOf('/') + 1))
        .collect(Collectors.toSet());
  }

  private record Code(@Nullable String system, @Nullable String code) {
    static Code of(Coding coding) {
      return new Code(coding.getSystem(), coding.getCode());
    }

    static Code of(Coded coding) {
      return new Code(coding.text("system"), coding.text("code"));
    }
  }

  private record Rule(String profile, Map<String, Set<Code>> codes, Set<String> subjectTypes) {
    boolean appliesTo(Coded resource) {
      for (Map.Entry<String, Set<Code>> required : codes.entrySet()) {
        if (!isCodedAs(resource, required.getKey(), required.getValue())) {
          return false;
        }
      }
      return isOnSubject(resource);
    }

    private static boolean isCodedAs(Coded resource, String element, Set<Code> codes) {
      for (Coded concept : resource.objects(element)) {
        for (Coded coding : concept.objects("coding")) {
          if (codes.contains(Code.of(coding))) {
            return true;
          }
        }
      }
      return false;
    }

    private boolean isOnSubject(Coded resource) {
      if (subjectTypes.isEmpty()) {
        return true;
      }
      for (Coded subject : resource.objects("subject")) {
        String type = typeOf(subject);
        if (type != null && !subjectTypes.contains(type)) {
          return false;
        }
      }
      return true;
    }

    private static @Nullable String typeOf(Coded reference) {
      String stated = reference.text("type");
      String literal = reference.text("reference");
      return stated != null || literal == null ? stated : ReferenceTarget.typeOf(literal);
    }
  }
}
