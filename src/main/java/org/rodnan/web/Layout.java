package org.rodnan.web;

import java.util.List;
import java.util.function.Consumer;

/** The frame of every page, and the shapes that pages share. */
final class Layout {
  private static final String NAME = "Rodnan";

  private Layout() {}

  /**
   * A whole page.
   *
   * @param title is its heading too
   * @param content writes what comes below the heading
   */
  static String page(String title, Consumer<Html> content) {
    Html html = new Html().open("html", "lang", "en").open("head");
    html.empty("meta", "charset", "utf-8")
        .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .element("title", title.equals(NAME) ? NAME : title + " · " + NAME)
        .empty("link", "rel", "stylesheet", "href", "/static/rodnan.css")
        .close();
    html.open("body").element("a", "Skip to content", "class", "skip", "href", "#content");
    html.open("header").open("nav", "aria-label", "Main");
    link(html, "/", NAME);
    link(html, "/ig/", "Implementation guide");
    link(html, "/fhir/metadata", "CapabilityStatement");
    html.close().close();
    html.open("main", "id", "content").element("h1", title);
    content.accept(html);
    html.close().open("footer");
    html.element("p", "Rodnan, a FHIR R4 server for systemic sclerosis trial data. Apache-2.0.");
    return html.close().close().close().toString();
  }

  static void link(Html html, String path, String text) {
    html.element("a", text, "href", path);
  }

  /** Begins a table that scrolls by itself where it is too wide; {@link #endTable} ends it. */
  static void table(Html html, String caption, List<String> columns) {
    html.open("div", "class", "wide", "tabindex", "0", "role", "region", "aria-label", caption)
        .open("table")
        .element("caption", caption)
        .open("thead")
        .open("tr");
    columns.forEach(column -> html.element("th", column, "scope", "col"));
    html.close().close().open("tbody");
  }

  static void endTable(Html html) {
    html.close().close().close();
  }

  /** A row of a list of names and values; nothing if there is no value. */
  static void term(Html html, String name, String value) {
    if (!value.isBlank()) {
      html.element("dt", name).element("dd", value);
    }
  }
}
