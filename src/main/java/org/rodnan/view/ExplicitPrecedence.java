package org.rodnan.view;

import java.util.Set;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Operation;
import org.hl7.fhir.r4.fhirpath.FHIRLexer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a FHIRPath anew with the precedence of its operators made plain by parentheses, where
 * HAPI's parser would get it wrong: it takes {@code 2 * -3} for {@code 2 * 0 - 3}, drops an
 * operator after a first step with an index ({@code name[0].exists() = false}), and has {@code is}
 * and {@code as} bind less than comparisons.
 */
final class ExplicitPrecedence {
  private static final int DEPTH_MAX = 200;

  /** What binds tighter than any operator. */
  private static final int TERM = 10;

  /** A term that is no operand as it stands: the engine needs it in parentheses. */
  private static final int LOOSE_TERM = -1;

  private static final Set<String> CALENDAR_UNITS =
      Set.of(
          "year",
          "years",
          "month",
          "months",
          "week",
          "weeks",
          "day",
          "days",
          "hour",
          "hours",
          "minute",
          "minutes",
          "second",
          "seconds",
          "millisecond",
          "milliseconds");

  private final FHIRLexer tokens;
  private int depth;

  private ExplicitPrecedence(String expression) {
    this.tokens = new FHIRLexer(expression, "path");
  }

  /**
   * The same expression, with parentheses around each operand that is no single term.
   *
   * @throws PathEngineException if the parentheses don't match or something is missing
   */
  static String of(String expression) {
    ExplicitPrecedence writer = new ExplicitPrecedence(expression);
    String written = writer.expression(0).text();
    if (!writer.tokens.done()) {
      throw writer.unexpected("an operator or the end");
    }
    return written;
  }

  /**
   * @param binding of the operator that binds least in it
   */
  private record Written(String text, int binding) {
    /** Operators of one precedence are worked off from the left, without parentheses. */
    String asLeftOf(int operator) {
      return binding == operator ? text : asRightOf();
    }

    String asRightOf() {
      return binding == TERM ? text : "(" + text + ")";
    }
  }

  private Written expression(int weakest) {
    Written written = signed();
    for (int binding = binding(); binding >= weakest; binding = binding()) {
      String operator = take();
      Written right =
          operator.equals("is") || operator.equals("as") ? term() : expression(binding + 1);
      written =
          new Written(
              written.asLeftOf(binding) + " " + operator + " " + right.asRightOf(), binding);
    }
    return written;
  }

  /** How tight the operator binds that comes next; -1 if none does. */
  private int binding() {
    Operation operation = tokens.done() ? null : Operation.fromCode(tokens.getCurrent());
    return switch (operation) {
      case Times, DivideBy, Div, Mod -> 9;
      case Plus, Minus, Concatenate -> 8;
      case Is, As -> 7;
      case Union -> 6;
      case LessThan, LessOrEqual, Greater, GreaterOrEqual -> 5;
      case Equals, NotEquals, Equivalent, NotEquivalent -> 4;
      case In, Contains, MemberOf -> 3;
      case And -> 2;
      case Or, Xor -> 1;
      case Implies -> 0;
      case null -> -1;
    };
  }

  private Written signed() {
    if (isNext("-") || isNext("+")) {
      String sign = take();
      enter();
      Written of = signed();
      depth--;
      return new Written(sign + of.asRightOf(), LOOSE_TERM);
    }
    return term();
  }

  private Written term() {
    enter();
    String first = take();
    StringBuilder text = new StringBuilder(first);
    if (first.equals("(")) {
      text.append(expression(0).text()).append(take(")"));
    } else if (isNumber(first) && isUnit()) {
      text.append(' ').append(take());
    } else if (isNext("(")) {
      text.append(parameters());
    }
    int binding = isNext("[") ? LOOSE_TERM : TERM;
    while (isNext("[") || isNext(".")) {
      if (isNext("[")) {
        text.append(take()).append(expression(0).text()).append(take("]"));
      } else {
        text.append(take()).append(take());
        if (isNext("(")) {
          text.append(parameters());
        }
      }
    }
    depth--;
    return new Written(text.toString(), binding);
  }

  private String parameters() {
    StringBuilder text = new StringBuilder(take("("));
    while (!isNext(")")) {
      text.append(expression(0).text());
      if (isNext(",")) {
        text.append(take()).append(' ');
      } else if (!isNext(")")) {
        throw unexpected("',' or ')'");
      }
    }
    return text.append(take(")")).toString();
  }

  private static boolean isNumber(String token) {
    return Character.isDigit(token.charAt(0));
  }

  private boolean isUnit() {
    return !tokens.done()
        && (tokens.isStringConstant() || CALENDAR_UNITS.contains(tokens.getCurrent()));
  }

  private boolean isNext(String token) {
    return tokens.hasToken(token);
  }

  private String take(String expected) {
    if (!isNext(expected)) {
      throw unexpected("'" + expected + "'");
    }
    return take();
  }

  private String take() {
    if (tokens.done()) {
      throw unexpected("a value");
    }
    return tokens.take();
  }

  private void enter() {
    if (++depth > DEPTH_MAX) {
      throw new PathEngineException(
          "it goes deeper than " + DEPTH_MAX + " parentheses in each other");
    }
  }

  private PathEngineException unexpected(String expected) {
    @Nullable String found = tokens.done() ? null : tokens.getCurrent();
    return new PathEngineException(
        "found "
            + (found == null
                ? "its end"
                : "'" + found + "' at character " + (tokens.getCurrentStart() + 1))
            + ", expected "
            + expected);
  }
}
