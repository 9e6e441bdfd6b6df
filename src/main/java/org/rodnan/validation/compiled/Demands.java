package org.rodnan.validation.compiled;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one element definition demands of an element: its type, its value, and what that type and
 * the definition demand of its members. Immutable.
 *
 * @param isKnown whether all of it is compiled; if not, the element can't be decided
 * @param types null if any will do, since the content is defined in place
 * @param lengthMax of a text
 * @param targets types that a reference may lead to; empty if any
 * @param inPlace the members as the definition has them, besides those of the type
 */
record Demands(
    boolean isKnown,
    @Nullable Types types,
    List<Constraint> constraints,
    @Nullable ValuePattern pattern,
    Binding binding,
    int lengthMax,
    Set<String> targets,
    @Nullable Lazy<Shape> inPlace,
    Extensions extensions) {

  /**
   * The types that an element may be of, with the shape of each.
   *
   * @param first mostly the only one
   * @param others by name
   */
  record Types(String first, Lazy<Shape> shapeOfFirst, Map<String, Lazy<Shape>> others) {
    Lazy<Shape> shapeOf(String name) {
      Lazy<Shape> shape = name.equals(first) ? shapeOfFirst : others.get(name);
      if (shape == null) {
        throw Undecided.here();
      }
      return shape;
    }

    static Types of(Map<String, Lazy<Shape>> byName) {
      Map.Entry<String, Lazy<Shape>> first = byName.entrySet().iterator().next();
      return new Types(first.getKey().intern(), first.getValue(), Map.copyOf(byName));
    }
  }

  /**
   * @param container the element around it
   * @param definition address of the definition that demands it
   * @param extension url of the extension that the container is; null if it is none
   */
  void require(
      Node node, Node container, Check check, String definition, @Nullable String extension) {
    Undecided.unless(isKnown);
    Lazy<Shape> type = null;
    if (types != null) {
      type = types.shapeOf(node.type().name());
    }
    for (int i = 0; i < constraints.size(); i++) {
      constraints.get(i).require(node, check);
    }
    if (node.type().isPrimitive()) {
      requirePrimitive(node);
      if (node.children().isEmpty()) {
        return;
      }
    } else if (pattern != null) {
      Undecided.unless(pattern.matches(node));
    }
    String inner = null;
    if (type != null) {
      inner = requireOfType(node, container, check, definition, extension);
      type.get().require(node, check, inner);
    }
    if (inPlace != null) {
      inPlace.get().require(node, check, inner);
    }
  }

  private void requirePrimitive(Node node) {
    String value = node.value();
    if (value == null) {
      Undecided.unless(!binding.isRequired() && pattern == null);
      return;
    }
    String type = node.type().name();
    if (type.equals("xhtml")) {
      Narratives.require(value);
    } else {
      Primitives.require(type, value);
    }
    Undecided.unless(value.length() <= lengthMax && (pattern == null || pattern.matches(node)));
    switch (type) {
      case "code", "string", "uri", "url" -> binding.requireCode(value);
      default -> {}
    }
  }

  /** Returns the url if the node is an extension. */
  private @Nullable String requireOfType(
      Node node, Node container, Check check, String definition, @Nullable String extension) {
    switch (node.type().name()) {
      case "CodeableConcept" -> binding.requireConcept(node, check.isBaseOnly());
      case "Coding" -> requireCoding(node, container);
      case "Quantity" -> requireQuantity(node);
      case "Identifier" -> requireIdentifier(node);
      case "Reference" -> requireReference(node);
      case "Attachment" ->
          Undecided.unless(
              !node.has("size")
                  && !node.has("hash")
                  && (node.has("data") || node.has("url") || node.has("contentType")));
      case "Extension" -> {
        return extensions.require(node, container, check, definition, extension);
      }
      default -> {}
    }
    return null;
  }

  private void requireCoding(Node node, Node container) {
    if (container.type().name().equals("CodeableConcept") && binding.isNone()) {
      return;
    }
    String system = node.text("system");
    String code = node.text("code");
    Undecided.unless((code == null || system != null) && !node.has("version"));
    binding.requireCoding(system, code, node.text("display"));
  }

  private void requireQuantity(Node node) {
    binding.requireCoding(node.text("system"), node.text("code"), null);
  }

  private static void requireIdentifier(Node node) {
    String system = node.text("system");
    Undecided.unless(
        system == null
            || (system.startsWith("http:")
                    || system.startsWith("https:")
                    || system.startsWith("urn:"))
                && !system.equals("urn:ietf:rfc:3986")
                && !system.equals("https://tools.ietf.org/html/rfc4122"));
  }

  /** Whether the target exists is for the store to say. */
  private void requireReference(Node node) {
    String reference = node.text("reference");
    if (reference == null) {
      Node identifier = node.child("identifier");
      Undecided.unless(
          !node.has("reference")
              && (node.text("display") != null
                  || identifier != null
                      && (identifier.text("system") != null || identifier.text("value") != null)));
      return;
    }
    for (int i = 0; i < reference.length(); i++) {
      char c = reference.charAt(i);
      Undecided.unless(c > ' ' && c < 0x7F && c != '#' && c != '?' && c != '|');
    }
    String type = ReferenceTarget.typeOf(reference);
    String stated = node.text("type");
    if (type == null) {
      Undecided.unless(reference.startsWith("urn:uuid:") && !node.has("type"));
    } else {
      Undecided.unless(
          (targets.isEmpty() || targets.contains(type))
              && extensions.isResourceType(type)
              && (!node.has("type") || type.equals(stated)));
    }
  }
}
