package org.rodnan.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The fields of forms, each with its label. */
final class Fields {
  private Fields() {}

  static void select(Html html, String name, String label, List<String> values, String chosen) {
    Map<String, String> options = new LinkedHashMap<>();
    values.forEach(value -> options.put(value, value));
    select(html, name, label, options, chosen);
  }

  /**
   * @param options text by value, in the order shown
   * @param chosen is added if it isn't among them
   */
  static void select(
      Html html, String name, String label, Map<String, String> options, String chosen) {
    html.open("label").element("span", label).open("select", "name", name);
    if (!options.containsKey(chosen)) {
      html.element("option", chosen, "value", chosen, "selected", "selected");
    }
    options.forEach((value, text) -> {
      if (value.equals(chosen)) {
        html.element("option", text, "value", value, "selected", "selected");
      } else {
        html.element("option", text, "value", value);
      }
    });
    html.close().close();
  }

  static void text(Html html, String name, String label, String value, String hint) {
    html.open("label", "class", "grows")
        .element("span", label)
        .empty(
            "input",
            "name",
            name,
            "type",
            "text",
            "value",
            value,
            "placeholder",
            hint,
            "autocomplete",
            "off",
            "autocapitalize",
            "off",
            "spellcheck",
            "false")
        .close();
  }

  /**
   * The button that takes a row out of a list.
   *
   * @param place of the row, from 0
   * @param title what the row is called, for who can't see where the button stands
   */
  static void removal(Html html, int place, String title) {
    html.element(
        "button",
        "Remove",
        "type",
        "submit",
        "name",
        "remove",
        "value",
        Integer.toString(place),
        "aria-label",
        "Remove " + title.toLowerCase(Locale.ROOT));
  }

  static void hidden(Html html, String name, String value) {
    html.empty("input", "type", "hidden", "name", name, "value", value);
  }
}
