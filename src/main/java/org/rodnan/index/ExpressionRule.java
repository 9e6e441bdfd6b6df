package org.rodnan.index;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Function;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Kind;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Operation;
import org.hl7.fhir.r4.fhirpath.FHIRPathUtilityClasses.FHIRConstant;
import org.hl7.fhir.r4.model.Base;
import org.jspecify.annotations.Nullable;

/**
 * The FHIRPath of stored search parameters: what R4's own consist of, and a little more. All of it
 * leads from an element to what is below it and selects nothing twice, so that an expression never
 * selects more than the resource holds, nor takes much longer than to look at all of it.
 */
final class ExpressionRule {
  private static final int LENGTH_MAX = 2_000;
  private static final int DEPTH_MAX = 16;
  private static final int STEPS_MAX = 100;

  private static final Set<Function> FUNCTIONS =
      EnumSet.of(
          Function.Where,
          Function.Exists,
          Function.Empty,
          Function.Not,
          Function.HasValue,
          Function.First,
          Function.Last,
          Function.Item,
          Function.As,
          Function.Is,
          Function.OfType,
          Function.Extension,
          Function.Resolve);

  private static final Set<Operation> OPERATIONS =
      EnumSet.of(
          Operation.Equals,
          Operation.NotEquals,
          Operation.LessThan,
          Operation.LessOrEqual,
          Operation.Greater,
          Operation.GreaterOrEqual,
          Operation.And,
          Operation.Or,
          Operation.Is,
          Operation.As);

  private static final String ALLOWED =
      "paths from the base type with "
          + FUNCTIONS.stream()
              .filter(function -> function != Function.Item)
              .map(Function::toCode)
              .collect(Collectors.joining(", "))
          + ", [n] and the operators "
          + OPERATIONS.stream().map(Operation::toCode).collect(Collectors.joining(" "))
          + ", as alternatives between |";

  private int steps;

  private ExpressionRule() {}

  /**
   * What is expected of the text of one alternative before it is parsed; empty if it may be.
   *
   * @param text one alternative
   */
  static Optional<String> problem(String text) {
    if (text.length() > LENGTH_MAX) {
      return Optional.of("at most " + LENGTH_MAX + " characters between two |");
    }
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth > DEPTH_MAX) {
        return Optional.of("at most " + DEPTH_MAX + " parentheses in each other");
      }
    }
    return Optional.empty();
  }

  /**
   * What is expected of one alternative instead; empty if it is allowed.
   *
   * @param expression seen from the base type, or of a composite's part from its element
   */
  static Optional<String> problem(ExpressionNode expression) {
    if (!beginsAtElement(expression)) {
      return Optional.of("an expression that begins at the base type or an element of it");
    }
    ExpressionRule rule = new ExpressionRule();
    String refused = rule.refused(expression);
    return refused == null
        ? Optional.empty()
        : Optional.of("FHIRPath without " + refused + "; allowed are " + ALLOWED);
  }

  private static boolean beginsAtElement(ExpressionNode expression) {
    ExpressionNode first = expression;
    while (first.getKind() == Kind.Group && first.getGroup() != null) {
      first = first.getGroup();
    }
    return first.getKind() == Kind.Name || first.getKind() == Kind.Function;
  }

  /** The first part that isn't allowed; null if all are. */
  private @Nullable String refused(ExpressionNode operand) {
    for (ExpressionNode step = operand; step != null; step = step.getInner()) {
      if (++steps > STEPS_MAX) {
        return "more than " + STEPS_MAX + " steps between two |";
      }
      String refused = refusedStep(step, operand);
      if (refused != null) {
        return refused;
      }
    }
    Operation operation = operand.getOperation();
    if (operation == null) {
      return null;
    }
    if (!OPERATIONS.contains(operation)) {
      return operation == Operation.Union
          ? "'|' inside of it"
          : "the operator '" + operation.toCode() + "'";
    }
    return operand.getOpNext() == null ? null : refused(operand.getOpNext());
  }

  private @Nullable String refusedStep(ExpressionNode step, ExpressionNode operand) {
    return switch (step.getKind()) {
      case Name ->
          step.getName().startsWith("$") && !step.getName().equals("$this")
              ? "'" + step.getName() + "'"
              : null;
      case Function -> refusedFunction(step, operand);
      case Constant -> refusedConstant(step.getConstant());
      case Group -> step.getGroup() == null ? "'()'" : refused(step.getGroup());
      case Unary -> "a sign";
    };
  }

  private @Nullable String refusedFunction(ExpressionNode step, ExpressionNode operand) {
    Function function = step.getFunction();
    if (function == null || !FUNCTIONS.contains(function)) {
      return "the function '" + (function == null ? step.getName() : function.toCode()) + "'";
    }
    // The engine is given no more than the type of what a reference leads to.
    if (function == Function.Resolve && !isTypeAsked(step, operand)) {
      return "'resolve()' but in 'resolve() is Type'";
    }
    if (step.getParameters() != null) {
      for (ExpressionNode parameter : step.getParameters()) {
        String refused = refused(parameter);
        if (refused != null) {
          return refused;
        }
      }
    }
    return null;
  }

  private static boolean isTypeAsked(ExpressionNode step, ExpressionNode operand) {
    ExpressionNode next = step.getInner();
    return next == null
        ? operand.getOperation() == Operation.Is
        : next.getFunction() == Function.Is;
  }

  private static @Nullable String refusedConstant(@Nullable Base constant) {
    if (constant == null) {
      return "'{}'";
    }
    return constant instanceof FHIRConstant named && named.getValue().startsWith("%")
        ? "'" + named.getValue() + "'"
        : null;
  }
}
