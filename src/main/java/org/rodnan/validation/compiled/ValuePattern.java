package org.rodnan.validation.compiled;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hl7.fhir.r5.model.Base;
import org.hl7.fhir.r5.model.DataType;
import org.hl7.fhir.r5.model.PrimitiveType;
import org.hl7.fhir.r5.model.Property;
import org.jspecify.annotations.Nullable;

/**
 * What an element must at least be (R4, elementdefinition.html, pattern[x]); for a primitive, what
 * it must be.
 *
 * @param value of a primitive
 * @param members what must be among the members of that name
 */
record ValuePattern(@Nullable String value, Map<String, List<ValuePattern>> members) {
  private static final Set<String> KNOWN =
      Set.of("CodeableConcept", "Coding", "Quantity", "Identifier");

  /** Null if it is of a type that isn't known here. */
  static @Nullable ValuePattern of(DataType pattern) {
    if (pattern instanceof PrimitiveType<?> primitive) {
      return isText(primitive.fhirType())
          ? new ValuePattern(primitive.getValueAsString(), Map.of())
          : null;
    }
    if (!KNOWN.contains(pattern.fhirType())) {
      return null;
    }
    Map<String, List<ValuePattern>> members = new LinkedHashMap<>();
    for (Property property : pattern.children()) {
      for (Base member : property.getValues()) {
        // The validator leaves empty members behind in what it has looked at.
        if (member.isEmpty()) {
          continue;
        }
        ValuePattern part = member instanceof DataType type ? of(type) : null;
        if (part == null) {
          return null;
        }
        members.computeIfAbsent(property.getName(), name -> new ArrayList<>()).add(part);
      }
    }
    return new ValuePattern(null, members);
  }

  /** Types whose values are compared as they are written. */
  private static boolean isText(String type) {
    return switch (type) {
      case "string", "code", "uri", "url", "canonical", "id", "boolean" -> true;
      default -> false;
    };
  }

  boolean matches(Node node) {
    if (value != null) {
      return value.equals(node.value());
    }
    for (Map.Entry<String, List<ValuePattern>> member : members.entrySet()) {
      List<Node> found = node.objects(member.getKey());
      for (ValuePattern part : member.getValue()) {
        if (!part.matchesOneOf(found)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean matchesOneOf(List<Node> nodes) {
    for (int i = 0; i < nodes.size(); i++) {
      if (matches(nodes.get(i))) {
        return true;
      }
    }
    return false;
  }
}
