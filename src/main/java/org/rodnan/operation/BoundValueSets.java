package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.ElementDefinition;
import org.hl7.fhir.r4.model.ElementDefinition.ElementDefinitionBindingComponent;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.terminology.Terminology;

/**
 * The value sets that elements are bound to, by the address of the element: {@code [url of the
 * StructureDefinition]#[id or path of the element]} ({@code context} of R4's {@code $expand} and
 * {@code $validate-code}).
 */
final class BoundValueSets {
  private static final int DERIVATIONS_MAX = 20;

  private BoundValueSets() {}

  /**
   * @throws FhirFailure.Malformed if the context is of another form
   * @throws FhirFailure.NotFound if the definition, its element, or the value set isn't known
   * @throws FhirFailure.Unprocessable if the element isn't bound to a value set
   */
  static ValueSet of(String context, Terminology terminology) {
    int hash = context.indexOf('#');
    if (hash < 1 || hash == context.length() - 1) {
      throw OperationArguments.malformed(
          "context",
          "found '"
              + context
              + "', expected the url of a StructureDefinition, # and the path of an element");
    }
    String path = context.substring(hash + 1);
    StructureDefinition definition =
        MeantDefinitions.find(StructureDefinition.class, context.substring(0, hash), terminology);
    List<ElementDefinition> elements = elements(definition, path, terminology);
    if (elements.isEmpty()) {
      throw new FhirFailure.NotFound(
          "The StructureDefinition '" + definition.getUrl() + "' has no element '" + path + "'");
    }
    return elements.stream()
        .filter(ElementDefinition::hasBinding)
        .map(ElementDefinition::getBinding)
        .filter(ElementDefinitionBindingComponent::hasValueSet)
        .findFirst()
        .map(binding -> MeantDefinitions.find(ValueSet.class, binding.getValueSet(), terminology))
        .orElseThrow(() ->
            new FhirFailure.Unprocessable(
                IssueType.INVALID,
                "The element '" + path + "' is not bound to a value set",
                "context"));
  }

  /** What says something of the element: the definition first, then what it is derived from. */
  private static List<ElementDefinition> elements(
      StructureDefinition definition, String path, Terminology terminology) {
    List<ElementDefinition> found = new ArrayList<>();
    Optional<StructureDefinition> at = Optional.of(definition);
    for (int i = 0; at.isPresent() && i < DERIVATIONS_MAX; i++) {
      StructureDefinition each = at.get();
      element(each.getSnapshot().getElement(), path)
          .or(() -> element(each.getDifferential().getElement(), path))
          .ifPresent(found::add);
      at =
          Optional.ofNullable(each.getBaseDefinition())
              .flatMap(base -> terminology.definitions().find(StructureDefinition.class, base));
    }
    return found;
  }

  /** By its id, which names slices too; otherwise the first of that path. */
  private static Optional<ElementDefinition> element(List<ElementDefinition> all, String path) {
    return all.stream()
        .filter(each -> path.equals(each.getId()))
        .findFirst()
        .or(() -> all.stream().filter(each -> path.equals(each.getPath())).findFirst());
  }
}
