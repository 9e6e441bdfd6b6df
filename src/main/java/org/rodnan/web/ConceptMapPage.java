package org.rodnan.web;

import java.util.List;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.ConceptMap.ConceptMapGroupComponent;
import org.hl7.fhir.r4.model.ConceptMap.SourceElementComponent;
import org.hl7.fhir.r4.model.ConceptMap.TargetElementComponent;

/** A concept map: which code stands for which. */
final class ConceptMapPage {
  private ConceptMapPage() {}

  static String html(Guide guide, ConceptMap map) {
    return Layout.page(
        GuideSite.title(map),
        html -> {
          GuideSite.about(html, map);
          Layout.term(html, "Source", map.hasCopyright() ? map.getCopyright() : "");
          html.close();
          map.getGroup().forEach(group -> group(html, guide, group));
        });
  }

  private static void group(Html html, Guide guide, ConceptMapGroupComponent group) {
    html.open("h2").text("From ");
    GuideSite.canonical(html, guide, group.getSource());
    html.text(" to ");
    GuideSite.canonical(html, guide, group.getTarget());
    html.close();
    Layout.table(
        html,
        "Codes that stand for each other",
        List.of("Code", "Display", "Equivalence", "Target", "Display", "Comment"));
    for (SourceElementComponent source : group.getElement()) {
      for (TargetElementComponent target : source.getTarget()) {
        html.open("tr").open("th", "scope", "row").element("code", source.getCode()).close();
        html.element("td", source.hasDisplay() ? source.getDisplay() : "");
        html.element("td", target.getEquivalence().toCode());
        html.open("td").element("code", target.hasCode() ? target.getCode() : "").close();
        html.element("td", target.hasDisplay() ? target.getDisplay() : "");
        html.element("td", target.hasComment() ? target.getComment() : "").close();
      }
    }
    Layout.endTable(html);
  }
}
