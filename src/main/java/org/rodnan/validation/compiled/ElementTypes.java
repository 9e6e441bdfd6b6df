package org.rodnan.validation.compiled;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.hl7.fhir.r5.context.IWorkerContext;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.ElementDefinition.TypeRefComponent;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.model.StructureDefinition.StructureDefinitionKind;
import org.jspecify.annotations.Nullable;
import org.rodnan.validation.compiled.ElementType.Form;
import org.rodnan.validation.compiled.ElementType.Member;

/** The types of R4, from its own definitions, each read at first use. Thread safe. */
final class ElementTypes {
  private final IWorkerContext definitions;
  private final Map<String, ElementType> types = new ConcurrentHashMap<>();

  ElementTypes(IWorkerContext definitions) {
    this.definitions = definitions;
  }

  /** Whether there are resources of that type. */
  boolean isResource(String name) {
    return definitions.getResourceNamesAsSet().contains(name);
  }

  /** Null if R4 has no such type. */
  @Nullable ElementType of(String name) {
    ElementType known = types.get(name);
    if (known != null) {
      return known;
    }
    StructureDefinition definition = definitions.fetchTypeDefinition(name);
    if (definition == null) {
      return null;
    }
    ElementType first = types.putIfAbsent(name, typeOf(name, definition));
    return first == null ? Objects.requireNonNull(types.get(name)) : first;
  }

  private ElementType typeOf(String name, StructureDefinition definition) {
    StructureDefinitionKind kind = definition.getKind();
    Form form = kind == StructureDefinitionKind.PRIMITIVETYPE ? formOf(name) : Form.OBJECT;
    return new ElementType(
        name,
        name,
        form,
        kind == StructureDefinitionKind.RESOURCE,
        () -> membersOf(definition, definition.getSnapshot().getElementFirstRep()));
  }

  private static Form formOf(String primitive) {
    return switch (primitive) {
      case "boolean" -> Form.BOOLEAN;
      case "decimal", "integer", "positiveInt", "unsignedInt" -> Form.NUMBER;
      default -> Form.STRING;
    };
  }

  private Map<String, Member> membersOf(StructureDefinition definition, ElementDefinition parent) {
    Map<String, Member> members = new HashMap<>();
    List<ElementDefinition> elements = definition.getSnapshot().getElement();
    String prefix = parent.getPath() + ".";
    for (ElementDefinition element : elements) {
      String path = element.getPath();
      if (path.startsWith(prefix)
          && path.indexOf('.', prefix.length()) < 0
          && !element.hasSliceName()) {
        addMembers(members, definition, element, path.substring(prefix.length()));
      }
    }
    return members;
  }

  private void addMembers(
      Map<String, Member> members,
      StructureDefinition definition,
      ElementDefinition element,
      String name) {
    boolean isList = !"0".equals(element.getMax()) && !"1".equals(element.getMax());
    if (element.hasContentReference()) {
      String id = element.getContentReference();
      members.put(
          name, new Member(name, inPlace(definition, id.substring(id.indexOf('#') + 1)), isList));
      return;
    }
    boolean isChoice = name.endsWith("[x]");
    String stem = isChoice ? name.substring(0, name.length() - 3) : name;
    for (TypeRefComponent reference : element.getType()) {
      String code = reference.getWorkingCode();
      boolean isInPlace = code.equals("BackboneElement") || code.equals("Element");
      ElementType type =
          isInPlace && !isChoice ? inPlace(definition, element.getId()) : outline(code);
      members.put(
          isChoice ? stem + Character.toUpperCase(code.charAt(0)) + code.substring(1) : stem,
          new Member(stem, type, isList));
    }
  }

  private ElementType outline(String code) {
    ElementType type = of(code);
    // Such as Resource itself: it is never read into.
    return type == null ? new ElementType(code, code, Form.OBJECT, true, Map::of) : type;
  }

  private ElementType inPlace(StructureDefinition definition, String id) {
    return types.computeIfAbsent(
        definition.getUrl() + "#" + id,
        absent -> {
          ElementDefinition element =
              definition.getSnapshot().getElement().stream()
                  .filter(candidate -> id.equals(candidate.getId()))
                  .findFirst()
                  .orElseThrow();
          return new ElementType(
              element.getTypeFirstRep().getWorkingCode(),
              element.getPath(),
              Form.OBJECT,
              false,
              () -> membersOf(definition, element));
        });
  }
}
