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
  private final Map<String, List<Rule>> rulesByType = new HashMap<>();

  ImpliedProfiles(ProfileContext context) {
    for (StructureDefinition profile : context.ourProfiles()) {
      if (!"Extension".equals(profile.getType())) {
        ruleOf(profile, context)
            .ifPresent(rule ->
                rulesByType
                    .computeIfAbsent(profile.getType(), type -> new ArrayList<>())
                    .add(rule));
      }
    }
  }

  /** Canonical addresses of the profiles implied by one resource, contained ones not looked at. */
  List<String> of(String type, Coded resource) {
    return rulesByType.getOrDefault(type, List.of()).stream()
        .filter(rule -> rule.appliesTo(resource))
        .map(Rule::profile)
        .toList();
  }

  private static Optional<Rule> ruleOf(StructureDefinition profile, ProfileContext context) {
    Map<String, Set<String>> codes = new HashMap<>();
    Set<String> subjectTypes = Set.of();
    String type = profile.getType();
    for (ElementDefinition element : profile.getSnapshot().getElement()) {
      String path = element.getPath();
      boolean isMandatorySlice = element.hasSliceName() && element.getMin() > 0;
      if (path.equals(type + ".code") || path.equals(type + ".category") && isMandatorySlice) {
        Set<String> required = requiredCodes(element, context);
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

  private static Set<String> requiredCodes(ElementDefinition element, ProfileContext context) {
    DataType exact = element.hasPattern() ? element.getPattern() : element.getFixed();
    if (exact instanceof CodeableConcept concept) {
      return concept.getCoding().stream().map(ImpliedProfiles::key).collect(Collectors.toSet());
    }
    if (!element.hasBinding() || element.getBinding().getStrength() != BindingStrength.REQUIRED) {
      return Set.of();
    }
    ValueSet valueSet = context.fetchResource(ValueSet.class, element.getBinding().getValueSet());
    Set<String> codes = new HashSet<>();
    if (valueSet != null) {
      for (ConceptSetComponent include : valueSet.getCompose().getInclude()) {
        include.getConcept().forEach(c -> codes.add(key(include.getSystem(), c.getCode())));
        CodeSystem system = context.fetchCodeSystem(include.getSystem());
        if (!include.hasConcept() && system != null) {
          for (ConceptDefinitionComponent concept : system.getConcept()) {
            codes.add(key(include.getSystem(), concept.getCode()));
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

  private static String key(Coding coding) {
    return key(coding.getSystem(), coding.getCode());
  }

  private static String key(@Nullable String system, @Nullable String code) {
    return system + "|" + code;
  }

  private record Rule(String profile, Map<String, Set<String>> codes, Set<String> subjectTypes) {
    boolean appliesTo(Coded resource) {
      return codes.entrySet().stream()
              .allMatch(required -> isCodedAs(resource, required.getKey(), required.getValue()))
          && isOnSubject(resource);
    }

    private static boolean isCodedAs(Coded resource, String element, Set<String> codes) {
      return resource.objects(element).stream()
          .flatMap(concept -> concept.objects("coding").stream())
          .anyMatch(coding -> codes.contains(key(coding.text("system"), coding.text("code"))));
    }

    private boolean isOnSubject(Coded resource) {
      return resource.objects("subject").stream()
          .map(Rule::typeOf)
          .allMatch(type -> type == null || subjectTypes.isEmpty() || subjectTypes.contains(type));
    }

    private static @Nullable String typeOf(Coded reference) {
      String stated = reference.text("type");
      String literal = reference.text("reference");
      return stated != null || literal == null ? stated : ReferenceTarget.typeOf(literal);
    }
  }
}
