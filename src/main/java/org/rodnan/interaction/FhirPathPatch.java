package org.rodnan.interaction;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.RuntimeChildChoiceDefinition;
import ca.uhn.fhir.parser.DataFormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.instance.model.api.IBase;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Function;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Narrative;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.utilities.xhtml.XhtmlNode;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.index.FhirPaths;

/**
 * FHIRPath Patch (R4, fhirpatch.html) on HAPI's model of the resource. Paths may use indexes and
 * the functions that select; those that compute, or search the whole resource, are refused.
 */
record FhirPathPatch(List<Operation> operations) implements Patch {
  private static final FhirPaths PATHS = new FhirPaths();
  private static final int PATH_CHARS_MAX = 1_000;

  private static final Set<Function> SELECTING =
      Set.of(
          Function.Where,
          Function.First,
          Function.Last,
          Function.Single,
          Function.Tail,
          Function.Skip,
          Function.Take,
          Function.Item,
          Function.OfType,
          Function.As,
          Function.Is,
          Function.Exists,
          Function.Empty,
          Function.Not,
          Function.HasValue,
          Function.Count,
          Function.Extension,
          Function.StartsWith,
          Function.EndsWith,
          Function.Contains);

  FhirPathPatch {
    operations = List.copyOf(operations);
  }

  /** One operation, with its parameters by their names. */
  record Operation(int index, String type, String path, ParametersParameterComponent parts) {
    Optional<ParametersParameterComponent> part(String name) {
      return parts.getPart().stream().filter(part -> name.equals(part.getName())).findFirst();
    }

    String text(String name) {
      return part(name)
          .filter(part -> part.hasValue() && part.getValue().isPrimitive())
          .map(part -> part.getValue().primitiveValue())
          .orElseThrow(() -> malformed(index, "has no " + name));
    }

    int number(String name) {
      return part(name)
          .filter(part -> part.getValue() instanceof IntegerType value && value.hasValue())
          .map(part -> ((IntegerType) part.getValue()).getValue())
          .orElseThrow(() -> malformed(index, "has no whole number as its " + name));
    }

    ParametersParameterComponent value() {
      return part("value").orElseThrow(() -> malformed(index, "has no value"));
    }

    FhirFailure failure(String what) {
      return new FhirFailure.Unprocessable(
          IssueType.PROCESSING,
          "FHIRPath Patch operation " + index + " (" + type + " " + path + "): " + what);
    }
  }

  private static FhirFailure malformed(int index, String what) {
    return new FhirFailure.Malformed(
        IssueType.STRUCTURE,
        "The FHIRPath Patch is malformed: operation " + index + " " + what,
        "Parameters.parameter[" + index + "]");
  }

  static FhirPathPatch of(Parameters parameters) {
    List<Operation> operations = new ArrayList<>();
    for (ParametersParameterComponent parts : parameters.getParameter()) {
      int index = operations.size();
      if (!"operation".equals(parts.getName())) {
        throw malformed(index, "is named '" + parts.getName() + "'; expected 'operation'");
      }
      Operation unread = new Operation(index, "", "", parts);
      Operation operation = new Operation(index, unread.text("type"), unread.text("path"), parts);
      requireParts(operation);
      requireSelecting(compile(operation, operation.path()), operation);
      operations.add(operation);
    }
    return new FhirPathPatch(operations);
  }

  private static void requireParts(Operation operation) {
    switch (operation.type()) {
      case "add" -> {
        operation.text("name");
        operation.value();
      }
      case "insert" -> {
        operation.number("index");
        operation.value();
      }
      case "replace" -> operation.value();
      case "move" -> {
        operation.number("source");
        operation.number("destination");
      }
      case "delete" -> {
        // The path is all.
      }
      default ->
          throw malformed(
              operation.index(),
              "has type '" + operation.type() + "'; expected add, insert, delete, replace or move");
    }
  }

  private static ExpressionNode compile(Operation operation, String path) {
    try {
      if (path.length() <= PATH_CHARS_MAX) {
        return PATHS.compile(path);
      }
    } catch (RuntimeException e) {
      // The engine throws whatever it stumbles on; said below.
    }
    throw malformed(
        operation.index(),
        "has a path that is no FHIRPath of up to " + PATH_CHARS_MAX + " characters");
  }

  private static void requireSelecting(ExpressionNode node, Operation operation) {
    if (node.getFunction() != null && !SELECTING.contains(node.getFunction())) {
      throw malformed(
          operation.index(),
          "uses " + node.getFunction().toCode() + "(); expected only functions that select");
    }
    for (ExpressionNode next :
        new ExpressionNode[] {node.getInner(), node.getGroup(), node.getOpNext()}) {
      if (next != null) {
        requireSelecting(next, operation);
      }
    }
    if (node.getParameters() != null) {
      node.getParameters().forEach(parameter -> requireSelecting(parameter, operation));
    }
  }

  @Override
  public ParsedResource apply(byte[] json, ResourceParser parser) {
    Resource resource =
        (Resource)
            FhirContexts.r4()
                .newJsonParser()
                .parseResource(new String(json, StandardCharsets.UTF_8));
    apply(resource);
    String patched = encode(resource);
    return PatchedResource.parse(() -> parser.parseJson(patched.getBytes(StandardCharsets.UTF_8)));
  }

  /** A choice takes a value of any type, and only the encoder finds out that it isn't R4's. */
  private static String encode(Resource resource) {
    try {
      return FhirContexts.r4().newJsonParser().encodeResourceToString(resource);
    } catch (RuntimeException e) {
      throw new FhirFailure.Unprocessable(
          IssueType.PROCESSING,
          "The patched "
              + resource.fhirType()
              + " has a value of a type that R4 doesn't have there");
    }
  }

  /** Changes the resource. */
  void apply(Resource resource) {
    for (Operation operation : operations) {
      try {
        apply(operation, resource);
      } catch (FhirFailure e) {
        throw e;
      } catch (FHIRException | DataFormatException e) {
        throw operation.failure("the value doesn't fit there: " + e.getMessage());
      } catch (RuntimeException e) {
        throw operation.failure("the value doesn't fit there");
      }
    }
  }

  private static void apply(Operation operation, Resource resource) {
    switch (operation.type()) {
      case "add" -> {
        Base parent = single(operation, resource, operation.path());
        Slot slot = Slot.of(operation, parent, operation.text("name"));
        if (!slot.repeats() && !slot.values().isEmpty()) {
          throw operation.failure("'" + slot.name() + "' is there already, and doesn't repeat");
        }
        slot.put(operation.value());
      }
      case "insert" -> {
        Slot slot = list(operation, resource);
        int index = operation.number("index");
        requireIndex(operation, index, slot.values().size());
        slot.put(operation.value());
        List<IBase> values = slot.values();
        values.add(index, values.removeLast());
      }
      case "delete" -> {
        List<Base> found = evaluate(operation, resource, operation.path());
        if (found.size() > 1) {
          throw several(operation, found);
        }
        if (found.isEmpty()) {
          ElementPaths.require(operation, PATHS.compile(operation.path()), resource.fhirType());
        } else {
          place(operation, resource, found.getFirst()).delete();
        }
      }
      case "replace" -> {
        Base element = single(operation, resource, operation.path());
        place(operation, resource, element).replace(operation.value());
      }
      default -> {
        Slot slot = list(operation, resource);
        List<IBase> values = slot.values();
        int source = operation.number("source");
        int destination = operation.number("destination");
        requireIndex(operation, source, values.size() - 1);
        requireIndex(operation, destination, values.size() - 1);
        values.add(destination, values.remove(source));
      }
    }
  }

  private static void requireIndex(Operation operation, int index, int max) {
    if (index < 0 || index > max) {
      throw operation.failure(
          index + " is no place of the list" + (max < 0 ? "" : "; expected 0 to " + max));
    }
  }

  private static List<Base> evaluate(Operation operation, Resource resource, String path) {
    return PATHS.evaluate(compile(operation, path), resource, resource);
  }

  private static Base single(Operation operation, Resource resource, String path) {
    List<Base> found = evaluate(operation, resource, path);
    if (found.size() > 1) {
      throw several(operation, found);
    }
    if (found.isEmpty()) {
      throw operation.failure("nothing is at " + path);
    }
    return found.getFirst();
  }

  private static FhirFailure several(Operation operation, List<Base> found) {
    return operation.failure(found.size() + " elements are there; expected one");
  }

  /** The list that a path such as {@code Patient.contact[0].telecom} names, also an empty one. */
  private static Slot list(Operation operation, Resource resource) {
    int dot = operation.path().lastIndexOf('.');
    String name = operation.path().substring(dot + 1);
    if (dot < 0 || !name.matches("[A-Za-z]+")) {
      throw operation.failure("expected the path of a list, such as Patient.name");
    }
    Slot slot =
        Slot.of(operation, single(operation, resource, operation.path().substring(0, dot)), name);
    if (!slot.repeats()) {
      throw operation.failure("'" + name + "' doesn't repeat");
    }
    return slot;
  }

  private static Place place(Operation operation, Resource resource, Base element) {
    return find(operation, resource, element)
        .or(() -> narrative(operation, resource))
        .orElseThrow(() -> operation.failure("expected the path of an element"));
  }

  /** By identity: it is one of the resource's own elements. */
  private static Optional<Place> find(Operation operation, IBase parent, Base element) {
    BaseRuntimeElementDefinition<?> definition =
        parent instanceof Resource resource
            ? FhirContexts.r4().getResourceDefinition(resource)
            : FhirContexts.r4().getElementDefinition(parent.getClass());
    if (definition instanceof BaseRuntimeElementCompositeDefinition<?> composite
        && parent instanceof Base base) {
      for (BaseRuntimeChildDefinition child : composite.getChildrenAndExtension()) {
        List<IBase> values = child.getAccessor().getValues(parent);
        for (int i = 0; i < values.size(); i++) {
          if (values.get(i) == element) {
            return Optional.of(new Place(new Slot(operation, base, child), i));
          }
          Optional<Place> inside = find(operation, values.get(i), element);
          if (inside.isPresent()) {
            return inside;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The engine gives a narrative's XHTML as a text of its own. */
  private static Optional<Place> narrative(Operation operation, Resource resource) {
    if (!operation.path().endsWith(".div")) {
      return Optional.empty();
    }
    String parent = operation.path().substring(0, operation.path().length() - ".div".length());
    return single(operation, resource, parent) instanceof Narrative narrative
        ? Optional.of(new Place(Slot.of(operation, narrative, "div"), 0))
        : Optional.empty();
  }

  /** The values of one element name in a parent. */
  private record Slot(Operation operation, Base parent, BaseRuntimeChildDefinition child) {
    static Slot of(Operation operation, Base parent, String name) {
      BaseRuntimeElementDefinition<?> definition =
          parent instanceof Resource resource
              ? FhirContexts.r4().getResourceDefinition(resource)
              : FhirContexts.r4().getElementDefinition(parent.getClass());
      if (definition instanceof BaseRuntimeElementCompositeDefinition<?> composite) {
        BaseRuntimeChildDefinition child = composite.getChildByName(name);
        if (child == null) {
          child = composite.getChildByName(name + "[x]");
        }
        if (child != null) {
          return new Slot(operation, parent, child);
        }
      }
      throw operation.failure("there is no '" + name + "' in " + parent.fhirType());
    }

    String name() {
      return child.getElementName();
    }

    /** As the model's setter knows it. */
    String property() {
      return child instanceof RuntimeChildChoiceDefinition && !name().endsWith("[x]")
          ? name() + "[x]"
          : name();
    }

    boolean repeats() {
      return child.getMax() != 1;
    }

    /** The parent's own list, if it repeats and has values. */
    List<IBase> values() {
      return child.getAccessor().getValues(parent);
    }

    /** Sets the one value, or appends it. */
    void put(ParametersParameterComponent value) {
      if (value.hasValue()) {
        Base typed = value.getValue();
        if (parent instanceof Narrative narrative && name().equals("div")) {
          XhtmlNode div = new XhtmlNode();
          div.setValueAsString(typed.primitiveValue());
          narrative.setDiv(div);
        } else {
          parent.setProperty(property(), typed);
        }
      } else if (value.hasResource()) {
        parent.setProperty(name(), value.getResource());
      } else if (value.hasPart()) {
        if (!repeats()) {
          child.getMutator().setValue(parent, null);
        }
        Base added = parent.addChild(name());
        for (ParametersParameterComponent part : value.getPart()) {
          Slot.of(operation, added, String.valueOf(part.getName())).put(part);
        }
      } else {
        throw operation.failure("the value is empty");
      }
    }
  }

  /** One element of the resource. */
  private record Place(Slot slot, int index) {
    void delete() {
      if (slot.repeats()) {
        slot.values().remove(index);
      } else {
        slot.child().getMutator().setValue(slot.parent(), null);
      }
    }

    void replace(ParametersParameterComponent value) {
      slot.put(value);
      if (slot.repeats()) {
        List<IBase> values = slot.values();
        values.set(index, values.removeLast());
      }
    }
  }
}
