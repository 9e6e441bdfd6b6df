package org.rodnan.validation.compiled;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.hl7.fhir.r5.context.IWorkerContext;
import org.hl7.fhir.r5.fhirpath.ExpressionNode;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.model.DataType;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.ElementDefinition.DiscriminatorType;
import org.hl7.fhir.r5.model.ElementDefinition.ElementDefinitionBindingComponent;
import org.hl7.fhir.r5.model.ElementDefinition.ElementDefinitionConstraintComponent;
import org.hl7.fhir.r5.model.ElementDefinition.ElementDefinitionSlicingDiscriminatorComponent;
import org.hl7.fhir.r5.model.ElementDefinition.SlicingRules;
import org.hl7.fhir.r5.model.ElementDefinition.TypeRefComponent;
import org.hl7.fhir.r5.model.PrimitiveType;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.model.StructureDefinition.StructureDefinitionKind;
import org.hl7.fhir.r5.model.ValueSet;
import org.hl7.fhir.r5.utils.UserDataNames;
import org.jspecify.annotations.Nullable;
import org.rodnan.validation.compiled.Demands.Types;
import org.rodnan.validation.compiled.Shape.Rule;
import org.rodnan.validation.compiled.Shape.Slice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From snapshots to shapes, each at its first use. What isn't compiled is told to the log once for
 * each definition. Thread safe.
 */
final class ShapeCompiler {
  private static final Logger LOG = LoggerFactory.getLogger(ShapeCompiler.class);
  private static final String TYPE = "http://hl7.org/fhir/StructureDefinition/";
  private static final String BEST_PRACTICE =
      "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";

  /** Extensions of element definitions that demand nothing of an instance. */
  private static final Set<String> HARMLESS =
      Set.of(
          "http://hl7.org/fhir/StructureDefinition/elementdefinition-bindingName",
          "http://hl7.org/fhir/StructureDefinition/elementdefinition-isCommonBinding",
          "http://hl7.org/fhir/StructureDefinition/elementdefinition-translatable",
          "http://hl7.org/fhir/StructureDefinition/structuredefinition-explicit-type-name",
          "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type",
          "http://hl7.org/fhir/StructureDefinition/structuredefinition-hierarchy",
          "http://hl7.org/fhir/StructureDefinition/structuredefinition-display-hint",
          "http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version",
          "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status");

  /**
   * Constraints that hold for whatever the reader and the other checks let pass: they refuse empty
   * elements, contained resources and references to them, and look at the narrative themselves.
   */
  private static final Set<String> KEPT_OTHERWISE =
      Set.of(
          "hasValue() or (children().count() > id.count())",
          "extension.exists() != value.exists()",
          "contained.contained.empty()",
          "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()",
          "contained.meta.security.empty()",
          "htmlChecks()",
          "reference.startsWith('#').not() or (reference.substring(1).trace('url') in"
              + " %rootResource.contained.id.trace('ids'))");

  private final IWorkerContext definitions;
  private final Binding unbound;
  private final Extensions extensions;
  private final Map<String, Lazy<Shape>> shapes = new ConcurrentHashMap<>();
  private final Set<String> left = ConcurrentHashMap.newKeySet();

  ShapeCompiler(IWorkerContext definitions) {
    this.definitions = definitions;
    this.unbound = Binding.none(definitions);
    this.extensions = new Extensions(definitions, this::shapeOf);
  }

  /** What is left to HL7's validator, of the definitions compiled so far. */
  Set<String> left() {
    return new TreeSet<>(left);
  }

  /** The shape of a whole resource, data type or extension. */
  Lazy<Shape> shapeOf(StructureDefinition definition) {
    return shapeOf(definition, definition.getSnapshot().getElementFirstRep(), true);
  }

  private Lazy<Shape> shapeOf(
      StructureDefinition definition, ElementDefinition element, boolean isRoot) {
    return shapes.computeIfAbsent(
        definition.getVersionedUrl() + "#" + element.getId(),
        key ->
            new Lazy<>(() -> {
              Shape shape = compile(definition, element, isRoot);
              LOG.debug("Compiled {}", key);
              return shape;
            }));
  }

  private Shape compile(StructureDefinition definition, ElementDefinition parent, boolean isRoot) {
    List<ElementDefinition> children = childrenOf(definition, parent);
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < children.size(); i++) {
      ElementDefinition child = children.get(i);
      boolean isValueOfPrimitive =
          definition.getKind() == StructureDefinitionKind.PRIMITIVETYPE
              && child.getPath().endsWith(".value");
      if (!isSliceIn(children, i) && !isValueOfPrimitive) {
        rules.add(rule(definition, child, slicesOf(children, i)));
      }
    }
    return new Shape(
        definition.getUrl(), rules, isRoot ? constraints(definition, parent) : List.of());
  }

  private static List<ElementDefinition> childrenOf(
      StructureDefinition definition, ElementDefinition parent) {
    List<ElementDefinition> elements = definition.getSnapshot().getElement();
    List<ElementDefinition> children = new ArrayList<>();
    String prefix = parent.getPath() + ".";
    for (int i = elements.indexOf(parent) + 1; i < elements.size(); i++) {
      String path = elements.get(i).getPath();
      if (!path.startsWith(prefix)) {
        break;
      }
      if (path.indexOf('.', prefix.length()) < 0) {
        children.add(elements.get(i));
      }
    }
    return children;
  }

  /** The slices of an element follow it, under the same path. */
  private static boolean isSliceIn(List<ElementDefinition> children, int i) {
    return children.get(i).hasSliceName()
        && i > 0
        && children.get(i - 1).getPath().equals(children.get(i).getPath());
  }

  private static List<ElementDefinition> slicesOf(List<ElementDefinition> children, int i) {
    List<ElementDefinition> slices = new ArrayList<>();
    for (int j = i + 1; j < children.size() && isSliceIn(children, j); j++) {
      slices.add(children.get(j));
    }
    return slices;
  }

  private Rule rule(
      StructureDefinition definition, ElementDefinition element, List<ElementDefinition> slices) {
    String path = element.getPath();
    String name = path.substring(path.lastIndexOf('.') + 1);
    boolean isChoice = name.endsWith("[x]");
    List<Slice> compiled = new ArrayList<>();
    boolean isKnown = isPlain(definition, element, isChoice);
    for (ElementDefinition slice : slices) {
      Predicate<Node> test = test(definition, element, slice);
      isKnown &= test != null && !slice.hasSlicing() && !slice.getSliceName().contains("/");
      if (test != null) {
        compiled.add(
            new Slice(test, slice.getMin(), maxOf(slice), demands(definition, slice, true)));
      }
    }
    if (!slices.isEmpty() && !isKnown) {
      leave(definition, element, "slicing");
    }
    return new Rule(
        isChoice ? name.substring(0, name.length() - 3) : name,
        element.getMin(),
        maxOf(element),
        demands(definition, element, isKnown),
        compiled,
        element.getSlicing().getRules() != SlicingRules.CLOSED);
  }

  private boolean isPlain(
      StructureDefinition definition, ElementDefinition element, boolean isChoice) {
    boolean hasTypeName = !isChoice && element.hasSliceName();
    if (hasTypeName || element.getSlicing().getOrdered()) {
      leave(definition, element, "slicing");
      return false;
    }
    return true;
  }

  private static int maxOf(ElementDefinition element) {
    return "*".equals(element.getMax()) ? Integer.MAX_VALUE : Integer.parseInt(element.getMax());
  }

  private void leave(StructureDefinition definition, ElementDefinition element, String what) {
    String text = definition.getUrl() + "#" + element.getId() + ": " + what;
    if (left.add(text)) {
      LOG.info("Left to HL7's validator where it occurs: {}", text);
    }
  }

  /** Null if the slice can't be told from the others here. */
  private @Nullable Predicate<Node> test(
      StructureDefinition definition, ElementDefinition slicer, ElementDefinition slice) {
    Predicate<Node> all = node -> true;
    List<ElementDefinitionSlicingDiscriminatorComponent> discriminators =
        slicer.getSlicing().getDiscriminator();
    for (ElementDefinitionSlicingDiscriminatorComponent discriminator : discriminators) {
      Predicate<Node> one = test(definition, slice, discriminator);
      if (one == null) {
        return null;
      }
      all = all.and(one);
    }
    return discriminators.isEmpty() ? null : all;
  }

  private @Nullable Predicate<Node> test(
      StructureDefinition definition,
      ElementDefinition slice,
      ElementDefinitionSlicingDiscriminatorComponent discriminator) {
    String path = discriminator.getPath();
    boolean isThis = path.equals("$this");
    if (!isThis && (path.contains(".") || path.contains("(") || path.contains("["))) {
      return null;
    }
    ElementDefinition criterion = isThis ? slice : childOf(definition, slice, path);
    if (criterion == null) {
      return null;
    }
    DiscriminatorType type = discriminator.getType();
    if (type == DiscriminatorType.EXISTS && !isThis) {
      boolean must = criterion.getMin() > 0;
      return must || "0".equals(criterion.getMax()) ? node -> node.has(path) == must : null;
    }
    if (type == DiscriminatorType.TYPE && isThis) {
      Set<String> types = new HashSet<>();
      slice.getType().forEach(reference -> types.add(reference.getWorkingCode()));
      return node -> types.contains(node.type().name());
    }
    if (type != DiscriminatorType.VALUE && type != DiscriminatorType.PATTERN) {
      return null;
    }
    DataType exact = criterion.hasFixed() ? criterion.getFixed() : criterion.getPattern();
    if (exact == null || criterion.hasFixed() && !(exact instanceof PrimitiveType)) {
      return null;
    }
    ValuePattern pattern = ValuePattern.of(exact);
    if (pattern == null) {
      return null;
    }
    return isThis
        ? pattern::matches
        : node -> node.objects(path).stream().anyMatch(pattern::matches);
  }

  private static @Nullable ElementDefinition childOf(
      StructureDefinition definition, ElementDefinition parent, String name) {
    return childrenOf(definition, parent).stream()
        .filter(child -> child.getPath().equals(parent.getPath() + "." + name))
        .findFirst()
        .orElse(null);
  }

  private Demands demands(
      StructureDefinition definition, ElementDefinition element, boolean isKnownSoFar) {
    String beyond = beyond(element);
    if (beyond != null) {
      leave(definition, element, beyond);
    }
    DataType exact = element.hasFixed() ? element.getFixed() : element.getPattern();
    ValuePattern pattern = exact == null ? null : ValuePattern.of(exact);
    Binding binding = binding(element);
    boolean hasInPlace = !childrenOf(definition, element).isEmpty();
    Map<String, Lazy<Shape>> types = types(definition, element);
    boolean isKnown =
        isKnownSoFar
            && beyond == null
            && binding != null
            && types != null
            && !(hasInPlace && element.getType().size() > 1);
    return new Demands(
        isKnown,
        types == null || types.isEmpty() ? null : Types.of(types),
        constraints(definition, element),
        pattern,
        binding == null ? unbound : binding,
        element.hasMaxLength() && element.getMaxLength() > 0
            ? element.getMaxLength()
            : Integer.MAX_VALUE,
        targets(element),
        inPlace(definition, element, hasInPlace),
        extensions);
  }

  /** What the definition demands that isn't compiled; null if nothing. */
  private @Nullable String beyond(ElementDefinition element) {
    if (!element.getExtension().stream().allMatch(e -> HARMLESS.contains(e.getUrl()))) {
      return "an extension of the element's definition";
    }
    if (element.hasMinValue() || element.hasMaxValue()) {
      return "least and greatest values";
    }
    if (element.getMustHaveValue() || element.hasValueAlternatives()) {
      return "alternatives to a value";
    }
    DataType exact = element.hasFixed() ? element.getFixed() : element.getPattern();
    if (exact != null
        && (ValuePattern.of(exact) == null
            || element.hasFixed() && !(exact instanceof PrimitiveType))) {
      return "a fixed value of type " + exact.fhirType();
    }
    if (element.getBinding().hasAdditional()) {
      return "additional bindings";
    }
    for (TypeRefComponent type : element.getType()) {
      if (!type.getExtension().stream().allMatch(e -> HARMLESS.contains(e.getUrl()))) {
        return "an extension of the element's type";
      }
      if (type.hasAggregation() || type.getProfile().size() > 1) {
        return "aggregation, or several profiles of a type";
      }
      for (CanonicalType target : type.getTargetProfile()) {
        if (definitions.fetchResource(StructureDefinition.class, target.getValue()) == null) {
          return "the unknown target " + target.getValue();
        }
      }
    }
    return null;
  }

  /** Null if its value set isn't known. */
  private @Nullable Binding binding(ElementDefinition element) {
    if (!element.hasBinding() || !element.getBinding().hasValueSet()) {
      return unbound;
    }
    ElementDefinitionBindingComponent binding = element.getBinding();
    ValueSet valueSet = definitions.fetchResource(ValueSet.class, binding.getValueSet());
    return valueSet == null ? null : Binding.of(definitions, valueSet, binding.getStrength());
  }

  /** Empty if the content is defined in place; null if a type isn't known. */
  private @Nullable Map<String, Lazy<Shape>> types(
      StructureDefinition definition, ElementDefinition element) {
    Map<String, Lazy<Shape>> types = new LinkedHashMap<>();
    for (TypeRefComponent reference : element.getType()) {
      String code = reference.getWorkingCode();
      if (code.equals("BackboneElement") || code.equals("Element")) {
        return Map.of();
      }
      String address =
          reference.hasProfile() && !code.equals("Reference")
              ? reference.getProfile().getFirst().getValue()
              : TYPE + code;
      types.put(
          code,
          new Lazy<>(() -> {
            StructureDefinition type =
                definitions.fetchResource(StructureDefinition.class, address);
            if (type == null || !type.hasSnapshot() || !type.getType().equals(code)) {
              leave(definition, element, "the type " + address);
              throw Undecided.here();
            }
            return shapeOf(type).get();
          }));
    }
    return types;
  }

  private Set<String> targets(ElementDefinition element) {
    Set<String> targets = new HashSet<>();
    for (TypeRefComponent reference : element.getType()) {
      if (reference.getWorkingCode().equals("Reference")) {
        for (CanonicalType target : reference.getTargetProfile()) {
          StructureDefinition type =
              definitions.fetchResource(StructureDefinition.class, target.getValue());
          if (type == null || type.getType().equals("Resource")) {
            return Set.of();
          }
          targets.add(type.getType());
        }
      }
    }
    return Set.copyOf(targets);
  }

  private @Nullable Lazy<Shape> inPlace(
      StructureDefinition definition, ElementDefinition element, boolean hasChildren) {
    if (hasChildren) {
      return shapeOf(definition, element, false);
    }
    if (!element.hasContentReference()) {
      return null;
    }
    String reference = element.getContentReference();
    int hash = reference.indexOf('#');
    String id = reference.substring(hash + 1);
    return new Lazy<>(() -> {
      StructureDefinition source =
          hash > 0
              ? definitions.fetchResource(StructureDefinition.class, reference.substring(0, hash))
              : definition;
      if (source == null) {
        throw Undecided.here();
      }
      return source.getSnapshot().getElement().stream()
          .filter(candidate -> id.equals(candidate.getId()))
          .findFirst()
          .map(target -> shapeOf(source, target, false).get())
          .orElseThrow(Undecided::here);
    });
  }

  private List<Constraint> constraints(StructureDefinition definition, ElementDefinition element) {
    List<Constraint> constraints = new ArrayList<>();
    for (ElementDefinitionConstraintComponent constraint : element.getConstraint()) {
      if (constraint.hasExpression()
          && !KEPT_OTHERWISE.contains(constraint.getExpression())
          && !constraint.getKey().equals("dom-3")
          && !constraint.hasExtension(BEST_PRACTICE)) {
        Object parsed = constraint.getUserData(UserDataNames.validator_expression_cache);
        if (parsed instanceof ExpressionNode node) {
          if (!Expressions.isCompiled(node)) {
            leave(definition, element, "part of the constraint " + constraint.getKey());
          }
          constraints.add(new Constraint(constraint.getKey(), Expressions.compile(node)));
        } else {
          leave(definition, element, "the constraint " + constraint.getKey());
          constraints.add(
              new Constraint(
                  constraint.getKey(),
                  (scope, focus) -> {
                    throw Undecided.here();
                  }));
        }
      }
    }
    return constraints;
  }
}
