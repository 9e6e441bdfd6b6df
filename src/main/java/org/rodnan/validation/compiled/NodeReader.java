package org.rodnan.validation.compiled;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.rodnan.validation.compiled.ElementType.Member;

/**
 * From JSON to nodes. What stands otherwise than R4's JSON has it (json.html) is undecided: unknown
 * or repeated members, arrays where there should be none, nulls, empty objects. So are contained
 * resources, ids of inner elements, and extensions of primitives in lists. Thread safe.
 */
final class NodeReader {
  private static final int DEPTH_MAX = 40;

  private final JsonFactory factory = new JsonFactory();
  private final ElementTypes types;

  NodeReader(ElementTypes types) {
    this.types = types;
  }

  /**
   * @param json UTF-8, one object
   * @throws Undecided see above
   * @throws IOException if it is no JSON
   */
  Node read(byte[] json) throws IOException {
    requireUtf8(json);
    try (JsonParser parser = factory.createParser(json)) {
      Undecided.unless(parser.nextToken() == JsonToken.START_OBJECT);
      String name =
          "resourceType".equals(parser.nextFieldName()) ? parser.nextTextValue() : typeOf(json);
      ElementType type = name != null && types.isResource(name) ? types.of(name) : null;
      if (type == null) {
        throw Undecided.here();
      }
      Node root = new Node(type.name(), type, null);
      boolean isTypeAhead = parser.currentToken() == JsonToken.FIELD_NAME;
      JsonToken token = isTypeAhead ? JsonToken.FIELD_NAME : parser.nextToken();
      members(parser, token, root, 0, isTypeAhead);
      Undecided.unless(parser.nextToken() == null);
      return root;
    }
  }

  /** The parser would find out other encodings by itself. */
  private static void requireUtf8(byte[] json) {
    Undecided.unless(json.length > 3);
    for (int i = 0; i < 4; i++) {
      Undecided.unless(json[i] > 0);
    }
  }

  /** The type if it doesn't come first. */
  private @Nullable String typeOf(byte[] json) throws IOException {
    try (JsonParser search = factory.createParser(json)) {
      search.nextToken();
      String name = search.nextFieldName();
      while (name != null) {
        if (name.equals("resourceType")) {
          return search.nextTextValue();
        }
        search.nextToken();
        search.skipChildren();
        name = search.nextFieldName();
      }
      return null;
    }
  }

  /**
   * From the first name of an object to its end.
   *
   * @param needsType whether the resource's type is still to come
   */
  private void members(JsonParser json, JsonToken first, Node node, int depth, boolean needsType)
      throws IOException {
    Undecided.unless(depth < DEPTH_MAX);
    boolean isRoot = node.parent() == null;
    boolean isPrimitive = node.type().isPrimitive();
    boolean hasType = !needsType;
    JsonToken token = first;
    for (; token == JsonToken.FIELD_NAME; token = json.nextToken()) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (isRoot && name.equals("resourceType")) {
        Undecided.unless(!hasType);
        hasType = true;
      } else if (name.startsWith("_")) {
        companion(json, value, member(node, name.substring(1)), node, depth);
      } else {
        Undecided.unless(
            isRoot || !name.equals("id") && (!isPrimitive || name.equals("extension")));
        member(json, value, member(node, name), node, depth);
      }
    }
    Undecided.unless(token == JsonToken.END_OBJECT);
    requireContent(node);
  }

  private static Member member(Node node, String name) {
    Member member = node.type().member(name);
    if (member == null || member.type().isResource()) {
      throw Undecided.here();
    }
    return member;
  }

  private void member(JsonParser json, JsonToken token, Member member, Node parent, int depth)
      throws IOException {
    Node before = parent.child(member.element());
    if (!member.isList()) {
      Node node = before;
      if (node == null) {
        node = new Node(member.element(), member.type(), parent);
        parent.add(node);
      } else {
        // Only if its companion came before it.
        Undecided.unless(
            node.type() == member.type() && member.type().isPrimitive() && node.value() == null);
      }
      value(json, token, node, depth);
      return;
    }
    Undecided.unless(before == null && token == JsonToken.START_ARRAY);
    JsonToken item = json.nextToken();
    Undecided.unless(item != JsonToken.END_ARRAY);
    for (; item != JsonToken.END_ARRAY; item = json.nextToken()) {
      Node node = new Node(member.element(), member.type(), parent);
      parent.add(node);
      value(json, item, node, depth);
    }
  }

  private void value(JsonParser json, JsonToken token, Node node, int depth) throws IOException {
    switch (node.type().form()) {
      case OBJECT -> {
        Undecided.unless(token == JsonToken.START_OBJECT);
        members(json, json.nextToken(), node, depth + 1, false);
      }
      case STRING -> {
        Undecided.unless(token == JsonToken.VALUE_STRING);
        node.value(json.getText());
      }
      case NUMBER -> {
        Undecided.unless(
            token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT);
        node.value(json.getText());
      }
      case BOOLEAN -> {
        Undecided.unless(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE);
        node.value(token == JsonToken.VALUE_TRUE ? "true" : "false");
      }
    }
  }

  /** The extensions of a primitive, under its name with an underscore. */
  private void companion(JsonParser json, JsonToken token, Member member, Node parent, int depth)
      throws IOException {
    Undecided.unless(
        member.type().isPrimitive() && !member.isList() && token == JsonToken.START_OBJECT);
    Node node = parent.child(member.element());
    if (node == null) {
      node = new Node(member.element(), member.type(), parent);
      parent.add(node);
    }
    Undecided.unless(node.type() == member.type() && node.children().isEmpty());
    members(json, json.nextToken(), node, depth + 1, false);
    Undecided.unless(!node.children().isEmpty());
  }

  /**
   * What R4 demands of every element: some content (ele-1); of an extension: a value or extensions,
   * not both (ext-1).
   */
  private static void requireContent(Node node) {
    Undecided.unless(
        !node.children().isEmpty() || node.type().isResource() || node.type().isPrimitive());
    if (node.type().name().equals("Extension")) {
      Undecided.unless(node.has("value") != node.has("extension"));
    }
  }
}
