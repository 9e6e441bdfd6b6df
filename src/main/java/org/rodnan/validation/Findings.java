package org.rodnan.validation;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.model.Base;
import org.hl7.fhir.r5.model.ElementDefinition.ElementDefinitionConstraintComponent;
import org.hl7.fhir.r5.model.Extension;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.utilities.i18n.I18nConstants;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.hl7.fhir.utilities.validation.ValidationMessage.IssueSeverity;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.Issue.Severity;

/**
 * From the messages of HL7's validator to issues that name the element, what was expected and what
 * was found. What was found against a constraint of our own profiles is told by the constraint's
 * extension {@code ssc-found}, a FHIRPath expression. Immutable.
 */
final class Findings {
  static final String OURS = "https://w3id.org/rodnan/";
  static final String FOUND = OURS + "StructureDefinition/ssc-found";
  private static final int SHOWN_MAX = 200;

  /** The validator writes ids into its paths, as comments. */
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/");

  /** What slips through where HL7's engine stumbles over an expression. */
  private static final Pattern JAVAS_WORDS =
      Pattern.compile("Cannot invoke \"[^\"]*\" because .* is null");

  private static final Set<String> UNKNOWN_PROFILE =
      Set.of(
          I18nConstants.VALIDATION_VAL_PROFILE_UNKNOWN,
          I18nConstants.VALIDATION_VAL_PROFILE_UNKNOWN_NOT_POLICY);

  private final Map<String, OurConstraint> ourConstraints = new HashMap<>();

  Findings(ProfileContext profiles) {
    for (StructureDefinition profile : profiles.ourProfiles()) {
      profile.getSnapshot().getElement().stream()
          .flatMap(element -> element.getConstraint().stream())
          .filter(constraint -> constraint.hasExtension(FOUND))
          .forEach(this::keep);
      profile.getDifferential().getElement().stream()
          .flatMap(element -> element.getConstraint().stream())
          .forEach(this::keep);
    }
  }

  private void keep(ElementDefinitionConstraintComponent constraint) {
    Extension found = constraint.getExtensionByUrl(FOUND);
    ourConstraints.put(
        constraint.getKey(),
        new OurConstraint(
            constraint.getKey(),
            constraint.getHuman(),
            found == null ? null : found.getValueStringType().getValue()));
  }

  /**
   * @param resource null if it couldn't be read
   * @return errors first, each once
   */
  List<Issue> of(
      List<ValidationMessage> messages, @Nullable Element resource, PooledValidator validator) {
    return messages.stream()
        .filter(message -> !isAboutSlicing(message))
        .map(message -> of(message, resource, validator))
        .collect(Collectors.toCollection(LinkedHashSet::new))
        .stream()
        .sorted(Comparator.comparing(Issue::severity))
        .toList();
  }

  /** That an element is in no slice of an open slicing says nothing about the resource. */
  private static boolean isAboutSlicing(ValidationMessage message) {
    return message.isSlicingHint() && message.getLevel() == IssueSeverity.INFORMATION;
  }

  private Issue of(
      ValidationMessage message, @Nullable Element resource, PooledValidator validator) {
    String location = message.getLocation() == null ? "" : message.getLocation();
    String path = COMMENT.matcher(location).replaceAll("").replace("[x]", "");
    String text = JAVAS_WORDS.matcher(message.getMessage()).replaceAll("it can't be evaluated");
    OurConstraint constraint = ourConstraints.get(constraintKey(message));
    if (constraint != null) {
      text = constraint.human() + found(constraint, path, resource, validator);
      text += " (" + constraint.key() + ")";
    }
    return new Issue(
        severity(message),
        type(message),
        text.startsWith(path) ? text : path + ": " + text,
        path.isEmpty() ? List.of() : List.of(path));
  }

  private static String constraintKey(ValidationMessage message) {
    String id = message.getInvId();
    return id == null ? "" : id.substring(id.indexOf('#') + 1);
  }

  private static String found(
      OurConstraint constraint,
      String path,
      @Nullable Element resource,
      PooledValidator validator) {
    if (constraint.found() == null || resource == null) {
      return "";
    }
    try {
      String found =
          validator.evaluate(resource, path + ".select(" + constraint.found() + ")").stream()
              .map(Findings::shown)
              .collect(Collectors.joining(", "));
      return "; found " + (found.isEmpty() ? "none" : shortened(found));
    } catch (FHIRException e) {
      return "";
    }
  }

  private static String shown(Base value) {
    return value.isPrimitive() ? String.valueOf(value.primitiveValue()) : value.fhirType();
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + " ...";
  }

  private static Severity severity(ValidationMessage message) {
    if (UNKNOWN_PROFILE.contains(String.valueOf(message.getMessageId()))) {
      return message.getMessage().contains(OURS) ? Severity.ERROR : Severity.WARNING;
    }
    return switch (message.getLevel()) {
      case FATAL -> Severity.FATAL;
      case ERROR -> Severity.ERROR;
      case WARNING -> Severity.WARNING;
      case INFORMATION, NULL -> Severity.INFORMATION;
    };
  }

  private static IssueType type(ValidationMessage message) {
    if (message.getType() == null) {
      return IssueType.INVALID;
    }
    try {
      return IssueType.fromCode(message.getType().toCode());
    } catch (FHIRException e) {
      return IssueType.PROCESSING;
    }
  }

  private record OurConstraint(String key, String human, @Nullable String found) {}
}
