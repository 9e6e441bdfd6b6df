package org.rodnan.validation;

import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r5.fhirpath.ExpressionNode;
import org.hl7.fhir.r5.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r5.model.Base;
import org.hl7.fhir.r5.model.BooleanType;
import org.hl7.fhir.r5.model.StringType;
import org.hl7.fhir.utilities.Utilities;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.WatchedText;

/**
 * FHIRPath's functions that take a regular expression or replace texts, as the engine has them but
 * for their bounds: a client's expression may try every way to read a text, or make a text that is
 * larger than all memory, and the engine's own can't be stopped.
 */
final class WatchedFunctions extends FhirInstanceValidator.NullEvaluationContext {
  private static final String[] TEXTS = {
    "string", "uri", "code", "oid", "id", "uuid", "markdown", "base64Binary", "canonical", "url"
  };

  private static final int DEPTH_MAX = 400;

  private final CpuBudget budget;

  WatchedFunctions(CpuBudget budget) {
    this.budget = budget;
  }

  /**
   * Makes the engine ask for these functions here, at any depth of the parsed expression.
   *
   * @throws IllegalStateException if it is nested too deeply
   */
  static void watch(ExpressionNode root) {
    each(
        root,
        0,
        node -> {
          if (isWatched(node)) {
            node.setFunction(ExpressionNode.Function.Custom);
          }
        });
  }

  /**
   * @throws IllegalStateException if it is nested too deeply
   */
  static boolean isIn(ExpressionNode root) {
    boolean[] isAny = new boolean[1];
    each(root, 0, node -> isAny[0] |= isWatched(node));
    return isAny[0];
  }

  private static void each(
      @Nullable ExpressionNode start, int depth, Consumer<ExpressionNode> use) {
    if (depth > DEPTH_MAX) {
      throw new IllegalStateException(tooDeep());
    }
    for (ExpressionNode node = start; node != null; node = node.getOpNext()) {
      use.accept(node);
      if (node.getParameters() != null) {
        node.getParameters().forEach(parameter -> each(parameter, depth + 1, use));
      }
      each(node.getGroup(), depth + 1, use);
      each(node.getInner(), depth + 1, use);
    }
  }

  static String tooDeep() {
    return "an expression is nested deeper than " + DEPTH_MAX + " levels";
  }

  private static boolean isWatched(ExpressionNode node) {
    return switch (node.getFunction()) {
      case Matches, MatchesFull, ReplaceMatches, Replace -> true;
      case null, default -> false;
    };
  }

  @Override
  public List<Base> executeFunction(
      FHIRPathEngine engine,
      Object appContext,
      List<Base> focus,
      String name,
      List<List<Base>> parameters) {
    return name.equals("replace")
        ? replace(engine, focus, parameters)
        : search(engine, focus, name, parameters);
  }

  private List<Base> replace(FHIRPathEngine engine, List<Base> focus, List<List<Base>> parameters) {
    if (focus.isEmpty() || parameters.get(0).isEmpty() || parameters.get(1).isEmpty()) {
      return List.of();
    }
    if (focus.size() > 1) {
      throw new PathEngineException("replace() takes one text, found " + focus.size());
    }
    if (!focus.get(0).hasType(TEXTS)) {
      return List.of();
    }
    String text = engine.convertToString(focus.get(0));
    Pattern literal = Pattern.compile(engine.convertToString(parameters.get(0)), Pattern.LITERAL);
    String replacement = Matcher.quoteReplacement(engine.convertToString(parameters.get(1)));
    return List.of(new StringType(replaced(literal.matcher(watched(text)), replacement)));
  }

  /** A step that makes too long a text ends the whole, before it is as long as memory. */
  private String replaced(Matcher matcher, String replacement) {
    StringBuilder made = new StringBuilder();
    while (matcher.find()) {
      int before = made.length();
      matcher.appendReplacement(made, replacement);
      budget.make(made.length() - before);
    }
    return matcher.appendTail(made).toString();
  }

  private CharSequence watched(String text) {
    return new WatchedText(text, budget::check);
  }

  private List<Base> search(
      FHIRPathEngine engine, List<Base> focus, String name, List<List<Base>> parameters) {
    String regex = engine.convertToString(parameters.get(0));
    if (focus.isEmpty() || Utilities.noString(regex)) {
      return List.of();
    }
    if (focus.size() > 1) {
      return List.of(new BooleanType(false));
    }
    if (!focus.get(0).hasType(TEXTS)) {
      return List.of();
    }
    String text = engine.convertToString(focus.get(0));
    Matcher matcher = pattern(name, regex).matcher(watched(text));
    return List.of(
        switch (name) {
          case "matches" -> new BooleanType(!Utilities.noString(text) && matcher.find());
          case "matchesFull" -> new BooleanType(!Utilities.noString(text) && matcher.matches());
          case "replaceMatches" ->
              new StringType(replaced(matcher, engine.convertToString(parameters.get(1))));
          default -> throw new PathEngineException("The function " + name + " is unknown");
        });
  }

  private static Pattern pattern(String name, String regex) {
    try {
      return Pattern.compile(name.equals("replaceMatches") ? regex : "(?s)" + regex);
    } catch (PatternSyntaxException e) {
      throw new PathEngineException(
          "The regular expression '" + regex + "' of " + name + " is not valid: " + e.getMessage());
    }
  }
}
