package org.rodnan.terminology.loading;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rodnan.terminology.concepts.Concept;

/** A concept that is being read. */
final class Draft {
  final String code;
  @Nullable String display;
  boolean isAbstract;
  boolean isInactive;
  final List<Concept.Designation> designations = new ArrayList<>();
  final List<Concept.Property> properties = new ArrayList<>();

  Draft(String code) {
    this.code = code;
  }

  void property(String property, String value) {
    if (!value.isEmpty()) {
      properties.add(Concept.Property.ofString(property, value));
    }
  }

  void codeProperty(String property, String value) {
    properties.add(Concept.Property.ofCode(property, value));
  }

  Concept with(List<String> parents) {
    return new Concept(
        code, display, null, isAbstract, isInactive, designations, properties, parents);
  }
}
