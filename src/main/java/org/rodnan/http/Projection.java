package org.rodnan.http;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeDeclaredChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.http.PartialJson.Share;

/**
 * Which part of each resource a client wants (R4, search.html#summary and #elements). A part is
 * tagged SUBSETTED and always has id, meta, the mandatory elements and the modifiers; a Bundle
 * around it stays whole.
 *
 * @param elements element names, possibly with the type before them, such as {@code Patient.name}
 */
record Projection(Summary summary, List<String> elements) {
  static final Projection WHOLE = new Projection(Summary.FALSE, List.of());

  /** The values of {@code _summary}. */
  enum Summary {
    TRUE,
    TEXT,
    DATA,
    /** No resources at all; the search itself answers to it. */
    COUNT,
    FALSE
  }

  Projection {
    elements = List.copyOf(elements);
  }

  /**
   * @throws FhirFailure.Malformed for an unknown summary, a name that is no element's, or both
   *     parameters together
   */
  static Projection of(QueryParameters query) {
    Optional<String> summary = query.only("_summary");
    Optional<String> elements = query.only("_elements");
    if (summary.isEmpty() && elements.isEmpty()) {
      return WHOLE;
    }
    Projection projection =
        new Projection(
            summary.map(Projection::summary).orElse(Summary.FALSE),
            elements.map(Projection::names).orElse(List.of()));
    if (projection.summary != Summary.FALSE && !projection.elements.isEmpty()) {
      throw new FhirFailure.Malformed(
          "_summary and _elements were both given; expected one of them", "_summary", "_elements");
    }
    return projection;
  }

  private static Summary summary(String value) {
    return switch (value) {
      case "true" -> Summary.TRUE;
      case "text" -> Summary.TEXT;
      case "data" -> Summary.DATA;
      case "count" -> Summary.COUNT;
      case "false" -> Summary.FALSE;
      default ->
          throw new FhirFailure.Malformed(
              "_summary is '" + value + "'; expected true, text, data, count or false", "_summary");
    };
  }

  private static List<String> names(String value) {
    List<String> names = Arrays.stream(value.split(",", -1)).map(String::strip).toList();
    for (String name : names) {
      if (!name.matches("[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z][A-Za-z0-9]*)*")) {
        throw new FhirFailure.Malformed(
            "_elements names '" + name + "'; expected names of elements, joined by commas",
            "_elements");
      }
      if (!isElement(name)) {
        throw new FhirFailure.Malformed(
            "_elements names '"
                + name
                + "', which is no element of "
                + (isTyped(name) ? "that type" : "any type")
                + "; expected names such as code or Observation.code",
            "_elements");
      }
    }
    return names;
  }

  /** Whether it begins with the type. */
  private static boolean isTyped(String name) {
    return Character.isUpperCase(name.charAt(0));
  }

  private static boolean isElement(String name) {
    Set<String> types = FhirContexts.r4().getResourceTypes();
    List<String> path = List.of(name.split("\\."));
    if (isTyped(name)) {
      return path.size() > 1
          && types.contains(path.getFirst())
          && isPath(definition(path.getFirst()), path.subList(1, path.size()));
    }
    return types.stream().anyMatch(type -> isPath(definition(type), path));
  }

  private static BaseRuntimeElementDefinition<?> definition(String type) {
    return FhirContexts.r4().getResourceDefinition(type);
  }

  /** By the names of elements, and those that a choice has in JSON. */
  private static boolean isPath(BaseRuntimeElementDefinition<?> type, List<String> path) {
    if (path.isEmpty()) {
      return true;
    }
    String name = path.getFirst();
    List<String> rest = path.subList(1, path.size());
    return type instanceof BaseRuntimeElementCompositeDefinition<?> composite
        && composite.getChildren().stream()
            .filter(child ->
                child.getElementName().equals(name)
                    || child.getElementName().equals(name + "[x]")
                    || child.getValidChildNames().contains(name))
            .anyMatch(child ->
                child.getValidChildNames().stream()
                    .anyMatch(each -> isPath(child.getChildByName(each), rest)));
  }

  /**
   * The wanted part of a resource, as JSON.
   *
   * @param json returned as it is if all is wanted
   */
  byte[] apply(String type, byte[] json) {
    Set<String> wanted = wanted(type);
    boolean isWhole =
        switch (summary) {
          case FALSE -> wanted.isEmpty();
          case COUNT -> true;
          case TRUE, TEXT, DATA -> false;
        };
    if (isWhole) {
      return json;
    }
    return PartialJson.of(
        type,
        json,
        switch (summary) {
          case TRUE -> Projection::inSummary;
          case DATA -> (path, name, element) -> isText(path, type) ? Share.NONE : Share.ALL;
          case TEXT, FALSE, COUNT -> (path, name, element) -> share(wanted, path, name, element);
        });
  }

  private static Share inSummary(String path, String name, BaseRuntimeChildDefinition element) {
    boolean isSummary =
        element instanceof BaseRuntimeDeclaredChildDefinition declared && declared.isSummary();
    return isSummary || mustBe(element) ? Share.SOME : Share.NONE;
  }

  private static boolean isText(String path, String type) {
    return path.equals(type + ".text");
  }

  private static Share share(
      Set<String> wanted, String path, String name, BaseRuntimeChildDefinition element) {
    String inJson = path.substring(0, path.lastIndexOf('.') + 1) + name;
    if (mustBe(element) || wanted.contains(path) || wanted.contains(inJson)) {
      return Share.ALL;
    }
    boolean isInside =
        wanted.stream().anyMatch(w -> w.startsWith(path + ".") || w.startsWith(inJson + "."));
    return isInside ? Share.SOME : Share.NONE;
  }

  /** Without these a resource isn't valid, or means something else. */
  private static boolean mustBe(BaseRuntimeChildDefinition element) {
    return element.getMin() > 0
        || element instanceof BaseRuntimeDeclaredChildDefinition declared && declared.isModifier();
  }

  /** Paths of the elements asked for that concern the type; empty if nothing was asked of it. */
  private Set<String> wanted(String type) {
    Set<String> wanted = new HashSet<>();
    if (summary == Summary.TEXT) {
      wanted.add(type + ".text");
    }
    for (String name : elements) {
      if (!isTyped(name)) {
        wanted.add(type + "." + name);
      } else if (name.startsWith(type + ".")) {
        wanted.add(name);
      }
    }
    return wanted;
  }
}
