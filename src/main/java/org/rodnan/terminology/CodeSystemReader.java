package org.rodnan.terminology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.CodeSystemContentMode;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionDesignationComponent;
import org.hl7.fhir.r4.model.CodeSystem.ConceptPropertyComponent;
import org.hl7.fhir.r4.model.CodeSystem.PropertyComponent;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;
import org.rodnan.terminology.concepts.ConceptIndex;
import org.rodnan.terminology.concepts.ConceptWriter;

/** From a CodeSystem to the index of its concepts. */
final class CodeSystemReader {
  private static final int CODE_CHARS_MAX = 1_000;
  private static final String STANDARD = "http://hl7.org/fhir/concept-properties#";

  private final CodeSystem system;
  private final CodeHierarchy hierarchy;

  /** By code of a property, what it means. */
  private final Map<String, String> meanings = new HashMap<>();

  private int ancestorsLeft;

  /**
   * @param ancestorsMax pairs of a concept and one above it
   */
  CodeSystemReader(CodeSystem system, int ancestorsMax) {
    this.system = system;
    this.hierarchy = new CodeHierarchy(system);
    this.ancestorsLeft = ancestorsMax;
    for (PropertyComponent property : system.getProperty()) {
      String uri = String.valueOf(property.getUri());
      if (uri.startsWith(STANDARD)) {
        meanings.put(property.getCode(), uri.substring(STANDARD.length()));
      }
    }
  }

  CodeSystemOutline outline() {
    CodeSystemContentMode content = system.getContent();
    return new CodeSystemOutline(
        String.valueOf(system.getUrl()),
        system.getVersion(),
        system.hasName() ? system.getName() : system.hasTitle() ? system.getTitle() : "unnamed",
        content == null ? "complete" : content.toCode(),
        // Without a statement, codes that differ in case are different.
        !system.hasCaseSensitive() || system.getCaseSensitive(),
        system.getLanguage(),
        system.getValueSet(),
        system.getDateElement().getValueAsString(),
        system.getProperty().stream().map(PropertyComponent::getCode).toList());
  }

  /** How many concepts there are. */
  int size() {
    return hierarchy.concepts().size();
  }

  /**
   * @param target gives a writer for the outline
   * @throws FhirFailure.Malformed if its hierarchy is too deep for its size
   */
  ConceptIndex index(Function<CodeSystemOutline, ConceptWriter> target) {
    try (ConceptWriter writer = target.apply(outline())) {
      for (ConceptDefinitionComponent concept : hierarchy.concepts().values()) {
        Set<String> ancestors = hierarchy.above(concept.getCode());
        ancestors.remove(concept.getCode());
        ancestorsLeft -= ancestors.size();
        if (ancestorsLeft < 0) {
          throw tooCostly("its hierarchy is deeper than rodnan.terminology.ancestors-max allows");
        }
        writer.add(concept(concept), ancestors);
      }
      return writer.finish();
    }
  }

  private FhirFailure.Malformed tooCostly(String why) {
    return new FhirFailure.Malformed(
        IssueType.TOOCOSTLY, "The code system " + system.getUrl() + " can't be used here: " + why);
  }

  private Concept concept(ConceptDefinitionComponent from) {
    if (from.getCode().length() > CODE_CHARS_MAX) {
      throw tooCostly("a code is longer than 1000 characters");
    }
    boolean isAbstract = false;
    boolean isInactive = false;
    List<Concept.Property> properties = new ArrayList<>();
    for (ConceptPropertyComponent property : from.getProperty()) {
      if (property.hasCode() && property.hasValue()) {
        Concept.Property read = property(property);
        properties.add(read);
        switch (meanings.getOrDefault(read.code(), read.code())) {
          case "notSelectable", "abstract" -> isAbstract |= read.value().equals("true");
          case "inactive" -> isInactive |= read.value().equals("true");
          case "status" ->
              isInactive |= read.value().equals("inactive") || read.value().equals("retired");
          default -> {}
        }
      }
    }
    return new Concept(
        from.getCode(),
        from.getDisplay(),
        from.getDefinition(),
        isAbstract,
        isInactive,
        from.getDesignation().stream()
            .filter(ConceptDefinitionDesignationComponent::hasValue)
            .map(designation ->
                designation(
                    designation.getLanguage(), designation.getUse(), designation.getValue()))
            .toList(),
        properties,
        List.copyOf(hierarchy.parents(from.getCode())));
  }

  static Concept.Designation designation(@Nullable String language, Coding use, String value) {
    return new Concept.Designation(
        language, use.getSystem(), use.getCode(), use.getDisplay(), value);
  }

  private static Concept.Property property(ConceptPropertyComponent from) {
    if (from.getValue() instanceof Coding coding) {
      return new Concept.Property(
          from.getCode(),
          "Coding",
          String.valueOf(coding.getCode()),
          coding.getSystem(),
          coding.getDisplay());
    }
    return new Concept.Property(
        from.getCode(),
        from.getValue().fhirType(),
        String.valueOf(from.getValue().primitiveValue()),
        null,
        null);
  }
}
