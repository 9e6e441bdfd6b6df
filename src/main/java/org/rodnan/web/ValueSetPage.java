package org.rodnan.web;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ConceptReferenceComponent;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetComponent;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetFilterComponent;

/** A value set: what it includes and excludes. */
final class ValueSetPage {
  private final Guide guide;
  private final ValueSet valueSet;

  ValueSetPage(Guide guide, ValueSet valueSet) {
    this.guide = guide;
    this.valueSet = valueSet;
  }

  String html() {
    return Layout.page(
        GuideSite.title(valueSet),
        html -> {
          GuideSite.about(html, valueSet);
          Layout.term(html, "Source", valueSet.hasCopyright() ? valueSet.getCopyright() : "");
          html.close();
          valueSet.getCompose().getInclude().forEach(set -> set(html, "Includes", set));
          valueSet.getCompose().getExclude().forEach(set -> set(html, "Excludes", set));
        });
  }

  private void set(Html html, String verb, ConceptSetComponent set) {
    html.open("h2").text(verb + " ");
    if (set.hasSystem()) {
      html.text("codes of ");
      GuideSite.canonical(html, guide, set.getSystem());
    } else {
      html.text("other value sets");
    }
    html.close();
    if (set.hasValueSet()) {
      html.open("ul");
      for (CanonicalType imported : set.getValueSet()) {
        html.open("li").text("what is in ");
        GuideSite.canonical(html, guide, imported.getValue());
        html.close();
      }
      html.close();
    }
    if (set.hasFilter()) {
      filters(html, set);
    }
    if (set.hasConcept()) {
      concepts(html, set);
    } else if (set.hasSystem() && !set.hasFilter()) {
      whole(html, set.getSystem());
    }
  }

  private static void filters(Html html, ConceptSetComponent set) {
    Layout.table(html, "Codes for which all of this holds", List.of("Property", "Is", "Value"));
    for (ConceptSetFilterComponent filter : set.getFilter()) {
      html.open("tr").element("td", filter.getProperty());
      html.element("td", filter.getOp().toCode()).element("td", filter.getValue()).close();
    }
    Layout.endTable(html);
  }

  /** With the words of the code system where the value set has none. */
  private void concepts(Html html, ConceptSetComponent set) {
    Map<String, ConceptDefinitionComponent> known = new HashMap<>();
    guide
        .find(set.hasSystem() ? set.getSystem() : "")
        .filter(CodeSystem.class::isInstance)
        .ifPresent(system -> collect(((CodeSystem) system).getConcept(), known));
    Layout.table(html, "Codes", List.of("Code", "Display", "Definition"));
    for (ConceptReferenceComponent concept : set.getConcept()) {
      ConceptDefinitionComponent defined =
          known.getOrDefault(concept.getCode(), new ConceptDefinitionComponent());
      String display = concept.hasDisplay() ? concept.getDisplay() : defined.getDisplay();
      html.open("tr").open("th", "scope", "row").element("code", concept.getCode()).close();
      html.element("td", display == null ? "" : display);
      html.element("td", defined.hasDefinition() ? defined.getDefinition() : "", "class", "words")
          .close();
    }
    Layout.endTable(html);
  }

  private static void collect(
      List<ConceptDefinitionComponent> concepts, Map<String, ConceptDefinitionComponent> known) {
    for (ConceptDefinitionComponent concept : concepts) {
      known.put(concept.getCode(), concept);
      collect(concept.getConcept(), known);
    }
  }

  private void whole(Html html, String system) {
    html.element("p", "All of its codes.");
    guide
        .find(system)
        .filter(CodeSystem.class::isInstance)
        .ifPresent(found -> CodeSystemPage.concepts(html, (CodeSystem) found));
  }
}
