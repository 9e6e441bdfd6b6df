package org.rodnan.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Function;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Kind;
import org.hl7.fhir.r4.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r4.fhirpath.FHIRPathUtilityClasses.FHIRConstant;
import org.hl7.fhir.r4.fhirpath.FHIRPathUtilityClasses.FunctionDetails;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.IdType;
import org.hl7.fhir.r4.model.InstantType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.utilities.fhirpath.FHIRPathConstantEvaluationMode;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.FhirPaths;
import org.rodnan.index.PathHost;
import org.rodnan.index.ReferenceText;

/**
 * FHIRPath as views use it: HAPI's engine, the functions that SQL on FHIR adds ({@code
 * getResourceKey}, {@code getReferenceKey}), boundaries of periods and instants, {@code join}
 * without a separator, constants and {@code %rowIndex}. A key is the resource's id. Thread safe.
 */
final class ViewPaths {
  private static final String RESOURCE_KEY = "getResourceKey";
  private static final String REFERENCE_KEY = "getReferenceKey";
  private static final String ROW_INDEX = "rowIndex";

  private static final int EXPRESSION_LENGTH_MAX = 10_000;

  /** What the engine itself knows after a percent sign. */
  private static final Set<String> OF_THE_ENGINE =
      Set.of("context", "resource", "rootResource", "sct", "loinc", "ucum", "us-zip");

  /** They would need more than the one resource. */
  private static final Set<Function> NOT_OFFERED =
      Set.of(Function.Resolve, Function.MemberOf, Function.ConformsTo, Function.HtmlChecks1);

  /** What of the shape there is no such day of is found by the engine. */
  private static final Pattern MOMENT =
      Pattern.compile(
          "@(T(([01]\\d|2[0-3])(:[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?)?)|\\d{4}(-\\d\\d(-\\d\\d)?)?T?"
              + "|\\d{4}-\\d\\d-\\d\\dT\\d\\d(:\\d\\d(:\\d\\d(\\.\\d+)?)?)?(Z|[+-]\\d\\d:\\d\\d)?)");

  private final FHIRPathEngine engine;
  private final ReferenceText references;
  private final Arithmetic arithmetic;

  ViewPaths(FhirPaths types, ReferenceText references) {
    this.engine = new FHIRPathEngine(types.types());
    this.references = references;
    engine.setHostServices(new Host());
    this.arithmetic = new Arithmetic(engine);
  }

  /**
   * A compiled path.
   *
   * @param usesRowIndex whether it tells the place of the row
   */
  record Path(String text, ExpressionNode node, boolean usesRowIndex) {}

  /**
   * Where a path is evaluated.
   *
   * @param rowIndex place of the element among those that are unnested with it, from 0
   */
  record Scope(Map<String, Base> constants, int rowIndex) {}

  /**
   * @param constants those that the view defines
   * @throws PathEngineException if it is not FHIRPath, or names a constant or function that there
   *     is not
   */
  Path compile(String expression, Set<String> constants) {
    if (expression.length() > EXPRESSION_LENGTH_MAX) {
      throw new PathEngineException(
          "it has "
              + expression.length()
              + " characters; up to "
              + EXPRESSION_LENGTH_MAX
              + " are read");
    }
    ExpressionNode node = engine.parse(ExplicitPrecedence.of(expression));
    boolean[] usesRowIndex = new boolean[1];
    prepare(node, constants, usesRowIndex);
    return new Path(expression, node, usesRowIndex[0]);
  }

  /**
   * All that the path selects.
   *
   * @throws FHIRException if it can't be evaluated
   */
  List<Base> evaluate(Path path, Scope scope, Resource resource, Base focus) {
    try {
      return engine.evaluate(scope, resource, resource, focus, path.node());
    } catch (FHIRException e) {
      throw e;
    } catch (UnsupportedOperationException e) {
      throw new PathEngineException(
          "the units of quantities are not reckoned with; expected their value and code by"
              + " themselves",
          e);
    } catch (RuntimeException e) {
      throw new PathEngineException(
          "it can't be evaluated: a value doesn't fit an operator or a function", e);
    }
  }

  private void prepare(
      @Nullable ExpressionNode node, Set<String> constants, boolean[] usesRowIndex) {
    if (node == null) {
      return;
    }
    if (node.getKind() == Kind.Constant && node.getConstant() instanceof FHIRConstant constant) {
      String name = bare(constant.getValue());
      if (name.startsWith("@")) {
        node.setConstant(moment(node));
      } else if (name.equals(ROW_INDEX)) {
        usesRowIndex[0] = true;
      } else if (!constants.contains(name) && !isOfTheEngine(name)) {
        throw new PathEngineException(
            "there is no constant %"
                + name
                + "; the view defines "
                + constants.stream().sorted().collect(Collectors.joining(", ", "[", "]")));
      }
    }
    if (node.getKind() == Kind.Function && !isOurs(node)) {
      prepareFunction(node);
    }
    IndexedSteps.prepare(node);
    StrictCalls.prepare(node);
    Arithmetic.asCalls(node);
    prepare(node.getInner(), constants, usesRowIndex);
    prepare(node.getGroup(), constants, usesRowIndex);
    prepare(node.getOpNext(), constants, usesRowIndex);
    if (node.getKind() == Kind.Function) {
      for (ExpressionNode parameter : node.getParameters()) {
        prepare(parameter, constants, usesRowIndex);
      }
    }
  }

  /** The date or time that a literal such as {@code @2026-01-31} or {@code @T12:00} stands for. */
  private Base moment(ExpressionNode node) {
    ExpressionNode literal = new ExpressionNode(0);
    literal.setKind(Kind.Constant);
    literal.setConstant(node.getConstant());
    String text = ((FHIRConstant) node.getConstant()).getValue();
    if (MOMENT.matcher(text).matches()) {
      try {
        return engine.evaluate(null, null, null, null, literal).getFirst();
      } catch (RuntimeException e) {
        // Said below.
      }
    }
    throw new PathEngineException(
        "found '" + text + "', expected a date or time such as @2026-01-31 or @T12:00");
  }

  /** Whether the call was put in while the path was prepared. */
  private static boolean isOurs(ExpressionNode call) {
    String name = call.getName();
    return name != null && (Arithmetic.isOperator(name) || name.startsWith("$"));
  }

  private static boolean isOfTheEngine(String name) {
    return OF_THE_ENGINE.contains(name)
        || name.startsWith("vs-")
        || name.startsWith("ext-")
        || name.startsWith("map-");
  }

  private static String bare(String constant) {
    String name = constant.startsWith("%") ? constant.substring(1) : constant;
    boolean isQuoted = name.length() > 1 && (name.charAt(0) == '`' || name.charAt(0) == '\'');
    return isQuoted ? name.substring(1, name.length() - 1) : name;
  }

  private static void prepareFunction(ExpressionNode node) {
    Function function = node.getFunction();
    if (NOT_OFFERED.contains(function)) {
      throw new PathEngineException("the function " + node.getName() + "() has no place in a view");
    }
    switch (function) {
      case LowBoundary, HighBoundary, Join, Abs -> {
        // The engine's own know neither periods nor instants, join nothing to an empty text, and
        // make a decimal of a whole number.
        node.setFunction(Function.Custom);
      }
      case Custom -> {
        boolean isKnown =
            node.getName().equals(RESOURCE_KEY) || node.getName().equals(REFERENCE_KEY);
        int most = node.getName().equals(REFERENCE_KEY) ? 1 : 0;
        if (!isKnown) {
          throw new PathEngineException("there is no function " + node.getName() + "()");
        }
        if (node.getParameters().size() > most) {
          throw new PathEngineException(
              node.getName() + "() takes " + (most == 0 ? "no parameter" : "one type"));
        }
        node.getParameters().replaceAll(ViewPaths::typeAsText);
        node.getParameters().forEach(ViewPaths::requireType);
      }
      default -> {}
    }
  }

  /** A type specifier such as {@code Patient} or {@code FHIR.Patient}, as the text that it is. */
  private static ExpressionNode typeAsText(ExpressionNode parameter) {
    if (parameter.getKind() == Kind.Constant && parameter.getConstant() instanceof StringType) {
      return parameter;
    }
    ExpressionNode last = parameter;
    while (last.getInner() != null) {
      last = last.getInner();
    }
    if (last.getKind() != Kind.Name || last.getOpNext() != null) {
      throw new PathEngineException(REFERENCE_KEY + "() takes the name of a type");
    }
    ExpressionNode text = new ExpressionNode(0);
    text.setKind(Kind.Constant);
    text.setConstant(new StringType(last.getName()));
    text.setStart(parameter.getStart());
    text.setEnd(parameter.getEnd());
    return text;
  }

  private static void requireType(ExpressionNode text) {
    String type = text.getConstant().primitiveValue();
    if (!ResourceTypes.isType(type)) {
      throw new PathEngineException(
          REFERENCE_KEY + "() is given '" + type + "', expected a resource type of FHIR R4");
    }
  }

  private static List<Base> resourceKey(List<Base> focus) {
    List<Base> keys = new ArrayList<>();
    for (Base each : focus) {
      if (!(each instanceof Resource resource)) {
        throw new PathEngineException(
            RESOURCE_KEY + "() is of resources; found " + each.fhirType());
      }
      if (resource.getIdElement().getIdPart() != null) {
        keys.add(new IdType(resource.getIdElement().getIdPart()));
      }
    }
    return keys;
  }

  private List<Base> referenceKey(List<Base> focus, List<List<Base>> parameters) {
    String type = parameters.isEmpty() ? "" : text(parameters.getFirst());
    List<Base> keys = new ArrayList<>();
    for (Base each : focus) {
      if (!(each instanceof Reference reference)) {
        throw new PathEngineException(
            REFERENCE_KEY + "() is of references; found " + each.fhirType());
      }
      String literal = reference.getReference();
      if (literal != null) {
        references
            .local(literal)
            .filter(key -> type.isEmpty() || key.type().equals(type))
            .map(ResourceKey::id)
            .ifPresent(id -> keys.add(new IdType(id)));
      }
    }
    return keys;
  }

  private static String text(List<Base> values) {
    return values.isEmpty() ? "" : String.valueOf(values.getFirst().primitiveValue());
  }

  private static List<Base> join(List<Base> focus, List<List<Base>> parameters) {
    if (focus.isEmpty()) {
      return List.of();
    }
    String separator = parameters.isEmpty() ? "" : text(parameters.getFirst());
    return List.of(
        new StringType(
            focus.stream()
                .map(Base::primitiveValue)
                .filter(value -> value != null)
                .collect(Collectors.joining(separator))));
  }

  private static List<Base> abs(List<Base> focus) {
    if (focus.size() > 1) {
      throw new PathEngineException("abs() is of one value; found " + focus.size());
    }
    return focus.isEmpty() ? List.of() : Arithmetic.abs(focus.getFirst());
  }

  private List<Base> boundary(String function, List<Base> focus, List<List<Base>> parameters) {
    if (focus.size() > 1) {
      throw new PathEngineException(function + "() is of one value; found " + focus.size());
    }
    if (focus.isEmpty()) {
      return List.of();
    }
    Base value = focus.getFirst();
    if (value instanceof Period period) {
      value = function.equals("lowBoundary") ? period.getStartElement() : period.getEndElement();
    }
    if (value instanceof InstantType instant) {
      value = new DateTimeType(instant.getValueAsString());
    }
    if (value.isEmpty()) {
      return List.of();
    }
    String digits = parameters.isEmpty() ? "" : text(parameters.getFirst());
    if (digits.startsWith("-")) {
      return List.of();
    }
    if (!digits.matches("\\d{0,2}")) {
      throw new PathEngineException(function + "() takes a number of digits");
    }
    List<Base> found =
        engine.evaluate(null, null, null, value, engine.parse(function + "(" + digits + ")"));
    return digits.isEmpty() ? found.stream().map(Arithmetic::withoutZeros).toList() : found;
  }

  private final class Host extends PathHost {
    @Override
    public List<Base> resolveConstant(
        FHIRPathEngine engine,
        Object appContext,
        String name,
        FHIRPathConstantEvaluationMode mode) {
      // The engine also asks for the names of elements.
      if (!(appContext instanceof Scope scope) || mode != FHIRPathConstantEvaluationMode.EXPLICIT) {
        return List.of();
      }
      String bare = bare(name);
      if (bare.equals(ROW_INDEX)) {
        return List.of(new IntegerType(scope.rowIndex()));
      }
      Base value = scope.constants().get(bare);
      return value == null ? List.of() : List.of(value);
    }

    /** Lets the name pass the parser; {@link #prepareFunction} judges it. */
    @Override
    public FunctionDetails resolveFunction(FHIRPathEngine engine, String name) {
      return new FunctionDetails(name, 0, 99);
    }

    @Override
    public List<Base> executeFunction(
        FHIRPathEngine engine,
        Object appContext,
        List<Base> focus,
        String name,
        List<List<Base>> parameters) {
      return switch (name) {
        case RESOURCE_KEY -> resourceKey(focus);
        case REFERENCE_KEY -> referenceKey(focus, parameters);
        case IndexedSteps.KEPT -> IndexedSteps.kept(focus, parameters);
        case IndexedSteps.CHOSEN -> IndexedSteps.chosen(parameters);
        case StrictCalls.ONE -> StrictCalls.one(focus, parameters);
        case "join" -> join(focus, parameters);
        case "abs" -> abs(focus);
        case "lowBoundary", "highBoundary" -> boundary(name, focus, parameters);
        default -> arithmetic.result(name, parameters);
      };
    }
  }
}
