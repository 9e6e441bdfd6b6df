package org.rodnan.web;

/** What a person sees who opens the server in a browser. */
final class HomePage {
  private HomePage() {}

  static String html(StudiesPage studies) {
    return Layout.page(
        "Rodnan",
        "/",
        false,
        html -> {
          html.element(
              "p",
              "The trial data of systemic sclerosis: studies, their subjects and measurements,"
                  + " checked against FHIR R4 profiles. Programs talk to the server below /fhir.",
              "class",
              "lead");
          html.element("h2", "Studies");
          studies.table(html);
          html.element("h2", "Where to go");
          html.open("ul", "class", "cards");
          item(html, "/search", "Search", "build a FHIR query and see what it finds");
          item(html, "/cohort", "Cohort", "add criteria and see who remains after each");
          item(html, "/ig/", "Implementation guide", "profiles, value sets, codes, examples");
          item(html, "/fhir/swagger-ui/", "Try the interface", "every interaction, in the browser");
          item(html, "/fhir/metadata", "CapabilityStatement", "what the server can do");
          item(html, "/health", "Health", "whether it can do its work now");
          item(html, "/metrics", "Metrics", "for Prometheus");
          html.close();
        });
  }

  private static void item(Html html, String path, String name, String what) {
    html.open("li");
    Layout.link(html, path, name);
    html.element("span", what).close();
  }
}
