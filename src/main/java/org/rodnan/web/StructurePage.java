package org.rodnan.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ElementDefinition;
import org.hl7.fhir.r4.model.ElementDefinition.ElementDefinitionConstraintComponent;
import org.hl7.fhir.r4.model.ElementDefinition.ElementDefinitionSlicingComponent;
import org.hl7.fhir.r4.model.ElementDefinition.TypeRefComponent;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.Type;

/** A profile or an extension: its elements, bindings, constraints and examples. */
final class StructurePage {
  private static final List<String> COLUMNS =
      List.of("Element", "Flags", "Card.", "Type", "Description and rules");

  /** Deeper ones stand under their parents all the same; the style has no more steps. */
  private static final int DEPTH_MAX = 6;

  private final Guide guide;
  private final StructureDefinition profile;

  StructurePage(Guide guide, StructureDefinition profile) {
    this.guide = guide;
    this.profile = profile;
  }

  static String contexts(StructureDefinition extension) {
    return extension.getContext().stream()
        .map(StructureDefinition.StructureDefinitionContextComponent::getExpression)
        .collect(Collectors.joining(", "));
  }

  String html() {
    return Layout.page(
        GuideSite.title(profile),
        html -> {
          GuideSite.about(html, profile);
          Layout.term(html, "On", profile.getType());
          html.element("dt", "Based on").open("dd");
          GuideSite.canonical(html, guide, profile.getBaseDefinition());
          html.close();
          Layout.term(html, "Where it may stand", contexts(profile));
          Layout.term(html, "Source", profile.hasCopyright() ? profile.getCopyright() : "");
          html.close();
          elements(html);
          bindings(html);
          constraints(html);
          examples(html);
        });
  }

  private void elements(Html html) {
    Map<String, ElementDefinition> snapshot =
        profile.getSnapshot().getElement().stream()
            .collect(
                Collectors.toMap(
                    ElementDefinition::getId, Function.identity(), (first, second) -> first));
    html.element("h2", "What it says");
    Layout.table(html, "Elements that it says something about", COLUMNS);
    for (ElementDefinition element : profile.getDifferential().getElement()) {
      ElementDefinition whole = snapshot.get(element.getId());
      row(html, whole == null ? element : whole);
    }
    Layout.endTable(html);
    html.element(
        "p",
        "Flags: S must be supported, ?! changes the meaning of the rest, Σ is in summaries, C has"
            + " constraints.",
        "class",
        "note");
    html.open("details").element("summary", "All elements, those of the base too");
    Layout.table(html, "All elements", COLUMNS);
    profile.getSnapshot().getElement().forEach(element -> row(html, element));
    Layout.endTable(html);
    html.close();
  }

  private void row(Html html, ElementDefinition element) {
    String path = element.getPath();
    int depth = (int) path.chars().filter(c -> c == '.').count();
    String name = path.substring(path.lastIndexOf('.') + 1);
    html.open("tr").open("th", "scope", "row", "class", "d" + Math.min(depth, DEPTH_MAX));
    html.element(
        "code",
        element.hasSliceName() ? name + ":" + element.getSliceName() : name,
        "title",
        element.getId());
    html.close().element("td", flags(element));
    html.element("td", cardinality(element), "class", "card").open("td");
    types(html, element);
    html.close().open("td", "class", "words");
    if (element.hasShort()) {
      html.element("p", element.getShort());
    }
    rules(html, element);
    html.close().close();
  }

  private static String flags(ElementDefinition element) {
    List<String> flags = new ArrayList<>();
    if (element.getMustSupport()) {
      flags.add("S");
    }
    if (element.getIsModifier()) {
      flags.add("?!");
    }
    if (element.getIsSummary()) {
      flags.add("Σ");
    }
    if (element.getConstraint().stream().anyMatch(each -> !isUniversal(each))) {
      flags.add("C");
    }
    return String.join(" ", flags);
  }

  /** Those of every element. */
  private static boolean isUniversal(ElementDefinitionConstraintComponent constraint) {
    return constraint.getKey().startsWith("ele-")
        || constraint.getKey().startsWith("ext-")
        || constraint.getKey().startsWith("dom-");
  }

  private static String cardinality(ElementDefinition element) {
    return element.hasMax() ? element.getMin() + ".." + element.getMax() : "";
  }

  private void types(Html html, ElementDefinition element) {
    if (element.hasContentReference()) {
      html.text("as ").element("code", element.getContentReference().replaceFirst(".*#", ""));
      return;
    }
    String separator = "";
    for (TypeRefComponent type : element.getType()) {
      html.text(separator).text(type.getCode().replaceFirst("http://hl7.org/fhirpath/System.", ""));
      separator = " | ";
      List<CanonicalType> targets =
          type.hasTargetProfile() ? type.getTargetProfile() : type.getProfile();
      String inner = "(";
      for (CanonicalType target : targets) {
        html.text(inner);
        inner = " | ";
        String address = target.getValue();
        if (guide.find(address).isPresent()) {
          GuideSite.canonical(html, guide, address);
        } else {
          html.text(address.substring(address.lastIndexOf('/') + 1));
        }
      }
      if (!targets.isEmpty()) {
        html.text(")");
      }
    }
  }

  private void rules(Html html, ElementDefinition element) {
    if (element.hasSlicing()) {
      rule(html, "Slices", slicing(element.getSlicing()));
    }
    if (element.hasFixed()) {
      rule(html, "Fixed", value(element.getFixed()));
    }
    if (element.hasPattern()) {
      rule(html, "Pattern", value(element.getPattern()));
    }
    if (element.hasMinValue()) {
      rule(html, "At least", value(element.getMinValue()));
    }
    if (element.hasMaxValue()) {
      rule(html, "At most", value(element.getMaxValue()));
    }
    if (element.hasBinding() && element.getBinding().hasValueSet()) {
      html.open("p").element("strong", "Binding").text(" ");
      html.text(element.getBinding().getStrength().toCode()).text(": ");
      GuideSite.canonical(html, guide, element.getBinding().getValueSet());
      html.close();
    }
  }

  private static void rule(Html html, String name, String text) {
    html.open("p").element("strong", name).text(" ").element("code", text).close();
  }

  private static String slicing(ElementDefinitionSlicingComponent slicing) {
    return slicing.getDiscriminator().stream()
            .map(each -> each.getType().toCode() + " of " + each.getPath())
            .collect(Collectors.joining(", "))
        + " ("
        + slicing.getRules().toCode()
        + (slicing.getOrdered() ? ", ordered)" : ")");
  }

  private static String value(Type type) {
    return switch (type) {
      case PrimitiveType<?> primitive -> primitive.asStringValue();
      case Coding coding -> coding(coding);
      case CodeableConcept concept ->
          concept.getCoding().stream().map(StructurePage::coding).collect(Collectors.joining(", "));
      case Quantity quantity ->
          (quantity.hasValue() ? quantity.getValue().toPlainString() + " " : "")
              + (quantity.hasCode() ? quantity.getCode() : "")
              + (quantity.hasSystem() ? " of " + quantity.getSystem() : "");
      default -> type.fhirType();
    };
  }

  private static String coding(Coding coding) {
    return (coding.hasSystem() ? coding.getSystem() + "|" : "") + coding.getCode();
  }

  private void bindings(Html html) {
    List<ElementDefinition> bound =
        profile.getSnapshot().getElement().stream()
            .filter(each -> each.hasBinding() && each.getBinding().hasValueSet())
            .toList();
    if (bound.isEmpty()) {
      return;
    }
    html.element("h2", "Bindings");
    Layout.table(html, "Codes that elements take", List.of("Element", "Strength", "Value set"));
    for (ElementDefinition element : bound) {
      html.open("tr").open("th", "scope", "row").element("code", element.getId()).close();
      html.element("td", element.getBinding().getStrength().toCode()).open("td");
      GuideSite.canonical(html, guide, element.getBinding().getValueSet());
      html.close().close();
    }
    Layout.endTable(html);
  }

  private void constraints(Html html) {
    List<ElementDefinition> constrained =
        profile.getDifferential().getElement().stream()
            .filter(ElementDefinition::hasConstraint)
            .toList();
    if (constrained.isEmpty()) {
      return;
    }
    html.element("h2", "Constraints");
    Layout.table(
        html,
        "Constraints of its own, besides those of the base",
        List.of("Key", "Severity", "What must hold", "Element", "FHIRPath"));
    for (ElementDefinition element : constrained) {
      for (ElementDefinitionConstraintComponent constraint : element.getConstraint()) {
        html.open("tr").open("th", "scope", "row").element("code", constraint.getKey()).close();
        html.element("td", constraint.getSeverity().toCode());
        html.element("td", constraint.getHuman(), "class", "words");
        html.open("td").element("code", element.getId()).close();
        html.open("td").element("code", String.valueOf(constraint.getExpression())).close().close();
      }
    }
    Layout.endTable(html);
  }

  private void examples(Html html) {
    List<GuideExample> examples = guide.examplesOf(profile);
    if (examples.isEmpty()) {
      return;
    }
    html.element("h2", "Examples");
    Layout.table(html, "Examples", List.of("Name", "Verdict", "Why"));
    for (GuideExample example : examples) {
      html.open("tr").open("th", "scope", "row");
      Layout.link(html, GuideSite.path(example), example.name());
      html.close().element("td", example.isValid() ? "valid" : "invalid");
      html.element("td", example.why().orElse(""), "class", "words").close();
    }
    Layout.endTable(html);
  }
}
