package org.rodnan.view;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceTypes;

/**
 * A column of a view.
 *
 * @param type the FHIR type as it was declared, without the base URL of FHIR's own; empty if it was
 *     not
 * @param isCollection whether each cell is a list
 */
record ViewColumn(String name, Optional<String> type, boolean isCollection) {
  private static final String FHIR = "http://hl7.org/fhir/StructureDefinition/";
  private static final Set<String> INTEGERS =
      Set.of("integer", "positiveInt", "unsignedInt", "integer64");

  /** What the cells are, by the declared type. */
  enum Kind {
    BOOLEAN,
    INTEGER,
    DECIMAL,
    /** All other primitives, dates too. */
    TEXT,
    /** JSON. */
    COMPLEX,
    /** Nothing was declared. */
    ANY
  }

  /** The kind of each cell, or of each value in its list. */
  Kind kind() {
    if (type.isEmpty()) {
      return Kind.ANY;
    }
    String declared = type.get();
    if (declared.equals("boolean")) {
      return Kind.BOOLEAN;
    }
    if (declared.equals("decimal")) {
      return Kind.DECIMAL;
    }
    if (INTEGERS.contains(declared)) {
      return Kind.INTEGER;
    }
    return isPrimitive(declared) ? Kind.TEXT : Kind.COMPLEX;
  }

  /** The name of a type from its URI; those of FHIRPath ({@code System.String}) are FHIR's. */
  static String typeName(String uri) {
    String name = uri.startsWith(FHIR) ? uri.substring(FHIR.length()) : uri;
    int system = name.indexOf("System.");
    if (system >= 0) {
      String bare = name.substring(system + "System.".length());
      name = Character.toLowerCase(bare.charAt(0)) + bare.substring(1);
    }
    return name.startsWith("FHIR.") ? name.substring("FHIR.".length()) : name;
  }

  /** Whether R4 has the type, or it names an element of one. */
  static boolean isType(String name) {
    String first = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
    return isPrimitive(name)
        || ResourceTypes.isType(first)
        || FhirContexts.r4().getElementDefinition(first) != null
        || Set.of("Resource", "DomainResource", "BackboneElement", "Element").contains(first);
  }

  private static boolean isPrimitive(String name) {
    return Character.isLowerCase(name.charAt(0))
        && (name.equals("integer64")
            || FhirContexts.r4().getElementDefinition(name) != null
                && name.equals(name.strip())
                && !name.toLowerCase(Locale.ROOT).equals("extension"));
  }
}
