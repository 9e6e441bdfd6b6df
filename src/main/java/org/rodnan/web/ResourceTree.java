package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A resource as a list of its elements, each with its value in words, those within it under it. Of
 * a very large one the rest is left out, and that is said.
 */
final class ResourceTree {
  private static final int ELEMENTS_MAX = 3_000;
  private static final int DEPTH_MAX = 20;
  private static final int TEXT_MAX = 4_000;
  private static final Pattern TAG = Pattern.compile("<[^>]*>");

  private final Html html;
  private int left = ELEMENTS_MAX;

  private ResourceTree(Html html) {
    this.html = html;
  }

  static void write(Html html, JsonNode resource) {
    ResourceTree tree = new ResourceTree(html);
    tree.elements(resource, 0);
    if (tree.left <= 0) {
      html.element(
          "p",
          "Only the first " + ELEMENTS_MAX + " elements are shown; the JSON has all.",
          "class",
          "note");
    }
  }

  private void elements(JsonNode parent, int depth) {
    html.open("dl", "class", "tree");
    for (Map.Entry<String, JsonNode> field : parent.properties()) {
      String name = field.getKey();
      if (depth == 0 && (name.equals("resourceType") || name.equals("id"))) {
        continue;
      }
      if (field.getValue().isArray()) {
        int place = 0;
        for (JsonNode each : field.getValue()) {
          element(field.getValue().size() > 1 ? name + " " + ++place : name, each, depth);
        }
      } else {
        element(name, field.getValue(), depth);
      }
    }
    html.close();
  }

  private void element(String name, JsonNode value, int depth) {
    if (left-- <= 0) {
      return;
    }
    html.open("dt").text(label(name, value)).close().open("dd");
    value(value, depth);
    html.close();
  }

  /** An extension is called what the end of its URL says. */
  private static String label(String name, JsonNode value) {
    String url = value.path("url").asText();
    return name.startsWith("extension") || name.startsWith("modifierExtension")
        ? name + " " + url.substring(url.lastIndexOf('/') + 1)
        : name;
  }

  private void value(JsonNode value, int depth) {
    if (value.isValueNode()) {
      primitive(value.asText());
    } else if (value.has("div") && value.has("status")) {
      html.text(shortened(TAG.matcher(value.path("div").asText()).replaceAll(" ").strip()));
    } else if (value.has("coding")) {
      concept(value);
    } else if (value.has("reference")) {
      reference(value);
    } else if (value.has("code") && value.has("system") && !value.has("value")) {
      coding(value);
    } else if (value.path("value").isNumber()) {
      html.text(ResourceText.of(value));
      code(value.path("code").asText());
    } else if (isOneValue(value)) {
      value(ResourceText.choice(value, "value").orElseThrow(), depth);
    } else if (depth >= DEPTH_MAX) {
      html.text("… (deeper than is shown)");
    } else {
      elements(value, depth + 1);
    }
  }

  private static boolean isOneValue(JsonNode value) {
    return value.size() == 2 && value.has("url") && ResourceText.choice(value, "value").isPresent();
  }

  private void primitive(String text) {
    if (text.startsWith("http://") || text.startsWith("https://") || text.startsWith("urn:")) {
      html.element("code", shortened(text));
    } else {
      html.text(shortened(text));
    }
  }

  private void concept(JsonNode concept) {
    html.text(shortened(ResourceText.of(concept)));
    for (JsonNode coding : concept.path("coding")) {
      html.text(" ");
      code(system(coding) + coding.path("code").asText());
    }
  }

  private void coding(JsonNode coding) {
    html.text(coding.path("display").asText() + " ");
    code(system(coding) + coding.path("code").asText());
  }

  private static String system(JsonNode coding) {
    String system = coding.path("system").asText();
    return system.isEmpty() ? "" : system + "|";
  }

  private void code(String text) {
    if (!text.isEmpty()) {
      html.text(" ").element("code", shortened(text), "class", "code");
    }
  }

  private void reference(JsonNode element) {
    reference(html, element.path("reference").asText(), element.path("display").asText());
  }

  /** A link to the page of a resource of this server; the text alone for any other. */
  static void reference(Html html, String reference, String display) {
    Optional<String> path = StoredResource.pathOf(reference);
    if (path.isPresent()) {
      Layout.link(html, path.get(), reference);
    } else {
      html.text(shortened(reference));
    }
    if (!display.isEmpty()) {
      html.text(" " + shortened(display));
    }
  }

  private static String shortened(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
  }
}
