package org.rodnan.web;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.CodeSystem.ConceptPropertyComponent;
import org.hl7.fhir.r4.model.CodeSystem.PropertyComponent;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Type;

/** A code system with its concepts. */
final class CodeSystemPage {
  private static final int DEPTH_MAX = 6;

  private CodeSystemPage() {}

  static String html(CodeSystem system) {
    return Layout.page(
        GuideSite.title(system),
        html -> {
          GuideSite.about(html, system);
          Layout.term(html, "Content", system.getContent().toCode());
          Layout.term(html, "Source", system.hasCopyright() ? system.getCopyright() : "");
          html.close();
          html.element("h2", "Concepts");
          concepts(html, system);
        });
  }

  /** The concepts as a table, those below others indented. */
  static void concepts(Html html, CodeSystem system) {
    List<String> columns = new ArrayList<>(List.of("Code", "Display", "Definition"));
    system.getProperty().forEach(property -> columns.add(property.getCode()));
    Layout.table(html, "Codes of " + GuideSite.title(system), columns);
    system.getConcept().forEach(concept -> row(html, system, concept, 0));
    Layout.endTable(html);
  }

  private static void row(
      Html html, CodeSystem system, ConceptDefinitionComponent concept, int depth) {
    html.open("tr").open("th", "scope", "row", "class", "d" + Math.min(depth, DEPTH_MAX));
    html.element("code", concept.getCode()).close();
    html.element("td", concept.hasDisplay() ? concept.getDisplay() : "");
    html.element("td", concept.hasDefinition() ? concept.getDefinition() : "", "class", "words");
    for (PropertyComponent property : system.getProperty()) {
      html.element(
          "td",
          concept.getProperty().stream()
              .filter(each -> each.getCode().equals(property.getCode()))
              .map(CodeSystemPage::value)
              .collect(Collectors.joining(", ")));
    }
    html.close();
    concept.getConcept().forEach(child -> row(html, system, child, depth + 1));
  }

  private static String value(ConceptPropertyComponent property) {
    Type value = property.getValue();
    return value instanceof Coding coding ? coding.getCode() : value.primitiveValue();
  }
}
