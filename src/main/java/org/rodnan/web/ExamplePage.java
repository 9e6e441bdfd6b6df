package org.rodnan.web;

import java.nio.charset.StandardCharsets;

/** An example, as its file has it. */
final class ExamplePage {
  private ExamplePage() {}

  static String html(GuideExample example) {
    return Layout.page(
        example.name(),
        html -> {
          html.open("dl");
          Layout.term(html, "Verdict", example.isValid() ? "valid" : "invalid");
          Layout.term(html, "Why", example.why().orElse(""));
          example
              .profile()
              .ifPresent(id -> {
                html.element("dt", "Profile").open("dd");
                Layout.link(html, "/ig/StructureDefinition/" + id, id);
                html.close();
              });
          html.close();
          html.open("pre", "class", "wide", "tabindex", "0")
              .element("code", new String(example.json(), StandardCharsets.UTF_8))
              .close();
        });
  }
}
