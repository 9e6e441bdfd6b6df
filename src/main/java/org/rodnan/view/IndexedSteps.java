package org.rodnan.view;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Function;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Kind;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BooleanType;
import org.jspecify.annotations.Nullable;

/**
 * Lets conditions ask for {@code $index}. The engine counts in {@code select()} alone, and forgets
 * the count in a condition of {@code iif()}.
 */
final class IndexedSteps {
  /** Functions that no expression can name. */
  static final String KEPT = "$kept";

  static final String CHOSEN = "$chosen";

  /** In their parameters, {@code $index} is of their own elements. */
  private static final Set<Function> COUNTING =
      EnumSet.of(
          Function.Where,
          Function.Exists,
          Function.Select,
          Function.All,
          Function.Repeat,
          Function.Aggregate,
          Function.Sort);

  private IndexedSteps() {}

  /**
   * Rewrites the call if it depends on {@code $index}.
   *
   * @throws PathEngineException if it can't be told there
   */
  static void prepare(ExpressionNode call) {
    ExpressionNode step = call.getInner();
    if (step != null && step.getFunction() == Function.Iif && isAsked(step)) {
      throw new PathEngineException(
          "$index is not known in the condition of .iif(); expected iif() to be the first step");
    }
    if (call.getKind() != Kind.Function || !isAsked(call)) {
      return;
    }
    switch (call.getFunction()) {
      case Where -> keep(call);
      case Exists -> {
        ExpressionNode exists = function(Function.Exists, "exists");
        exists.setInner(call.getInner());
        call.setInner(exists);
        keep(call);
      }
      case Iif -> {
        call.setFunction(Function.Custom);
        call.setName(CHOSEN);
      }
      case All, Repeat, Aggregate, Sort ->
          throw new PathEngineException(
              "$index is not known in "
                  + call.getName()
                  + "(); expected it in where(), exists() or select()");
      default -> {}
    }
  }

  /** {@code where(c)} as a {@code select()} of those elements of which the condition is true. */
  private static void keep(ExpressionNode call) {
    ExpressionNode kept = function(Function.Custom, KEPT);
    kept.setProximal(true);
    kept.getParameters().addAll(call.getParameters());
    call.setFunction(Function.Select);
    call.setName("select");
    call.getParameters().clear();
    call.getParameters().add(kept);
  }

  private static ExpressionNode function(Function function, String name) {
    ExpressionNode call = new ExpressionNode(0);
    call.setKind(Kind.Function);
    call.setFunction(function);
    call.setName(name);
    return call;
  }

  /** Of {@code iif()} only the condition counts. */
  private static boolean isAsked(ExpressionNode call) {
    List<ExpressionNode> parameters = call.getParameters();
    return call.getFunction() == Function.Iif
        ? asks(parameters.getFirst())
        : parameters.stream().anyMatch(IndexedSteps::asks);
  }

  private static boolean asks(@Nullable ExpressionNode node) {
    if (node == null) {
      return false;
    }
    boolean isIndex = node.getKind() == Kind.Name && "$index".equals(node.getName());
    boolean isOfParameters =
        node.getKind() == Kind.Function
            && !COUNTING.contains(node.getFunction())
            && node.getParameters().stream().anyMatch(IndexedSteps::asks);
    return isIndex
        || isOfParameters
        || asks(node.getInner())
        || asks(node.getGroup())
        || asks(node.getOpNext());
  }

  static List<Base> kept(List<Base> focus, List<List<Base>> parameters) {
    return isTrue(parameters.getFirst()) ? focus : List.of();
  }

  static List<Base> chosen(List<List<Base>> parameters) {
    if (isTrue(parameters.getFirst())) {
      return parameters.get(1);
    }
    return parameters.size() > 2 ? parameters.get(2) : List.of();
  }

  private static boolean isTrue(List<Base> condition) {
    if (condition.isEmpty()) {
      return false;
    }
    if (condition.size() > 1 || !(condition.getFirst() instanceof BooleanType truth)) {
      throw new PathEngineException(
          "a condition with $index gives "
              + (condition.size() > 1
                  ? condition.size() + " values"
                  : condition.getFirst().fhirType())
              + "; expected true or false");
    }
    return truth.booleanValue();
  }
}
