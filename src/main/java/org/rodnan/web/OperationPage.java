package org.rodnan.web;

import java.util.List;
import org.hl7.fhir.r4.model.OperationDefinition;
import org.hl7.fhir.r4.model.OperationDefinition.OperationDefinitionParameterComponent;

/** An operation with its parameters. */
final class OperationPage {
  private OperationPage() {}

  /** Such as {@code ResearchStudy/[id]/$everything}. */
  static String path(OperationDefinition operation) {
    String name = "$" + operation.getCode();
    if (!operation.hasResource()) {
      return name;
    }
    String type = operation.getResource().getFirst().asStringValue();
    return type + (operation.getInstance() ? "/[id]/" : "/") + name;
  }

  static String html(OperationDefinition operation) {
    return Layout.page(
        GuideSite.title(operation),
        html -> {
          GuideSite.about(html, operation);
          Layout.term(html, "Called as", path(operation));
          Layout.term(html, "By", operation.getAffectsState() ? "POST" : "GET or POST");
          html.close().element("h2", "Parameters");
          Layout.table(
              html, "Parameters", List.of("Name", "Use", "Card.", "Type", "Documentation"));
          operation.getParameter().forEach(parameter -> row(html, parameter, 0));
          Layout.endTable(html);
        });
  }

  private static void row(Html html, OperationDefinitionParameterComponent parameter, int depth) {
    html.open("tr").open("th", "scope", "row", "class", "d" + depth);
    html.element("code", parameter.getName()).close();
    html.element("td", parameter.getUse().toCode());
    html.element("td", parameter.getMin() + ".." + parameter.getMax(), "class", "card");
    html.element("td", parameter.hasType() ? parameter.getType() : "");
    html.element(
            "td",
            parameter.hasDocumentation() ? parameter.getDocumentation() : "",
            "class",
            "words")
        .close();
    parameter.getPart().forEach(part -> row(html, part, depth + 1));
  }
}
