package org.rodnan.web;

/** What a person sees who opens the server in a browser. */
final class HomePage {
  private HomePage() {}

  static String html() {
    return Layout.page(
        "Rodnan",
        html -> {
          html.element(
              "p",
              "A FHIR R4 server for the trial data of systemic sclerosis. Programs talk to it"
                  + " below /fhir.");
          html.open("ul");
          item(html, "/ig/", "Implementation guide", "profiles, value sets, codes, examples");
          item(html, "/fhir/swagger-ui/", "Try the interface", "every interaction, in the browser");
          item(html, "/fhir/metadata", "CapabilityStatement", "what the server can do");
          item(html, "/fhir/ResearchStudy?_pretty=true", "Studies", "as FHIR resources");
          item(html, "/health", "Health", "whether it can do its work now");
          item(html, "/metrics", "Metrics", "for Prometheus");
          html.close();
        });
  }

  private static void item(Html html, String path, String name, String what) {
    html.open("li");
    Layout.link(html, path, name);
    html.text(": " + what).close();
  }
}
