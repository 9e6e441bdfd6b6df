package org.rodnan.view;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Function;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Kind;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Operation;
import org.hl7.fhir.r4.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.view.ViewPaths.Scope;

/**
 * The operators {@code / * + -} on numbers. The engine's own quotient has no more digits than the
 * operands, and its whole numbers wrap around at their greatest; on what is no number they are the
 * engine's. Thread safe.
 */
final class Arithmetic {
  private static final BigDecimal LEAST = BigDecimal.valueOf(Integer.MIN_VALUE);
  private static final BigDecimal GREATEST = BigDecimal.valueOf(Integer.MAX_VALUE);

  private final FHIRPathEngine engine;

  /** What the engine does, by the operator. */
  private final Map<String, ExpressionNode> ofTheEngine;

  Arithmetic(FHIRPathEngine engine) {
    this.engine = engine;
    this.ofTheEngine =
        Stream.of(Operation.DivideBy, Operation.Times, Operation.Plus, Operation.Minus)
            .map(Operation::toCode)
            .collect(
                Collectors.toUnmodifiableMap(
                    code -> code, code -> engine.parse("%left " + code + " %right")));
  }

  /** Whether a function is an operator: no expression can name it so. */
  static boolean isOperator(String name) {
    return name.length() == 1 && "/*+-".contains(name);
  }

  private static boolean isTaken(Operation operation) {
    return switch (operation) {
      case DivideBy, Times, Plus, Minus -> true;
      case null, default -> false;
    };
  }

  /**
   * Turns each operator of a chain into a call. The operators of a chain are of one precedence, so
   * that it is worked off from the left. A sign stays what it is.
   */
  static void asCalls(ExpressionNode head) {
    boolean isNumeric = false;
    for (ExpressionNode each = head; each != null; each = each.getOpNext()) {
      isNumeric |= isTaken(each.getOperation());
    }
    if (!isNumeric || head.getKind() == Kind.Unary) {
      return;
    }
    ExpressionNode done = copyOfTerm(head);
    for (ExpressionNode each = head; each.getOpNext() != null; each = each.getOpNext()) {
      ExpressionNode right = copyOfTerm(each.getOpNext());
      ExpressionNode both = new ExpressionNode(0);
      both.setStart(head.getStart());
      both.setEnd(head.getEnd());
      both.setProximal(true);
      if (isTaken(each.getOperation())) {
        both.setKind(Kind.Function);
        both.setFunction(Function.Custom);
        both.setName(each.getOperation().toCode());
        both.getParameters().add(done);
        both.getParameters().add(right);
      } else {
        done.setOperation(each.getOperation());
        done.setOpNext(right);
        both.setKind(Kind.Group);
        both.setGroup(done);
      }
      done = both;
    }
    head.setKind(Kind.Group);
    head.setGroup(done);
    head.setName(null);
    head.setConstant(null);
    head.setInner(null);
    head.setOperation(null);
    head.setOpNext(null);
  }

  /** The node with its steps, without operators. */
  private static ExpressionNode copyOfTerm(ExpressionNode node) {
    ExpressionNode copy = new ExpressionNode(0);
    copy.setKind(node.getKind());
    copy.setName(node.getName());
    copy.setConstant(node.getConstant());
    copy.setInner(node.getInner());
    copy.setGroup(node.getGroup());
    copy.setProximal(true);
    copy.setStart(node.getStart());
    copy.setEnd(node.getEnd());
    if (node.getKind() == Kind.Function) {
      copy.setFunction(node.getFunction());
      copy.getParameters().addAll(node.getParameters());
    }
    return copy;
  }

  /**
   * Nothing if an operand is missing, by zero, or if the result of whole numbers is none of FHIR's.
   *
   * @throws PathEngineException if an operand is several values, or they don't fit the operator
   */
  List<Base> result(String operator, List<List<Base>> operands) {
    List<Base> left = operands.getFirst();
    List<Base> right = operands.getLast();
    if (left.isEmpty() || right.isEmpty()) {
      return List.of();
    }
    if (left.size() > 1 || right.size() > 1) {
      throw new PathEngineException(operator + " is of one value by one value");
    }
    Optional<BigDecimal> first = number(left.getFirst());
    Optional<BigDecimal> second = number(right.getFirst());
    if (first.isEmpty() || second.isEmpty()) {
      return ofOthers(operator, left.getFirst(), right.getFirst());
    }
    BigDecimal a = first.get();
    BigDecimal b = second.get();
    BigDecimal result =
        switch (operator) {
          case "*" -> a.multiply(b);
          case "+" -> a.add(b);
          case "-" -> a.subtract(b);
          default -> b.signum() == 0 ? null : a.divide(b, MathContext.DECIMAL64);
        };
    if (result == null) {
      return List.of();
    }
    if (operator.equals("/")) {
      return List.of(withoutZeros(new DecimalType(result)));
    }
    boolean isWhole =
        left.getFirst() instanceof IntegerType && right.getFirst() instanceof IntegerType;
    return isWhole ? whole(result) : List.of(new DecimalType(result));
  }

  private List<Base> ofOthers(String operator, Base left, Base right) {
    if (operator.equals("+")
        && left instanceof StringType first
        && right instanceof StringType second
        && first.hasValue()
        && second.hasValue()) {
      // The engine's result, without the cost of asking it.
      return List.of(new StringType(first.getValue() + second.getValue()));
    }
    List<Base> result =
        engine.evaluate(
            new Scope(Map.of("left", left, "right", right), 0),
            null,
            null,
            left,
            ofTheEngine.get(operator));
    // The engine adds a time zone to a date that it moves, which then equals no other date.
    return result.size() == 1 && result.getFirst() instanceof DateType date
        ? List.of(new DateType(date.getValueAsString()))
        : result;
  }

  /** The value without its sign. */
  static List<Base> abs(Base value) {
    return switch (value) {
      case IntegerType integer when integer.hasValue() ->
          whole(BigDecimal.valueOf(integer.getValue()).abs());
      case DecimalType decimal when decimal.hasValue() ->
          List.of(new DecimalType(decimal.getValue().abs()));
      case Quantity quantity when quantity.hasValue() ->
          List.of(quantity.copy().setValue(quantity.getValue().abs()));
      default ->
          throw new PathEngineException(
              "abs() is of a number or a Quantity; found " + value.fhirType());
    };
  }

  private static List<Base> whole(BigDecimal value) {
    boolean fits = value.compareTo(LEAST) >= 0 && value.compareTo(GREATEST) <= 0;
    return fits ? List.of(new IntegerType(value.intValueExact())) : List.of();
  }

  /** A decimal as it is written shortest; else the value. */
  static Base withoutZeros(Base value) {
    if (value instanceof DecimalType decimal && decimal.getValue() != null) {
      BigDecimal stripped = decimal.getValue().stripTrailingZeros();
      return new DecimalType(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
    }
    return value;
  }

  private static Optional<BigDecimal> number(Base value) {
    return switch (value) {
      case DecimalType decimal -> Optional.ofNullable(decimal.getValue());
      case IntegerType integer -> Optional.ofNullable(integer.getValue()).map(BigDecimal::valueOf);
      default -> Optional.empty();
    };
  }
}
