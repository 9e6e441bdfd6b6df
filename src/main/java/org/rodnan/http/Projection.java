package org.rodnan.http;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeDeclaredChildDefinition;
import ca.uhn.fhir.context.RuntimeResourceDefinition;
import ca.uhn.fhir.parser.IParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;

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
   * @throws FhirFailure.Malformed for an unknown summary, a name that can't be an element's, or
   *     both parameters together
   */
  static Projection of(QueryParameters query) {
    Optional<String> summary = query.first("_summary");
    Optional<String> elements = query.first("_elements");
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
    }
    return names;
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
    IParser encoder = FhirContexts.r4().newJsonParser();
    switch (summary) {
      case TRUE -> encoder.setSummaryMode(true);
      case DATA -> encoder.setSuppressNarratives(true);
      case TEXT, FALSE, COUNT -> encoder.setEncodeElements(withWhatMustBe(type, wanted));
    }
    IBaseResource resource =
        FhirContexts.r4().newJsonParser().parseResource(new String(json, StandardCharsets.UTF_8));
    return encoder.encodeResourceToString(resource).getBytes(StandardCharsets.UTF_8);
  }

  /** Paths of the elements asked for that concern the type; empty if nothing was asked of it. */
  private Set<String> wanted(String type) {
    Set<String> wanted = new HashSet<>();
    if (summary == Summary.TEXT) {
      wanted.add(type + ".text");
    }
    for (String name : elements) {
      if (!Character.isUpperCase(name.charAt(0))) {
        wanted.add(type + "." + name);
      } else if (name.startsWith(type + ".")) {
        wanted.add(name);
      }
    }
    return wanted;
  }

  private static Set<String> withWhatMustBe(String type, Set<String> wanted) {
    Set<String> all = new HashSet<>(wanted);
    all.add(type + ".id");
    all.add(type + ".meta");
    RuntimeResourceDefinition definition = FhirContexts.r4().getResourceDefinition(type);
    List<BaseRuntimeChildDefinition> children = new ArrayList<>(definition.getChildren());
    for (BaseRuntimeChildDefinition child : children) {
      boolean isModifier =
          child instanceof BaseRuntimeDeclaredChildDefinition declared && declared.isModifier();
      if (child.getMin() > 0 || isModifier) {
        all.add(type + "." + child.getElementName());
      }
    }
    return all;
  }
}
