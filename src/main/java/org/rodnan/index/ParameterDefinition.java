package org.rodnan.index;

import java.util.List;
import java.util.Set;

/**
 * A search parameter as it applies to one resource type.
 *
 * @param type the resource type it is resolved for
 * @param code its name in a query
 * @param field the Lucene field that holds its values
 * @param url the canonical of its SearchParameter
 * @param expressions FHIRPath, each one alternative
 * @param targets the resource types that a reference may lead to; empty means any
 * @param components the parts of a composite, in the order of its value
 * @param isOfEveryType whether it is defined on Resource or DomainResource, so that it means the
 *     same in a search over all types
 */
public record ParameterDefinition(
    String type,
    String code,
    String field,
    ParameterKind kind,
    String url,
    String description,
    List<String> expressions,
    Set<String> targets,
    List<Component> components,
    boolean isOfEveryType) {

  /**
   * One part of a composite.
   *
   * @param expression FHIRPath from the element that the composite is about
   */
  public record Component(ParameterKind kind, String expression) {}

  public ParameterDefinition {
    expressions = List.copyOf(expressions);
    targets = Set.copyOf(targets);
    components = List.copyOf(components);
  }

  /** The same parameter of contained resources, whose fields are others. */
  public ParameterDefinition ofContained() {
    return new ParameterDefinition(
        type,
        code,
        FieldNames.contained(field),
        kind,
        url,
        description,
        expressions,
        targets,
        components,
        isOfEveryType);
  }

  /** Whether it is one of {@link #ofContained}. */
  public boolean isOfContained() {
    return FieldNames.isContained(field);
  }
}
