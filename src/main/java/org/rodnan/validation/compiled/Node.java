package org.rodnan.validation.compiled;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An element of a resource with its type, as read from JSON. It is named without the type of a
 * choice: {@code value} for {@code valueQuantity}. For one thread.
 */
final class Node implements Coded {
  private final String name;
  private final ElementType type;
  private final @Nullable Node parent;
  private List<Node> children = List.of();
  private @Nullable String value;
  private @Nullable BigDecimal number;
  private @Nullable List<Node> alone;

  Node(String name, ElementType type, @Nullable Node parent) {
    this.name = name;
    this.type = type;
    this.parent = parent;
  }

  String name() {
    return name;
  }

  ElementType type() {
    return type;
  }

  @Nullable Node parent() {
    return parent;
  }

  /** Of a primitive, as it stands in the JSON; null if it has extensions only. */
  @Nullable String value() {
    return value;
  }

  void value(String text) {
    value = text;
  }

  /** The value if it is a number of a form that is known here; null if not. */
  @Nullable BigDecimal number() {
    if (number == null
        && type.form() == ElementType.Form.NUMBER
        && value != null
        && Primitives.isDecimal(value)) {
      number = new BigDecimal(value);
    }
    return number;
  }

  /** This one in a list. */
  List<Node> alone() {
    List<Node> known = alone;
    if (known == null) {
      known = List.of(this);
      alone = known;
    }
    return known;
  }

  /** Those of one name stand together, as the reader sees to, in the order of the JSON. */
  List<Node> children() {
    return children;
  }

  void add(Node child) {
    if (children.isEmpty()) {
      children = new ArrayList<>(type.isResource() ? 32 : 6);
    }
    children.add(child);
  }

  void removeAll(String childName) {
    if (!children.isEmpty()) {
      children.removeIf(child -> child.name.equals(childName));
    }
  }

  /** The first of that name. */
  @Nullable Node child(String childName) {
    int hash = childName.hashCode();
    for (int i = 0; i < children.size(); i++) {
      Node child = children.get(i);
      if (child.isNamed(childName, hash)) {
        return child;
      }
    }
    return null;
  }

  /** Most names differ, and strings know their hashes. */
  private boolean isNamed(String other, int hash) {
    return name.hashCode() == hash && name.equals(other);
  }

  boolean has(String childName) {
    return child(childName) != null;
  }

  @Override
  public @Nullable String text(String childName) {
    Node child = child(childName);
    return child == null ? null : child.value;
  }

  @Override
  public List<Node> objects(String childName) {
    int hash = childName.hashCode();
    int size = children.size();
    int first = 0;
    while (first < size && !children.get(first).isNamed(childName, hash)) {
      first++;
    }
    int end = first;
    while (end < size && children.get(end).isNamed(childName, hash)) {
      end++;
    }
    return switch (end - first) {
      case 0 -> List.of();
      case 1 -> children.get(first).alone();
      default -> children.subList(first, end);
    };
  }
}
