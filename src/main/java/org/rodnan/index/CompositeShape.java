package org.rodnan.index;

import java.util.List;

/**
 * How the values of a composite are indexed, so that its parts match only together: as one term if
 * all of its parts are texts, or as one point if some are measures.
 */
public enum CompositeShape {
  /** One term that joins the forms of all parts. */
  TERM,
  /** One multi-dimensional point; texts are hashed. */
  POINT;

  private static final int DIMENSIONS_MAX = 8;

  /** The shape for these parts. */
  public static CompositeShape of(List<ParameterDefinition.Component> components) {
    return components.stream().anyMatch(part -> isMeasure(part.kind())) ? POINT : TERM;
  }

  /** Whether parts of these kinds can be indexed together. */
  static boolean isSupported(List<ParameterDefinition.Component> components) {
    if (components.isEmpty()) {
      return false;
    }
    if (of(components) == TERM) {
      // The start of a string can be looked for only at the end of a joined term.
      return components.stream().noneMatch(part -> part.kind() == ParameterKind.COMPOSITE)
          && components.subList(0, components.size() - 1).stream()
              .noneMatch(part -> part.kind() == ParameterKind.STRING);
    }
    return components.stream().allMatch(part -> dimensions(part.kind()) > 0)
        && components.stream().mapToInt(part -> dimensions(part.kind())).sum() <= DIMENSIONS_MAX;
  }

  /**
   * Whether the parts are tokens and one number or quantity at the end, as in most composites.
   * Their values are indexed by {@link ValueTerm}: a term costs less than a point.
   */
  public static boolean endsInNumber(List<ParameterDefinition.Component> components) {
    ParameterKind last = components.getLast().kind();
    return (last == ParameterKind.NUMBER || last == ParameterKind.QUANTITY)
        && components.subList(0, components.size() - 1).stream()
            .allMatch(part -> part.kind() == ParameterKind.TOKEN);
  }

  /** How many dimensions a part takes in a point; 0 if it can't be in one. */
  public static int dimensions(ParameterKind kind) {
    return switch (kind) {
      case TOKEN, DATE, NUMBER -> 2;
      case QUANTITY -> 3;
      case STRING, REFERENCE, URI, COMPOSITE, SPECIAL -> 0;
    };
  }

  private static boolean isMeasure(ParameterKind kind) {
    return kind == ParameterKind.DATE
        || kind == ParameterKind.NUMBER
        || kind == ParameterKind.QUANTITY;
  }
}
