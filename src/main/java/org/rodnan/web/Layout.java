package org.rodnan.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The frame of every page, and the shapes that pages share. */
final class Layout {
  private static final String NAME = "Rodnan";

  /** What the pages' own script is asked for; pages work without it. */
  private static final String SCRIPT = "/static/rodnan.js";

  /** Rows of what is folded. */
  private static final int PRINTED_MAX = 100;

  private Layout() {}

  /**
   * A whole page.
   *
   * @param title is its heading too
   * @param content writes what comes below the heading
   */
  static String page(String title, Consumer<Html> content) {
    return page(title, "", false, content);
  }

  /**
   * A whole page.
   *
   * @param title is its heading too
   * @param place the path of the entry of the navigation that the page belongs to; empty for none
   * @param isLive whether it has forms or buttons that the script makes better
   * @param content writes what comes below the heading
   */
  static String page(String title, String place, boolean isLive, Consumer<Html> content) {
    Html html = new Html().open("html", "lang", "en").open("head");
    html.empty("meta", "charset", "utf-8")
        .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .element("title", title.equals(NAME) ? NAME : title + " · " + NAME)
        .empty("link", "rel", "icon", "type", "image/svg+xml", "href", "/static/rodnan.svg")
        .empty("link", "rel", "stylesheet", "href", "/static/rodnan.css");
    if (isLive) {
      html.element("script", "", "type", "module", "src", SCRIPT);
    }
    html.close();
    html.open("body").element("a", "Skip to content", "class", "skip", "href", "#content");
    html.open("header").open("nav", "aria-label", "Main");
    places()
        .forEach((path, text) -> {
          if (path.equals(place)) {
            html.element("a", text, "href", path, "aria-current", "page");
          } else {
            link(html, path, text);
          }
        });
    html.close().close();
    html.open("main", "id", "content").element("h1", title);
    content.accept(html);
    html.close().open("footer");
    html.element("p", "Rodnan, a FHIR R4 server for systemic sclerosis trial data. Apache-2.0.");
    return html.close().close().close().toString();
  }

  private static Map<String, String> places() {
    Map<String, String> places = new LinkedHashMap<>();
    places.put("/", NAME);
    places.put("/studies", "Studies");
    places.put("/search", "Search");
    places.put("/cohort", "Cohort");
    places.put("/ig/", "Implementation guide");
    places.put("/fhir/metadata", "CapabilityStatement");
    return places;
  }

  static void link(Html html, String path, String text) {
    html.element("a", text, "href", path);
  }

  /** Begins a table that scrolls by itself where it is too wide; {@link #endTable} ends it. */
  static void table(Html html, String caption, List<String> columns) {
    table(html, caption, columns, Set.of());
  }

  /**
   * The same.
   *
   * @param numbers the columns that hold numbers, whose digits stand under each other; their cells
   *     have the class number
   */
  static void table(Html html, String caption, List<String> columns, Set<String> numbers) {
    html.open("div", "class", "wide", "tabindex", "0", "role", "region", "aria-label", caption)
        .open("table")
        .element("caption", caption)
        .open("thead")
        .open("tr");
    for (String column : columns) {
      if (numbers.contains(column)) {
        html.element("th", column, "scope", "col", "class", "number");
      } else {
        html.element("th", column, "scope", "col");
      }
    }
    html.close().close().open("tbody");
  }

  /** Rows that are shown when they are asked for; long ones stay folded in print too. */
  static void openFolded(Html html, String title, int rows) {
    html.open("details", "class", rows > PRINTED_MAX ? "folded long" : "folded")
        .element("summary", title + " (" + rows + ")");
  }

  static void endTable(Html html) {
    html.close().close().close();
  }

  /**
   * A picture with its caption, that scrolls by itself where it is too wide. Its numbers are to
   * stand in a table below it.
   *
   * @param path of the SVG
   */
  static void picture(Html html, String path, String title) {
    html.open("figure")
        .open("div", "class", "wide", "tabindex", "0", "role", "region", "aria-label", title)
        .empty(
            "img",
            "src",
            path,
            "alt",
            title + "; the numbers are in the table below",
            "width",
            "760",
            "class",
            "picture")
        .close()
        .open("figcaption")
        .text(title + ". ");
    link(html, path, "SVG");
    html.close().close();
  }

  /** A row of a list of names and values; nothing if there is no value. */
  static void term(Html html, String name, String value) {
    if (!value.isBlank()) {
      html.element("dt", name).element("dd", value);
    }
  }

  /** Says that what is shown is made up; to be seen wherever such data are. */
  static void synthetic(Html html) {
    html.element("span", "synthetic", "class", "synthetic", "title", "Made up: test data, HTEST");
  }
}
