package org.rodnan.web;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.OperationDefinition;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.SearchParameter;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;

/** All that the guide has. */
final class GuideIndexPage {
  private GuideIndexPage() {}

  static String html(Guide guide) {
    return Layout.page(
        "Implementation guide",
        html -> {
          html.open("p", "class", "lead")
              .text("How the data of trials in systemic sclerosis look in FHIR R4. For programs: ");
          Layout.link(html, "/ig/package.tgz", "package.tgz");
          html.text(", a FHIR NPM package, " + Guide.PACKAGE + " version " + guide.version() + ".")
              .close();
          List<StructureDefinition> structures = guide.definitions(StructureDefinition.class);
          table(
              html,
              "Profiles",
              "On",
              structures.stream().filter(each -> !isExtension(each)).toList(),
              StructureDefinition::getType);
          table(
              html,
              "Extensions",
              "Where",
              structures.stream().filter(GuideIndexPage::isExtension).toList(),
              StructurePage::contexts);
          table(
              html,
              "Value sets",
              "Status",
              guide.definitions(ValueSet.class),
              each -> each.getStatus().toCode());
          table(
              html,
              "Code systems",
              "Content",
              guide.definitions(CodeSystem.class),
              each -> each.getContent().toCode());
          table(
              html,
              "Concept maps",
              "Status",
              guide.definitions(ConceptMap.class),
              each -> each.getStatus().toCode());
          table(
              html,
              "Search parameters",
              "On",
              guide.definitions(SearchParameter.class),
              each ->
                  String.join(
                      ", ", each.getBase().stream().map(PrimitiveType::asStringValue).toList()));
          table(
              html,
              "Operations",
              "Called as",
              guide.definitions(OperationDefinition.class),
              OperationPage::path);
        });
  }

  static boolean isExtension(StructureDefinition structure) {
    return structure.getType().equals("Extension");
  }

  private static <T extends MetadataResource> void table(
      Html html, String caption, String column, List<T> definitions, Function<T, String> value) {
    html.element("h2", caption);
    Layout.table(html, "There are " + definitions.size(), List.of("Name", "Description", column));
    definitions.stream()
        .sorted(Comparator.comparing(GuideSite::title))
        .forEach(each -> {
          html.open("tr").open("th", "scope", "row");
          Layout.link(html, GuideSite.path(each), GuideSite.title(each));
          String description = each.getDescription();
          html.close().element("td", description == null ? "" : description, "class", "words");
          html.element("td", value.apply(each)).close();
        });
    Layout.endTable(html);
  }
}
