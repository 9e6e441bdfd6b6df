package org.rodnan.validation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.ElementDefinition.ConstraintSeverity;
import org.hl7.fhir.r5.model.ElementDefinition.ElementDefinitionConstraintComponent;
import org.hl7.fhir.r5.model.StructureDefinition;

/**
 * Takes the slices of extensions out of a snapshot and puts constraints in their place.
 *
 * <p>The validator holds every extension against its own definition, wherever it stands. A slice
 * that names the same definition makes it do so again, once for each level of nesting, which took
 * half the time of a small Observation. What the slice adds is only how often the extension may
 * occur, and that is what the constraint says.
 */
final class ExtensionSlices {
  private ExtensionSlices() {}

  static void replace(StructureDefinition profile) {
    List<ElementDefinition> elements = profile.getSnapshot().getElement();
    List<ElementDefinition> slices = elements.stream().filter(ExtensionSlices::isSlice).toList();
    for (ElementDefinition slice : slices) {
      occurrence(profile, slice).ifPresent(parentOf(elements, slice)::addConstraint);
    }
    for (Iterator<ElementDefinition> all = elements.iterator(); all.hasNext(); ) {
      ElementDefinition element = all.next();
      if (slices.contains(element)) {
        all.remove();
      } else if (slices.stream().anyMatch(slice -> slice.getPath().equals(element.getPath()))) {
        element.setSlicing(null);
        element.setMin(0);
      }
    }
  }

  private static boolean isSlice(ElementDefinition element) {
    return element.hasSliceName()
        && (element.getPath().endsWith(".extension")
            || element.getPath().endsWith(".modifierExtension"))
        && element.getTypeFirstRep().hasProfile();
  }

  private static ElementDefinition parentOf(
      List<ElementDefinition> elements, ElementDefinition slice) {
    String parent = slice.getId().substring(0, slice.getId().lastIndexOf('.'));
    return elements.stream()
        .filter(element -> parent.equals(element.getId()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No parent of " + slice.getId()));
  }

  private static Optional<ElementDefinitionConstraintComponent> occurrence(
      StructureDefinition profile, ElementDefinition slice) {
    boolean isBounded = !"*".equals(slice.getMax());
    if (slice.getMin() == 0 && !isBounded) {
      return Optional.empty();
    }
    String element = slice.getPath().substring(slice.getPath().lastIndexOf('.') + 1);
    String url = slice.getTypeFirstRep().getProfile().getFirst().getValue();
    String count = element + ".where(url = '" + url + "').count()";
    List<String> bounds = new ArrayList<>();
    if (slice.getMin() > 0) {
      bounds.add(count + " >= " + slice.getMin());
    }
    if (isBounded) {
      bounds.add(count + " <= " + slice.getMax());
    }
    ElementDefinitionConstraintComponent constraint = new ElementDefinitionConstraintComponent();
    constraint.setKey(profile.getIdPart() + "-" + slice.getSliceName());
    constraint.setSeverity(ConstraintSeverity.ERROR);
    constraint.setHuman(
        "The extension " + url + " must be given " + times(slice.getMin(), slice.getMax()));
    constraint.setExpression(String.join(" and ", bounds));
    constraint.addExtension(Findings.FOUND, new org.hl7.fhir.r5.model.StringType(count));
    return Optional.of(constraint);
  }

  private static String times(int min, String max) {
    if (max.equals(String.valueOf(min))) {
      return "exactly " + counted(max);
    }
    return "*".equals(max) ? "at least " + counted("" + min) : "at most " + counted(max);
  }

  private static String counted(String number) {
    return number.equals("1") ? "once" : number + " times";
  }
}
