package org.rodnan.validation.compiled;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.hl7.fhir.r5.context.IWorkerContext;
import org.hl7.fhir.r5.extensions.ExtensionUtilities;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.ElementDefinition.TypeRefComponent;
import org.hl7.fhir.r5.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.model.StructureDefinition.ExtensionContextType;
import org.hl7.fhir.r5.model.StructureDefinition.StructureDefinitionContextComponent;
import org.jspecify.annotations.Nullable;

/**
 * Extensions against their definitions (R4, extensibility.html): where they may stand, what they
 * hold. Unknown ones are undecided. Thread safe.
 */
final class Extensions {
  /**
   * @param isModifier whether it changes the meaning of what it stands on
   * @param contexts elements and types that it may stand on
   * @param valueTypes types of its value; empty if it has extensions instead
   * @param parts urls of its own extensions
   */
  private record Definition(
      boolean isModifier,
      Set<String> contexts,
      Set<String> valueTypes,
      boolean needsValue,
      Set<String> parts,
      Lazy<Shape> shape) {}

  private final IWorkerContext definitions;
  private final Function<StructureDefinition, Lazy<Shape>> shapes;
  private final Map<String, Definition> known = new ConcurrentHashMap<>();

  Extensions(IWorkerContext definitions, Function<StructureDefinition, Lazy<Shape>> shapes) {
    this.definitions = definitions;
    this.shapes = shapes;
  }

  boolean isResourceType(String name) {
    return definitions.getResourceNamesAsSet().contains(name);
  }

  /**
   * @param demanding address of the definition that is being checked
   * @param outer url of the extension that the container is; null if it is none
   * @return the url
   */
  String require(
      Node extension, Node container, Check check, String demanding, @Nullable String outer) {
    String url = extension.text("url");
    if (url == null) {
      throw Undecided.here();
    }
    if (url.indexOf(':') < 0) {
      // Part of an extension: its definition is in the outer one's.
      Undecided.unless(
          outer != null && (!outer.equals(demanding) || definition(outer).parts().contains(url)));
      return url;
    }
    Definition definition = definition(url);
    Undecided.unless(
        definition.isModifier() == extension.name().equals("modifierExtension")
            && mayStandOn(definition, container));
    Node value = extension.child("value");
    if (value != null) {
      Undecided.unless(definition.valueTypes().contains(value.type().name()));
    } else if (definition.needsValue() || !extension.has("extension")) {
      Undecided.unless(definition.valueTypes().isEmpty());
    }
    definition.shape().get().require(extension, check, url);
    return url;
  }

  private static boolean mayStandOn(Definition definition, Node container) {
    Set<String> contexts = definition.contexts();
    ElementType type = container.type();
    Node outer = container.parent();
    return contexts.contains("Element")
        || contexts.contains(type.path())
        || outer != null && contexts.contains(outer.type().path() + "." + container.name())
        || type.isResource() && (contexts.contains("Resource"))
        || type.isResource()
            && contexts.contains("DomainResource")
            && type.member("contained") != null;
  }

  private Definition definition(String url) {
    Definition definition = known.get(url);
    if (definition == null) {
      StructureDefinition source =
          url.indexOf('|') < 0 ? definitions.fetchResource(StructureDefinition.class, url) : null;
      // Only what is known is kept: unknown addresses from outside take no memory.
      if (source == null || !source.getUrl().equals(url) || !isPlain(source)) {
        throw Undecided.here();
      }
      definition = definitionOf(source);
      known.put(url, definition);
    }
    return definition;
  }

  /** Whether nothing about it is beyond what is checked here. */
  private static boolean isPlain(StructureDefinition source) {
    return "Extension".equals(source.getType())
        && source.hasSnapshot()
        && source.getStatus() != PublicationStatus.RETIRED
        && ExtensionUtilities.getStandardsStatus(source) == null
        && !source.hasContextInvariant()
        && source.getExtension().stream().noneMatch(e -> e.getUrl().contains("specific-use"))
        && source.getContext().stream()
            .allMatch(context ->
                context.getExtension().isEmpty()
                    && (context.getType() != ExtensionContextType.ELEMENT
                        || context.getExpression() != null));
  }

  private Definition definitionOf(StructureDefinition source) {
    Set<String> contexts = new HashSet<>();
    for (StructureDefinitionContextComponent context : source.getContext()) {
      // That of other kinds may hold as well, but that isn't looked at.
      if (context.getType() == ExtensionContextType.ELEMENT) {
        contexts.add(context.getExpression().equals("Any") ? "Element" : context.getExpression());
      }
    }
    Set<String> valueTypes = new HashSet<>();
    Set<String> parts = new HashSet<>();
    boolean needsValue = false;
    for (ElementDefinition element : source.getSnapshot().getElement()) {
      if (element.getPath().startsWith("Extension.value")
          && element.getPath().indexOf('.', 10) < 0) {
        needsValue |= element.getMin() > 0;
        if (!"0".equals(element.getMax())) {
          element.getType().stream().map(TypeRefComponent::getWorkingCode).forEach(valueTypes::add);
        }
      } else if (element.getPath().equals("Extension.extension.url") && element.hasFixed()) {
        parts.add(element.getFixed().primitiveValue());
      }
    }
    return new Definition(
        source.getSnapshot().getElementFirstRep().getIsModifier(),
        Set.copyOf(contexts),
        Set.copyOf(valueTypes),
        needsValue,
        Set.copyOf(parts),
        shapes.apply(source));
  }
}
