package org.rodnan.validation.compiled;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.hl7.fhir.r5.fhirpath.ExpressionNode;
import org.hl7.fhir.r5.fhirpath.ExpressionNode.Operation;
import org.hl7.fhir.r5.fhirpath.FHIRPathUtilityClasses.FHIRConstant;
import org.hl7.fhir.r5.model.Base;
import org.hl7.fhir.r5.model.BooleanType;
import org.hl7.fhir.r5.model.DecimalType;
import org.hl7.fhir.r5.model.IntegerType;
import org.hl7.fhir.r5.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.WatchedText;
import org.rodnan.validation.compiled.Expression.Scope;

/**
 * Compiles the part of FHIRPath that constraints are mostly written in. A function that is not
 * compiled makes undecided what needs its result, and nothing else: {@code a.exists() or f()} holds
 * if there is an a.
 */
final class Expressions {
  private static final Expression UNKNOWN =
      (scope, focus) -> {
        throw Undecided.here();
      };
  private static final List<Boolean> TRUE = List.of(true);
  private static final List<Boolean> FALSE = List.of(false);

  /** The value of a primitive, asked for by name: it is there, but of no type that is known. */
  private static final List<Object> OPAQUE = List.of(new Object());

  private static final Set<String> TEXTS =
      Set.of("string", "code", "uri", "id", "url", "canonical", "markdown");
  private static final BigDecimal NUMBER_MAX = new BigDecimal("1000000000");
  private static final int PAIRS_MAX = 10_000;
  private static final int ITEMS_MAX = 100_000;
  private static final int LOOKS_MAX = 1_000_000;

  /** Types that others are derived from, so that a name alone doesn't tell. */
  private static final Set<String> DERIVED =
      Set.of(
          "Age",
          "Count",
          "Distance",
          "Duration",
          "Money",
          "code",
          "id",
          "markdown",
          "url",
          "canonical",
          "oid",
          "uuid",
          "positiveInt",
          "unsignedInt");

  private Expressions() {}

  /** Whether it is made of nothing but what is compiled. */
  static boolean isCompiled(ExpressionNode node) {
    boolean isKnown =
        switch (node.getKind()) {
          case Name -> !node.getName().equals("$index");
          case Function -> function(node) != UNKNOWN;
          case Constant -> constant(node) != UNKNOWN;
          case Group -> isCompiled(node.getGroup());
          case Unary -> true;
        };
    boolean isType = node.getKind() == ExpressionNode.Kind.Function && isOnType(node);
    return isKnown
        && (isType
            || node.getKind() != ExpressionNode.Kind.Function
            || node.getParameters().stream().allMatch(Expressions::isCompiled))
        && (node.getInner() == null || isCompiled(node.getInner()))
        && (node.getOpNext() == null || isCompiled(node.getOpNext()));
  }

  private static boolean isOnType(ExpressionNode node) {
    return node.getFunction() == ExpressionNode.Function.OfType
        || node.getFunction() == ExpressionNode.Function.Is;
  }

  static Expression compile(ExpressionNode node) {
    return compile(node, true);
  }

  /** Whether a constraint holds; false if it may not. */
  static boolean holds(Expression expression, Node resource, Node focus) {
    return isTrue(
        expression.evaluate(
            new Scope(resource, focus, List.of(), new Expression.Steps()), focus.alone()));
  }

  private static boolean isTrue(List<?> result) {
    return Boolean.TRUE.equals(tristate(result));
  }

  private static Expression compile(ExpressionNode node, boolean atEntry) {
    Expression result = step(node, atEntry);
    if (node.isProximal() && node.getOperation() != null) {
      ExpressionNode last = node;
      for (ExpressionNode next = node.getOpNext(); next != null; next = next.getOpNext()) {
        Operation operation = Objects.requireNonNull(last.getOperation());
        result =
            operation == Operation.Is
                ? typeTest(result, next)
                : operation(operation, result, step(next, true));
        last = next;
      }
    }
    return result;
  }

  /** One operand: a name, function, constant or group, and what is chained to it. */
  private static Expression step(ExpressionNode node, boolean atEntry) {
    Expression head =
        switch (node.getKind()) {
          case Name -> name(node.getName(), atEntry);
          case Function -> function(node);
          case Constant -> constant(node);
          case Group -> compile(node.getGroup(), true);
          case Unary -> constantOf(List.of(BigDecimal.ZERO));
        };
    if (node.getInner() == null) {
      return head;
    }
    if (node.getKind() == ExpressionNode.Kind.Name && isPresence(node.getInner())) {
      return presence(node.getName(), head, node.getInner(), atEntry);
    }
    Expression tail = compile(node.getInner(), false);
    return (scope, focus) -> tail.evaluate(scope, head.evaluate(scope, focus));
  }

  /** {@code exists()} or {@code empty()}, and nothing after it. */
  private static boolean isPresence(ExpressionNode node) {
    return node.getKind() == ExpressionNode.Kind.Function
        && node.getInner() == null
        && node.getParameters().isEmpty()
        && (node.getFunction() == ExpressionNode.Function.Exists
            || node.getFunction() == ExpressionNode.Function.Empty);
  }

  /** Of members of a single element, without collecting them. */
  private static Expression presence(
      String name, Expression members, ExpressionNode test, boolean atEntry) {
    boolean isEmptyTest = test.getFunction() == ExpressionNode.Function.Empty;
    boolean isMember = !name.startsWith("$") && !(atEntry && Character.isUpperCase(name.charAt(0)));
    String member = name.intern();
    return (scope, focus) -> {
      boolean isThere =
          isMember
                  && focus.size() == 1
                  && focus.get(0) instanceof Node node
                  && !node.type().isPrimitive()
              ? node.has(member)
              : !members.evaluate(scope, focus).isEmpty();
      return truth(isThere != isEmptyTest);
    };
  }

  private static Expression name(String name, boolean atEntry) {
    if (atEntry && name.equals("$this")) {
      return (scope, focus) -> itemOf(scope);
    }
    if (atEntry && name.equals("$total")) {
      return (scope, focus) -> scope.total();
    }
    if (name.startsWith("$")) {
      return UNKNOWN;
    }
    if (atEntry && Character.isUpperCase(name.charAt(0))) {
      return (scope, focus) -> {
        Undecided.unless(
            focus.size() == 1
                && focus.get(0) instanceof Node node
                && node.type().name().equals(name));
        return focus;
      };
    }
    String member = name.intern();
    boolean isValue = name.equals("value");
    return (scope, focus) -> {
      int size = focus.size();
      if (size == 1) {
        return members(node(focus.get(0)), member, isValue);
      }
      List<Object> found = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        found.addAll(members(node(focus.get(i)), member, isValue));
      }
      return found;
    };
  }

  /**
   * @param isValue whether the name is that of a primitive's own value
   */
  private static List<?> members(Node node, String name, boolean isValue) {
    boolean isOwnValue = isValue && node.type().isPrimitive() && node.value() != null;
    return isOwnValue ? OPAQUE : node.objects(name);
  }

  private static Node node(Object value) {
    if (value instanceof Node node) {
      return node;
    }
    throw Undecided.here();
  }

  /** An expression that is the same for all resources. */
  private record Constant(List<?> value) implements Expression {
    @Override
    public List<?> evaluate(Scope scope, List<?> focus) {
      return value;
    }
  }

  private static Expression constantOf(List<?> value) {
    return new Constant(value);
  }

  /** One value as a list; that of a node is made once. */
  private static List<?> alone(Object item) {
    return item instanceof Node node ? node.alone() : List.of(item);
  }

  private static Expression constant(ExpressionNode node) {
    Base constant = node.getConstant();
    return switch (constant) {
      case null -> constantOf(List.of());
      case BooleanType value -> constantOf(List.of(value.getValue()));
      case IntegerType value -> constantOf(List.of(new BigDecimal(value.getValue())));
      case DecimalType value -> constantOf(List.of(value.getValue()));
      case StringType value -> constantOf(List.of(value.getValue()));
      case FHIRConstant variable -> variable(variable.getValue());
      default -> UNKNOWN;
    };
  }

  private static Expression variable(String name) {
    return switch (name) {
      case "%ucum" -> constantOf(List.of("http://unitsofmeasure.org"));
      case "%resource", "%rootResource" -> (scope, focus) -> scope.resource().alone();
      default -> UNKNOWN;
    };
  }

  private static Expression function(ExpressionNode node) {
    List<ExpressionNode> parameters = node.getParameters();
    ExpressionNode.Function function = node.getFunction();
    if (isOnType(node)) {
      Predicate ofType = isOfType(typeName(parameters.get(0)));
      return function == ExpressionNode.Function.OfType
          ? (scope, focus) -> filter(focus, ofType)
          : (scope, focus) -> focus.size() == 1 ? truth(ofType.test(focus.get(0))) : List.of();
    }
    Expression first = parameters.isEmpty() ? null : compile(parameters.get(0), true);
    return switch (function) {
      case Empty -> (scope, focus) -> truth(focus.isEmpty());
      case Not -> (scope, focus) -> not(tristate(focus));
      case Exists ->
          first == null
              ? (scope, focus) -> truth(!focus.isEmpty())
              : (scope, focus) -> truth(!where(scope, focus, first).isEmpty());
      case Where -> (scope, focus) -> where(scope, focus, Objects.requireNonNull(first));
      case Select -> (scope, focus) -> select(scope, focus, Objects.requireNonNull(first));
      case All -> first == null ? UNKNOWN : (scope, focus) -> truth(all(scope, focus, first));
      case Count -> (scope, focus) -> List.of(new BigDecimal(focus.size()));
      case First -> (scope, focus) -> focus.isEmpty() ? List.of() : List.<Object>of(focus.get(0));
      case IsDistinct -> (scope, focus) -> truth(isDistinct(focus));
      case HasValue ->
          (scope, focus) -> truth(focus.size() == 1 && node(focus.get(0)).value() != null);
      case Truncate ->
          (scope, focus) ->
              focus.isEmpty() ? UNKNOWN.evaluate(scope, focus) : List.of(truncated(focus));
      case Matches -> matches(parameters.get(0));
      // What HL7's validator is made to ask the program for.
      case Custom -> node.getName().equals("matches") ? matches(parameters.get(0)) : UNKNOWN;
      case StartsWith ->
          (scope, focus) -> {
            String text = single(focus, scope);
            String start =
                single(Objects.requireNonNull(first).evaluate(scope, itemOf(scope)), scope);
            return truth(text.startsWith(start));
          };
      case Aggregate -> aggregate(first, parameters);
      case Intersect ->
          (scope, focus) ->
              intersect(focus, Objects.requireNonNull(first).evaluate(scope, itemOf(scope)));
      case Iif -> iif(parameters);
      case Trace -> parameters.size() == 1 ? (scope, focus) -> focus : UNKNOWN;
      case null, default -> UNKNOWN;
    };
  }

  private static List<?> itemOf(Scope scope) {
    return scope.item() == null ? List.of() : alone(scope.item());
  }

  private static String single(List<?> values, Scope scope) {
    Undecided.unless(values.size() == 1);
    String text = textOf(values.get(0));
    if (text == null) {
      throw Undecided.here();
    }
    return text;
  }

  private interface Predicate {
    boolean test(Object value);
  }

  private static String typeName(ExpressionNode node) {
    return node.getInner() == null
        ? node.getName()
        : node.getName() + "." + node.getInner().getName();
  }

  private static Predicate isOfType(String type) {
    String name = (type.startsWith("FHIR.") ? type.substring(5) : type).intern();
    return value -> {
      String actual = node(value).type().name();
      if (actual.equals(name)) {
        return true;
      }
      // Upper case is FHIR's complex types, but for the names of FHIRPath's own.
      Undecided.unless(
          !DERIVED.contains(actual)
              && !node(value).type().isResource()
              && Character.isUpperCase(name.charAt(0))
              && !name.contains(".")
              && !Set.of(
                      "Boolean",
                      "Integer",
                      "Decimal",
                      "String",
                      "Date",
                      "DateTime",
                      "Time",
                      "Element",
                      "BackboneElement")
                  .contains(name));
      return false;
    };
  }

  private static Expression typeTest(Expression left, ExpressionNode type) {
    Predicate ofType = isOfType(typeName(type));
    return (scope, focus) -> {
      List<?> value = left.evaluate(scope, focus);
      if (value.isEmpty()) {
        return List.of();
      }
      Undecided.unless(value.size() == 1);
      return truth(ofType.test(value.get(0)));
    };
  }

  private static List<?> filter(List<?> values, Predicate predicate) {
    if (values.size() == 1) {
      return predicate.test(values.get(0)) ? values : List.of();
    }
    List<Object> found = new ArrayList<>(values.size());
    for (Object value : values) {
      if (predicate.test(value)) {
        found.add(value);
      }
    }
    return found;
  }

  private static List<?> where(Scope scope, List<?> focus, Expression criterion) {
    if (focus.size() == 1) {
      return isTrue(criterion.evaluate(scope.with(focus.get(0)), focus)) ? focus : List.of();
    }
    List<Object> found = new ArrayList<>(focus.size());
    for (Object item : focus) {
      if (isTrue(criterion.evaluate(scope.with(item), alone(item)))) {
        found.add(item);
      }
    }
    return found;
  }

  private static List<?> select(Scope scope, List<?> focus, Expression projection) {
    List<Object> found = new ArrayList<>(focus.size());
    for (Object item : focus) {
      found.addAll(projection.evaluate(scope.with(item), alone(item)));
      Undecided.unless(found.size() <= ITEMS_MAX);
    }
    return found;
  }

  private static boolean all(Scope scope, List<?> focus, Expression criterion) {
    for (Object item : focus) {
      if (!isTrue(criterion.evaluate(scope.with(item), alone(item)))) {
        return false;
      }
    }
    return true;
  }

  private static Expression iif(List<ExpressionNode> parameters) {
    if (parameters.size() != 3) {
      return UNKNOWN;
    }
    Expression criterion = compile(parameters.get(0), true);
    Expression then = compile(parameters.get(1), true);
    Expression otherwise = compile(parameters.get(2), true);
    return (scope, focus) -> {
      Undecided.unless(focus.size() == 1);
      Scope inner = scope.with(focus.get(0));
      return (isTrue(criterion.evaluate(inner, focus)) ? then : otherwise).evaluate(scope, focus);
    };
  }

  private static Expression aggregate(
      @Nullable Expression aggregator, List<ExpressionNode> parameters) {
    if (aggregator == null || parameters.size() != 2) {
      return UNKNOWN;
    }
    Expression start = compile(parameters.get(1), false);
    return (scope, focus) -> {
      List<?> total = start.evaluate(scope, focus);
      for (Object item : focus) {
        total = aggregator.evaluate(scope.with(item, total), List.of());
      }
      return total;
    };
  }

  /** A whole match is a match anywhere too, which is what the engine looks for. */
  private static Expression matches(ExpressionNode parameter) {
    if (!(parameter.getConstant() instanceof StringType constant)) {
      return UNKNOWN;
    }
    Pattern pattern = Pattern.compile("(?s)" + constant.getValue());
    return (scope, focus) -> {
      if (focus.isEmpty()) {
        return List.of();
      }
      return truth(pattern.matcher(watched(single(focus, scope))).find());
    };
  }

  /** A search that looks too often is left to HL7's validator, which is stopped in time. */
  private static CharSequence watched(String text) {
    int[] looks = new int[1];
    return new WatchedText(text, () -> Undecided.unless(++looks[0] <= LOOKS_MAX));
  }

  private static boolean isDistinct(List<?> values) {
    if (values.size() < 2) {
      return true;
    }
    Set<String> seen = new HashSet<>();
    for (Object value : values) {
      String text = textOf(value);
      if (text == null) {
        throw Undecided.here();
      }
      if (!seen.add(text)) {
        return false;
      }
    }
    return true;
  }

  /** Empty if no two are equal for sure; codings differ if their codes or systems do. */
  private static List<?> intersect(List<?> left, List<?> right) {
    Undecided.unless((long) left.size() * right.size() <= PAIRS_MAX);
    for (Object one : left) {
      for (Object other : right) {
        Node a = node(one);
        Node b = node(other);
        Undecided.unless(differs(a, b, "code") || differs(a, b, "system"));
      }
    }
    return List.of();
  }

  private static boolean differs(Node a, Node b, String member) {
    String one = a.text(member);
    String other = b.text(member);
    return one != null && other != null && !one.equals(other);
  }

  private static Expression operation(Operation operation, Expression left, Expression right) {
    return switch (operation) {
      case And -> (scope, focus) -> and(tristate(left.evaluate(scope, focus)), right, scope, focus);
      case Or -> (scope, focus) -> or(tristate(left.evaluate(scope, focus)), right, scope, focus);
      case Implies ->
          (scope, focus) -> implies(tristate(left.evaluate(scope, focus)), right, scope, focus);
      case Xor ->
          (scope, focus) -> {
            Boolean a = tristate(left.evaluate(scope, focus));
            Boolean b = tristate(right.evaluate(scope, focus));
            return a == null || b == null ? List.of() : truth(!a.equals(b));
          };
      case Equals ->
          (scope, focus) -> equal(left.evaluate(scope, focus), right.evaluate(scope, focus));
      case NotEquals ->
          (scope, focus) -> {
            List<?> result = equal(left.evaluate(scope, focus), right.evaluate(scope, focus));
            return result.isEmpty() ? result : truth(!isTrue(result));
          };
      case LessThan, LessOrEqual, Greater, GreaterOrEqual ->
          (scope, focus) ->
              compare(operation, left.evaluate(scope, focus), right.evaluate(scope, focus));
      case Plus, Minus, Times ->
          (scope, focus) ->
              calculate(operation, left.evaluate(scope, focus), right.evaluate(scope, focus));
      case In -> (scope, focus) -> in(left.evaluate(scope, focus), right.evaluate(scope, focus));
      case Union ->
          left instanceof Constant one && right instanceof Constant other
              ? constantOf(union(one.value(), other.value()))
              : (scope, focus) -> union(left.evaluate(scope, focus), right.evaluate(scope, focus));
      default -> UNKNOWN;
    };
  }

  private static List<Boolean> truth(boolean value) {
    return value ? TRUE : FALSE;
  }

  private static List<Boolean> not(@Nullable Boolean value) {
    return value == null ? List.of() : truth(!value);
  }

  /** Null if there is nothing; a boolean must stand alone. */
  private static @Nullable Boolean tristate(List<?> values) {
    if (values.isEmpty()) {
      return null;
    }
    Undecided.unless(values.size() == 1);
    Boolean value = booleanOf(values.get(0));
    if (value == null) {
      throw Undecided.here();
    }
    return value;
  }

  private static @Nullable Boolean booleanOf(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? Boolean.TRUE : Boolean.FALSE;
    }
    return value instanceof Node node
            && node.type().name().equals("boolean")
            && node.value() != null
        ? Boolean.valueOf(node.value())
        : null;
  }

  private static List<Boolean> and(
      @Nullable Boolean left, Expression right, Scope scope, List<?> focus) {
    if (Boolean.FALSE.equals(left)) {
      return FALSE;
    }
    Boolean other = tristate(right.evaluate(scope, focus));
    if (Boolean.FALSE.equals(other)) {
      return FALSE;
    }
    return left == null || other == null ? List.of() : TRUE;
  }

  private static List<Boolean> or(
      @Nullable Boolean left, Expression right, Scope scope, List<?> focus) {
    if (Boolean.TRUE.equals(left)) {
      return TRUE;
    }
    Boolean other = tristate(right.evaluate(scope, focus));
    if (Boolean.TRUE.equals(other)) {
      return TRUE;
    }
    return left == null || other == null ? List.of() : FALSE;
  }

  private static List<Boolean> implies(
      @Nullable Boolean left, Expression right, Scope scope, List<?> focus) {
    if (Boolean.FALSE.equals(left)) {
      return TRUE;
    }
    Undecided.unless(left != null);
    Boolean other = tristate(right.evaluate(scope, focus));
    return other == null ? List.of() : truth(other);
  }

  private static List<?> union(List<?> left, List<?> right) {
    List<Object> all = new ArrayList<>(left);
    all.addAll(right);
    for (Object value : all) {
      Undecided.unless(!(value instanceof Node));
    }
    return all;
  }

  private static List<?> in(List<?> left, List<?> right) {
    if (left.isEmpty()) {
      return List.of();
    }
    Undecided.unless(left.size() == 1);
    for (Object value : right) {
      if (isEqual(left.get(0), value)) {
        return TRUE;
      }
    }
    return FALSE;
  }

  private static List<Boolean> equal(List<?> left, List<?> right) {
    if (left.isEmpty() || right.isEmpty()) {
      return List.of();
    }
    Undecided.unless(left.size() == 1 && right.size() == 1);
    return truth(isEqual(left.get(0), right.get(0)));
  }

  /** The engine compares some numbers as texts, so 1 and 1.0 are undecided. */
  private static boolean isEqual(Object left, Object right) {
    BigDecimal a = numberOf(left);
    BigDecimal b = numberOf(right);
    if (a != null && b != null) {
      boolean isSame = a.compareTo(b) == 0;
      Undecided.unless(!isSame || a.toPlainString().equals(b.toPlainString()));
      return isSame;
    }
    Boolean x = booleanOf(left);
    Boolean y = booleanOf(right);
    if (x != null && y != null) {
      return x.equals(y);
    }
    String one = textOf(left);
    String other = textOf(right);
    if (one == null || other == null) {
      throw Undecided.here();
    }
    return one.equals(other);
  }

  private static @Nullable String textOf(Object value) {
    if (value instanceof String text) {
      return text;
    }
    return value instanceof Node node && TEXTS.contains(node.type().name()) ? node.value() : null;
  }

  private static @Nullable BigDecimal numberOf(Object value) {
    if (value instanceof BigDecimal number) {
      return number;
    }
    return value instanceof Node node ? node.number() : null;
  }

  private static List<?> compare(Operation operation, List<?> left, List<?> right) {
    if (left.isEmpty() || right.isEmpty()) {
      return List.of();
    }
    Undecided.unless(left.size() == 1 && right.size() == 1);
    int order = order(operation, left.get(0), right.get(0));
    return truth(
        switch (operation) {
          case LessThan -> order < 0;
          case LessOrEqual -> order <= 0;
          case Greater -> order > 0;
          default -> order >= 0;
        });
  }

  private static int order(Operation operation, Object left, Object right) {
    BigDecimal a = numberOf(left);
    BigDecimal b = numberOf(right);
    if (a != null && b != null) {
      boolean isStrict = operation == Operation.LessThan || operation == Operation.Greater;
      Undecided.unless(!isStrict || isPlainNumber(left) && isPlainNumber(right));
      int order = a.compareTo(b);
      // The engine compares numbers of double precision.
      Undecided.unless(Integer.signum(Double.compare(a.doubleValue(), b.doubleValue())) == order);
      return order;
    }
    Node one = node(left);
    Node other = node(right);
    if (one.type().name().equals("Quantity") && other.type().name().equals("Quantity")) {
      return orderOfQuantities(operation, one, other);
    }
    return orderOfTimes(one, other);
  }

  private static boolean isPlainNumber(Object value) {
    return !(value instanceof Node node)
        || node.type().name().equals("decimal")
        || node.type().name().equals("integer");
  }

  private static int orderOfQuantities(Operation operation, Node left, Node right) {
    for (String member : List.of("system", "code", "unit")) {
      Undecided.unless(
          left.has(member) == right.has(member)
              && Objects.equals(left.text(member), right.text(member)));
    }
    Undecided.unless(!left.has("comparator") && !right.has("comparator"));
    Node a = left.child("value");
    Node b = right.child("value");
    if (a == null || b == null) {
      throw Undecided.here();
    }
    return order(operation, a, b);
  }

  /** Of the same precision and zone, texts are in the order of times. */
  private static int orderOfTimes(Node left, Node right) {
    String a = left.value();
    String b = right.value();
    if (a == null || b == null || a.length() != b.length()) {
      throw Undecided.here();
    }
    boolean areDates = Primitives.isDate(a) && Primitives.isDate(b);
    boolean areTimes =
        Primitives.isDateTime(a)
            && Primitives.isDateTime(b)
            && a.substring(19).equals(b.substring(19));
    Undecided.unless(isTime(left) && isTime(right) && (areDates || areTimes));
    return Integer.signum(a.compareTo(b));
  }

  private static boolean isTime(Node node) {
    return switch (node.type().name()) {
      case "date", "dateTime", "instant" -> true;
      default -> false;
    };
  }

  private static List<?> calculate(Operation operation, List<?> left, List<?> right) {
    if (left.isEmpty() || right.isEmpty()) {
      return List.of();
    }
    Undecided.unless(left.size() == 1 && right.size() == 1);
    Undecided.unless(isPlainNumber(left.get(0)) && isPlainNumber(right.get(0)));
    BigDecimal a = numberOf(left.get(0));
    BigDecimal b = numberOf(right.get(0));
    if (a == null || b == null) {
      throw Undecided.here();
    }
    BigDecimal result =
        switch (operation) {
          case Plus -> a.add(b);
          case Minus -> a.subtract(b);
          default -> a.multiply(b);
        };
    Undecided.unless(result.abs().compareTo(NUMBER_MAX) < 0);
    return List.of(result);
  }

  private static BigDecimal truncated(List<?> values) {
    Undecided.unless(values.size() == 1 && isPlainNumber(values.get(0)));
    BigDecimal number = numberOf(values.get(0));
    if (number == null) {
      throw Undecided.here();
    }
    return number.setScale(0, RoundingMode.DOWN);
  }
}
