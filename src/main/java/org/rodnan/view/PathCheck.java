package org.rodnan.view;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.RuntimePrimitiveDatatypeDefinition;
import ca.uhn.fhir.context.RuntimeResourceDefinition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Kind;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceTypes;

/**
 * What a path gives, as far as that can be told without a resource. A step to an element that none
 * of the possible types has is an error: FHIRPath would silently give nothing. Thread safe.
 */
final class PathCheck {
  private static final Set<String> BOOLEAN_FUNCTIONS =
      Set.of(
          "exists",
          "empty",
          "not",
          "all",
          "allTrue",
          "anyTrue",
          "allFalse",
          "anyFalse",
          "subsetOf",
          "supersetOf",
          "isDistinct",
          "hasValue",
          "is",
          "startsWith",
          "endsWith",
          "contains",
          "matches",
          "matchesFull",
          "toBoolean",
          "convertsToInteger",
          "convertsToDecimal");

  private static final Set<String> TEXT_FUNCTIONS =
      Set.of(
          "join", "toString", "upper", "lower", "substring", "replace", "replaceMatches", "trim");

  private static final Set<String> SAME_FUNCTIONS =
      Set.of(
          "where",
          IndexedSteps.KEPT,
          StrictCalls.ONE,
          "first",
          "last",
          "tail",
          "skip",
          "take",
          "single",
          "distinct");

  /** Types that others are of as well: {@code Resource.id}. */
  private static final Set<String> ANCESTORS =
      Set.of("Resource", "DomainResource", "Element", "BackboneElement");

  /**
   * The types that a value may be of.
   *
   * @param names empty if nothing is known
   */
  record Types(Set<BaseRuntimeElementDefinition<?>> definitions, Set<String> names) {
    static final Types UNKNOWN = new Types(Set.of(), Set.of());

    static Types of(String name) {
      BaseRuntimeElementDefinition<?> definition = definition(name);
      return definition == null ? UNKNOWN : new Types(Set.of(definition), Set.of(name));
    }

    private static @Nullable BaseRuntimeElementDefinition<?> definition(String name) {
      return ResourceTypes.isType(name)
          ? FhirContexts.r4().getResourceDefinition(name)
          : FhirContexts.r4().getElementDefinition(name);
    }

    boolean isKnown() {
      return !names.isEmpty();
    }

    boolean mayBe(String name) {
      return names.contains(name);
    }

    /** The type for a column that declares none: only of primitives. */
    Optional<String> column() {
      boolean isPrimitive =
          definitions.size() == 1
              && definitions.iterator().next() instanceof RuntimePrimitiveDatatypeDefinition;
      return isPrimitive ? Optional.of(names.iterator().next()) : Optional.empty();
    }

    @Override
    public String toString() {
      return names.stream().sorted().collect(Collectors.joining(" or "));
    }
  }

  /**
   * @param focus what the path begins at
   * @throws PathEngineException if there is no such element
   */
  Types types(ExpressionNode node, Types focus) {
    Types first = term(node, focus);
    if (node.getOperation() == null) {
      return first;
    }
    Types last = first;
    ExpressionNode before = node;
    for (ExpressionNode next = node.getOpNext(); next != null; next = next.getOpNext()) {
      Types right = isType(before.getOperation()) ? Types.UNKNOWN : term(next, focus);
      last = result(before.getOperation(), last, right, next);
      before = next;
    }
    return last;
  }

  /**
   * What is reached from the focus by the paths, one after the other, as often as it goes. A path
   * need not be one from each element on the way: {@code answer.item} is from an item only.
   *
   * @throws PathEngineException if a path leads from nowhere
   */
  Types reached(List<ExpressionNode> paths, Types focus) {
    Set<Types> reached = new LinkedHashSet<>();
    Map<ExpressionNode, PathEngineException> failures = new LinkedHashMap<>();
    Set<ExpressionNode> leading = new HashSet<>();
    Deque<Types> left = new ArrayDeque<>(List.of(focus));
    while (!left.isEmpty()) {
      Types from = left.remove();
      for (ExpressionNode path : paths) {
        try {
          Types to = types(path, from);
          if (!to.isKnown()) {
            return Types.UNKNOWN;
          }
          leading.add(path);
          if (reached.add(to)) {
            left.add(to);
          }
        } catch (PathEngineException e) {
          failures.putIfAbsent(path, e);
        }
      }
    }
    for (Map.Entry<ExpressionNode, PathEngineException> failure : failures.entrySet()) {
      if (!leading.contains(failure.getKey())) {
        throw failure.getValue();
      }
    }
    return new Types(
        reached.stream()
            .flatMap(types -> types.definitions().stream())
            .collect(Collectors.toUnmodifiableSet()),
        reached.stream()
            .flatMap(types -> types.names().stream())
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static boolean isType(ExpressionNode.Operation operation) {
    return operation == ExpressionNode.Operation.As || operation == ExpressionNode.Operation.Is;
  }

  private static Types result(
      ExpressionNode.Operation operation, Types left, Types right, ExpressionNode operand) {
    return switch (operation) {
      case Equals,
          NotEquals,
          Equivalent,
          NotEquivalent,
          LessThan,
          LessOrEqual,
          Greater,
          GreaterOrEqual,
          Is,
          In,
          Contains,
          And,
          Or,
          Xor,
          Implies,
          MemberOf ->
          Types.of("boolean");
      case As -> Types.of(lastName(operand));
      case Concatenate -> Types.of("string");
      case Union -> left.equals(right) ? left : Types.UNKNOWN;
      default -> Types.UNKNOWN;
    };
  }

  private static String lastName(ExpressionNode node) {
    ExpressionNode last = node;
    while (last.getInner() != null) {
      last = last.getInner();
    }
    return String.valueOf(last.getName());
  }

  /** A term with the steps after it, without the operators. */
  private Types term(ExpressionNode node, Types focus) {
    Types found =
        switch (node.getKind()) {
          case Name -> name(node, focus, true);
          case Function -> function(node, focus);
          case Group -> types(node.getGroup(), focus);
          case Constant -> constant(node);
          default -> Types.UNKNOWN;
        };
    for (ExpressionNode step = node.getInner(); step != null; step = step.getInner()) {
      found =
          switch (step.getKind()) {
            case Name -> name(step, found, false);
            case Function -> function(step, found);
            default -> Types.UNKNOWN;
          };
    }
    return found;
  }

  private static Types constant(ExpressionNode node) {
    return node.getConstant() == null
        ? Types.UNKNOWN
        : Types.of(node.getConstant().fhirType().replace("%constant", ""));
  }

  private static Types name(ExpressionNode node, Types focus, boolean isFirst) {
    String name = node.getName();
    if (name.equals("$this")) {
      return focus;
    }
    if (name.startsWith("$") || !focus.isKnown()) {
      return Types.UNKNOWN;
    }
    if (isFirst && focus.mayBe(name)) {
      return focus;
    }
    if (isFirst && Character.isUpperCase(name.charAt(0))) {
      if (!ANCESTORS.contains(name)) {
        throw new PathEngineException("found the type '" + name + "', expected " + focus);
      }
      return Types.UNKNOWN;
    }
    Set<BaseRuntimeElementDefinition<?>> definitions = new HashSet<>();
    Set<String> names = new TreeSet<>();
    boolean isThere = false;
    for (BaseRuntimeElementDefinition<?> definition : focus.definitions()) {
      if (!(definition instanceof BaseRuntimeElementCompositeDefinition<?> composite)) {
        // A primitive has an id, extensions and in FHIRPath a value.
        isThere |= List.of("id", "extension", "value").contains(name);
        continue;
      }
      if (List.of("extension", "modifierExtension", "contained").contains(name)) {
        return name.equals("contained") ? Types.UNKNOWN : Types.of("Extension");
      }
      BaseRuntimeChildDefinition child = composite.getChildByName(name);
      BaseRuntimeChildDefinition choice = composite.getChildByName(name + "[x]");
      BaseRuntimeChildDefinition found =
          child != null && child.getElementName().equals(name) ? child : choice;
      if (found == null) {
        isThere |= name.equals("id");
        continue;
      }
      isThere = true;
      for (String valid : found.getValidChildNames()) {
        BaseRuntimeElementDefinition<?> type = found.getChildByName(valid);
        if (type == null || type instanceof RuntimeResourceDefinition || isAbstract(type)) {
          return Types.UNKNOWN;
        }
        definitions.add(type);
        names.add(type.getName());
      }
    }
    if (!isThere) {
      throw new PathEngineException("there is no element '" + name + "' in " + focus);
    }
    return names.isEmpty() ? Types.UNKNOWN : new Types(Set.copyOf(definitions), Set.copyOf(names));
  }

  private static boolean isAbstract(BaseRuntimeElementDefinition<?> type) {
    String name = type.getName();
    return name == null || name.isEmpty() || name.equals("Resource") || name.equals("Element");
  }

  private Types function(ExpressionNode node, Types focus) {
    if (node.getFunction() == ExpressionNode.Function.Item) {
      return focus;
    }
    String name = String.valueOf(node.getName());
    if (name.equals("ofType") || name.equals("as")) {
      return node.getParameters().isEmpty()
          ? Types.UNKNOWN
          : Types.of(lastName(node.getParameters().getFirst()));
    }
    boolean isOfElements = SAME_FUNCTIONS.contains(name) || Set.of("exists", "all").contains(name);
    if (isOfElements || name.equals("select")) {
      for (ExpressionNode parameter : node.getParameters()) {
        if (parameter.getKind() != Kind.Constant || parameter.getOperation() != null) {
          Types inner = types(parameter, focus);
          if (name.equals("select")) {
            return inner;
          }
        }
      }
    }
    if (Arithmetic.isOperator(name)) {
      for (ExpressionNode operand : node.getParameters()) {
        types(operand, focus);
      }
      return Types.UNKNOWN;
    }
    if (SAME_FUNCTIONS.contains(name)) {
      return focus;
    }
    if (BOOLEAN_FUNCTIONS.contains(name)) {
      return Types.of("boolean");
    }
    if (TEXT_FUNCTIONS.contains(name)) {
      return Types.of("string");
    }
    return switch (name) {
      case "count", "length", "toInteger", "indexOf" -> Types.of("integer");
      case "toDecimal" -> Types.of("decimal");
      case "extension" -> Types.of("Extension");
      case "getResourceKey", "getReferenceKey" -> Types.of("id");
      default -> Types.UNKNOWN;
    };
  }
}
