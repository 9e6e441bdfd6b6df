package org.rodnan.web;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.OperationDefinition;
import org.hl7.fhir.r4.model.SearchParameter;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.jspecify.annotations.Nullable;
import org.rodnan.web.PageServlet.Content;

/**
 * The pages of the guide by path: {@code /} lists all, {@code /Type/id} is a definition, {@code
 * /example/name} an example, {@code /package.tgz} all of it for programs. Thread safe.
 */
final class GuideSite implements Function<String, Optional<Content>> {
  private final Supplier<Guide> loading;
  private @Nullable Guide guide;

  /**
   * @param loading is called once, when the first page is asked for
   */
  GuideSite(Supplier<Guide> loading) {
    this.loading = loading;
  }

  private synchronized Guide guide() {
    if (guide == null) {
      guide = loading.get();
    }
    return guide;
  }

  @Override
  public Optional<Content> apply(String path) {
    if (path.isEmpty() || path.equals("/")) {
      return Optional.of(Content.page(GuideIndexPage.html(guide())));
    }
    if (path.equals("/package.tgz")) {
      return Optional.of(new Content("application/gzip", GuidePackage.of(guide())));
    }
    List<String> parts = List.of(path.substring(1).split("/", -1));
    if (parts.size() != 2) {
      return Optional.empty();
    }
    return parts.getFirst().equals("example")
        ? Optional.ofNullable(guide().examples().get(parts.getLast()))
            .map(example -> Content.page(ExamplePage.html(example)))
        : guide()
            .find(parts.getFirst(), parts.getLast())
            .map(definition -> Content.page(html(definition)));
  }

  private String html(MetadataResource definition) {
    return switch (definition) {
      case StructureDefinition profile -> new StructurePage(guide(), profile).html();
      case ValueSet valueSet -> new ValueSetPage(guide(), valueSet).html();
      case CodeSystem system -> CodeSystemPage.html(system);
      case ConceptMap map -> ConceptMapPage.html(guide(), map);
      case SearchParameter parameter -> SearchParameterPage.html(parameter);
      case OperationDefinition operation -> OperationPage.html(operation);
      default -> throw new IllegalStateException("No page shows a " + definition.fhirType());
    };
  }

  static String path(MetadataResource definition) {
    return "/ig/" + definition.fhirType() + "/" + definition.getIdPart();
  }

  static String path(GuideExample example) {
    return "/ig/example/" + example.name();
  }

  static String title(MetadataResource definition) {
    String title = definition.getTitle();
    return title == null ? definition.getName() : title;
  }

  /** What every definition says of itself. */
  static void about(Html html, MetadataResource definition) {
    if (definition.getDescription() != null) {
      html.element("p", definition.getDescription(), "class", "lead");
    }
    html.open("dl");
    Layout.term(html, "Address", definition.getUrl());
    Layout.term(html, "Version", String.valueOf(definition.getVersion()));
    Layout.term(html, "Status", definition.getStatus().toCode());
  }

  /** A canonical address: a link if the guide has its definition. */
  static void canonical(Html html, Guide guide, String address) {
    guide
        .find(address)
        .ifPresentOrElse(
            found -> Layout.link(html, path(found), title(found)),
            () -> html.element("code", address));
  }
}
