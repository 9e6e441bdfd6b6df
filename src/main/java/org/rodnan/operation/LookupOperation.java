package org.rodnan.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.terminology.ConceptTexts;
import org.rodnan.terminology.Expander;
import org.rodnan.terminology.KnownSystem;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;

/** {@code CodeSystem/$lookup} (R4, codesystem-operation-lookup.html). */
final class LookupOperation {
  private static final Set<String> NAMES =
      Set.of("code", "system", "version", "coding", "date", "displayLanguage", "property");

  private LookupOperation() {}

  /**
   * @throws FhirFailure.NotFound if the code system or the code is not known
   */
  static Parameters run(OperationArguments arguments, Terminology terminology) {
    arguments.requireOnly(NAMES);
    Coding coding =
        arguments
            .coding("coding")
            .orElseGet(() ->
                new Coding()
                    .setSystem(arguments.text("system").orElse(null))
                    .setVersion(arguments.text("version").orElse(null))
                    .setCode(arguments.text("code").orElse(null)));
    if (!coding.hasSystem() || !coding.hasCode()) {
      throw OperationArguments.missing("code and system, or a coding with both");
    }
    KnownSystem system =
        MeantDefinitions.system(
            coding.getSystem(), Optional.ofNullable(coding.getVersion()), terminology);
    CodeSystemOutline outline = system.outline();
    MeantDefinitions.requireKnownAt(
        arguments, Optional.ofNullable(outline.date()), outline.canonical());
    Concept concept =
        system
            .find(coding.getCode())
            .orElseThrow(() ->
                new FhirFailure.NotFound(
                    "The code '" + coding.getCode() + "' is not one of " + outline.canonical()));
    Optional<String> language = arguments.text("displayLanguage");
    Parameters answer = new Parameters();
    answer.addParameter("name", outline.name());
    if (outline.version() != null) {
      answer.addParameter("version", outline.version());
    }
    String display = ConceptTexts.of(language, concept, outline.language());
    // R4 wants one, and a code without display is its own.
    answer.addParameter("display", display == null ? concept.code() : display);
    List<String> wanted = arguments.texts("property");
    if (isWanted("designation", wanted)) {
      concept.designations().forEach(designation -> add(answer, designation));
    }
    if (concept.definition() != null && isWanted("definition", wanted)) {
      property(answer, "definition")
          .addPart()
          .setName("value")
          .setValue(new StringType(concept.definition()));
    }
    if (isWanted("inactive", wanted) && concept.isInactive() && !has(concept, "inactive")) {
      property(answer, "inactive").addPart().setName("value").setValue(new BooleanType(true));
    }
    for (Concept.Property each : concept.properties()) {
      if (isWanted(each.code(), wanted)) {
        property(answer, each.code()).addPart().setName("value").setValue(Expander.value(each));
      }
    }
    if (isWanted("parent", wanted) && !has(concept, "parent")) {
      for (String parent : concept.parents()) {
        related(answer, "parent", parent, system);
      }
    }
    if (isWanted("child", wanted) && !has(concept, "child")) {
      for (Concept child : system.children(concept.code())) {
        related(answer, "child", child.code(), system);
      }
    }
    return answer;
  }

  private static boolean has(Concept concept, String property) {
    return concept.properties().stream().anyMatch(each -> each.code().equals(property));
  }

  private static boolean isWanted(String property, List<String> wanted) {
    return wanted.isEmpty() || wanted.contains(property) || wanted.contains("*");
  }

  private static ParametersParameterComponent property(Parameters answer, String code) {
    ParametersParameterComponent property = answer.addParameter().setName("property");
    property.addPart().setName("code").setValue(new CodeType(code));
    return property;
  }

  private static void related(Parameters answer, String property, String code, KnownSystem system) {
    ParametersParameterComponent added = property(answer, property);
    added.addPart().setName("value").setValue(new CodeType(code));
    system
        .find(code)
        .map(Concept::display)
        .ifPresent(
            display -> added.addPart().setName("description").setValue(new StringType(display)));
  }

  private static void add(Parameters answer, Concept.Designation designation) {
    ParametersParameterComponent added = answer.addParameter().setName("designation");
    if (designation.language() != null) {
      added.addPart().setName("language").setValue(new CodeType(designation.language()));
    }
    Coding use = Expander.use(designation);
    if (use != null) {
      added.addPart().setName("use").setValue(use);
    }
    added.addPart().setName("value").setValue(new StringType(designation.value()));
  }
}
