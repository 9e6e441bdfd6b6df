package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.index.SearchParameters;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;

/**
 * A FHIR search, built with a form: the query that the form stands for, and what it finds. A query
 * that the server refuses is shown with the reason.
 */
final class QueryPage {
  private static final List<String> COLUMNS =
      List.of("Resource", "What it says", "About", "Visit", "Date", "Status");

  private final StoredResources resources;
  private final Supplier<SearchParameters> parameters;

  /**
   * @param parameters those in force, the same that the CapabilityStatement lists
   */
  QueryPage(StoredResources resources, Supplier<SearchParameters> parameters) {
    this.resources = resources;
    this.parameters = parameters;
  }

  Page page(PageRequest request) {
    SearchParameters inForce = parameters.get();
    QueryForm form = QueryForm.of(request, inForce);
    FhirQuery query = form.query();
    Found found = found(query, form.cursor());
    return new Page(
        found.failure().isPresent() ? 400 : 200,
        Layout.page(
            "Search",
            "/search",
            true,
            html -> {
              html.element(
                  "p",
                  "Build a FHIR query criterion by criterion. The parameters are those of the"
                      + " CapabilityStatement.",
                  "class",
                  "lead");
              form.write(html, inForce);
              html.element("p", "", "role", "status", "class", "unseen", "id", "said");
              html.open("div", "id", "answer");
              address(html, query, request.fhirBase());
              found
                  .failure()
                  .ifPresent(failure -> {
                    html.element("h2", "The server refuses this query");
                    FailurePage.issues(html, failure);
                  });
              found.page().ifPresent(page -> results(html, query, page));
              html.close();
              paste(html);
            }));
  }

  private record Found(Optional<SearchPage> page, Optional<FhirFailure> failure) {}

  private Found found(FhirQuery query, String cursor) {
    SearchRequest search =
        new SearchRequest(List.of(query.type()), Optional.empty(), query.parameters(), false);
    try {
      return new Found(
          Optional.of(
              cursor.isEmpty()
                  ? resources.interactions().search().search(search)
                  : resources.interactions().search().next(search, cursor)),
          Optional.empty());
    } catch (FhirFailure.Malformed | FhirFailure.NotFound | FhirFailure.TooLarge refused) {
      return new Found(Optional.empty(), Optional.of(refused));
    }
  }

  private static void address(Html html, FhirQuery query, String base) {
    html.element("h2", "The query");
    String url = "/fhir/" + query;
    html.open("p", "class", "copied").open("code", "id", "address").text("GET ");
    Layout.link(html, url, url);
    html.close().close();
    String curl = "curl -H 'Accept: application/fhir+json' '" + base + "/" + query + "'";
    html.open("p", "class", "copied").element("code", curl, "id", "curl");
    html.element("button", "Copy", "type", "button", "hidden", "hidden", "data-copy", "curl");
    html.close();
  }

  private static void results(Html html, FhirQuery query, SearchPage page) {
    String total = page.total().isEmpty() ? "Results" : counted(page.total().getAsLong());
    html.element("h2", total, "id", "total");
    page.issues().forEach(issue -> html.element("p", issue.diagnostics(), "class", "note"));
    if (page.entries().isEmpty()) {
      html.element("p", "Nothing matches. Take a criterion away, or change its value.");
      return;
    }
    Layout.table(html, "Resources found", COLUMNS);
    for (SearchPage.Entry entry : page.entries()) {
      row(html, StoredResource.of(entry), entry.mode() == SearchPage.Mode.INCLUDE);
    }
    Layout.endTable(html);
    page.next()
        .ifPresent(cursor -> {
          html.open("p", "class", "actions");
          Layout.link(
              html,
              query.page() + "&cursor=" + FhirQuery.encoded(cursor),
              "Next " + query.first("_count").orElse("") + " results");
          html.close();
        });
  }

  private static String counted(long total) {
    return total == 1 ? "1 resource found" : String.format("%,d resources found", total);
  }

  private static void row(Html html, StoredResource resource, boolean isIncluded) {
    JsonNode json = resource.json();
    html.open("tr").open("th", "scope", "row");
    Layout.link(html, resource.path(), resource.key().toString());
    if (isIncluded) {
      html.text(" (included)");
    }
    if (resource.isSynthetic()) {
      html.text(" ");
      Layout.synthetic(html);
    }
    html.close().element("td", ResourceText.what(json), "class", "words").open("td");
    String subject = ResourceText.subject(json);
    if (!subject.isEmpty()) {
      ResourceTree.reference(html, subject, "");
    }
    html.close()
        .element("td", ResourceText.visit(json), "class", "card")
        .element("td", ResourceText.date(json), "class", "card")
        .element("td", json.path("status").asText())
        .close();
  }

  private static void paste(Html html) {
    html.element("h2", "Or begin with a query that you have")
        .open("form", "action", "/search", "class", "row");
    Fields.text(html, "url", "FHIR query", "", "Observation?code=mrss-total&value-quantity=ge30");
    html.element("button", "Take it apart", "type", "submit").close();
  }
}
