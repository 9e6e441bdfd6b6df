package org.rodnan.validation.compiled;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What R4 lets an element be, profiles apart: a type, or the element that a resource defines in
 * place. Immutable but for the members, which are worked out at first use. Names are interned, here
 * and in the checks: they are compared all the time, and mostly with themselves.
 */
final class ElementType {
  /** How a primitive stands in JSON. */
  enum Form {
    OBJECT,
    STRING,
    NUMBER,
    BOOLEAN
  }

  /**
   * A member of a JSON object.
   *
   * @param element name of the element, without the type of a choice
   */
  record Member(String element, ElementType type, boolean isList) {
    Member {
      element = element.intern();
    }
  }

  private final String name;
  private final String path;
  private final Form form;
  private final boolean isResource;
  private final Supplier<Map<String, Member>> source;
  private volatile @Nullable Map<String, Member> members;

  /**
   * @param name such as {@code Quantity}, or {@code BackboneElement}
   * @param path such as {@code Observation.component}; for a type its name
   */
  ElementType(
      String name,
      String path,
      Form form,
      boolean isResource,
      Supplier<Map<String, Member>> members) {
    this.name = name.intern();
    this.path = path;
    this.form = form;
    this.isResource = isResource;
    this.source = members;
  }

  String name() {
    return name;
  }

  String path() {
    return path;
  }

  Form form() {
    return form;
  }

  boolean isPrimitive() {
    return form != Form.OBJECT;
  }

  boolean isResource() {
    return isResource;
  }

  @Nullable Member member(String jsonName) {
    Map<String, Member> known = members;
    if (known == null) {
      known = source.get();
      members = known;
    }
    return known.get(jsonName);
  }
}
