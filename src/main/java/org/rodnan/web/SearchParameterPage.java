package org.rodnan.web;

import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.SearchParameter;

/** A search parameter. */
final class SearchParameterPage {
  private SearchParameterPage() {}

  static String html(SearchParameter parameter) {
    return Layout.page(
        GuideSite.title(parameter),
        html -> {
          GuideSite.about(html, parameter);
          Layout.term(html, "Parameter", parameter.getCode());
          Layout.term(html, "Type", parameter.getType().toCode());
          Layout.term(html, "On", codes(parameter.getBase()));
          Layout.term(html, "Refers to", codes(parameter.getTarget()));
          html.close().element("h2", "Expression");
          html.open("pre", "class", "wide", "tabindex", "0")
              .element("code", parameter.getExpression().replace(" | ", "\n| "))
              .close();
        });
  }

  private static String codes(java.util.List<? extends PrimitiveType<?>> codes) {
    return codes.stream().map(PrimitiveType::asStringValue).collect(Collectors.joining(", "));
  }
}
