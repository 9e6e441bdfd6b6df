package org.rodnan.view;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Function;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Kind;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;

/**
 * Holds calls to FHIRPath's rules where the engine is lax. It sees arguments from what the function
 * is called on, so that {@code name.given.subsetOf(name.given)} looks for names of a text; and of
 * several values, a function of texts looks at the first one or gives nothing.
 */
final class StrictCalls {
  /** A function that no expression can name. */
  static final String ONE = "$one";

  private static final Set<Function> OF_ONE_TEXT =
      EnumSet.of(
          Function.IndexOf,
          Function.StartsWith,
          Function.EndsWith,
          Function.Contains,
          Function.Matches,
          Function.MatchesFull,
          Function.Substring,
          Function.Upper,
          Function.Lower,
          Function.Length,
          Function.ReplaceMatches,
          Function.ToChars,
          Function.Trim,
          Function.Split);

  private static final Set<Function> WITH_VALUES =
      EnumSet.of(
          Function.IndexOf,
          Function.StartsWith,
          Function.EndsWith,
          Function.Matches,
          Function.MatchesFull,
          Function.Substring,
          Function.Replace,
          Function.ReplaceMatches,
          Function.SubsetOf,
          Function.SupersetOf,
          Function.Exclude,
          Function.Skip,
          Function.Take,
          Function.Power,
          Function.Log,
          Function.Round);

  private static final Set<Function> TO_ONE =
      EnumSet.of(Function.First, Function.Last, Function.Single, Function.Item);

  private StrictCalls() {}

  /** Prepares the arguments of a call, and the step after a term. */
  static void prepare(ExpressionNode term) {
    if (term.getKind() == Kind.Function && WITH_VALUES.contains(term.getFunction())) {
      term.getParameters().forEach(StrictCalls::seenFromThis);
    }
    ExpressionNode step = term.getInner();
    if (step != null && OF_ONE_TEXT.contains(step.getFunction()) && !isOne(term)) {
      ExpressionNode one = new ExpressionNode(0);
      one.setKind(Kind.Function);
      one.setFunction(Function.Custom);
      one.setName(ONE);
      ExpressionNode name = new ExpressionNode(0);
      name.setKind(Kind.Constant);
      name.setConstant(new StringType(step.getName()));
      one.getParameters().add(name);
      one.setInner(step);
      term.setInner(one);
    }
  }

  private static boolean isOne(ExpressionNode term) {
    return switch (term.getKind()) {
      case Constant -> true;
      case Name -> term.getName().equals("$this");
      case Function -> TO_ONE.contains(term.getFunction()) || ONE.equals(term.getName());
      default -> false;
    };
  }

  private static void seenFromThis(@Nullable ExpressionNode head) {
    for (ExpressionNode each = head; each != null; each = each.getOpNext()) {
      if (each.getKind() == Kind.Group) {
        seenFromThis(each.getGroup());
      } else if (each.getKind() == Kind.Name && Character.isUpperCase(each.getName().charAt(0))) {
        // A path may begin with the type of what it is seen from.
        each.setName("$this");
      } else if (each.getKind() == Kind.Name && !each.getName().startsWith("$")) {
        ExpressionNode name = new ExpressionNode(0);
        name.setKind(Kind.Name);
        name.setName(each.getName());
        name.setInner(each.getInner());
        name.setStart(each.getStart());
        name.setEnd(each.getEnd());
        each.setName("$this");
        each.setInner(name);
      }
    }
  }

  /**
   * @param parameters the name of the function that comes next
   */
  static List<Base> one(List<Base> focus, List<List<Base>> parameters) {
    if (focus.size() > 1) {
      throw new PathEngineException(
          parameters.getFirst().getFirst().primitiveValue()
              + "() is of one value; found "
              + focus.size());
    }
    return focus;
  }
}
