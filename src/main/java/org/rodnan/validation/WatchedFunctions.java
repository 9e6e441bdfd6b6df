package org.rodnan.validation;

import java.util.List;
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
 * FHIRPath's functions that take a regular expression, as the engine has them but for their time: a
 * client's expression may try every way to read a text, and the engine's own can't be stopped.
 */
final class WatchedFunctions extends FhirInstanceValidator.NullEvaluationContext {
  private static final String[] TEXTS = {
    "string", "uri", "code", "oid", "id", "uuid", "markdown", "base64Binary", "canonical", "url"
  };

  private final CpuBudget budget;

  WatchedFunctions(CpuBudget budget) {
    this.budget = budget;
  }

  /**
   * Makes the engine ask for these functions here, at any depth of the parsed expression.
   *
   * @return whether there are any
   */
  static boolean watch(@Nullable ExpressionNode node) {
    if (node == null) {
      return false;
    }
    boolean isAny = node.getFunction() != null && isRegular(node.getFunction());
    if (isAny) {
      node.setFunction(ExpressionNode.Function.Custom);
    }
    if (node.getParameters() != null) {
      for (ExpressionNode parameter : node.getParameters()) {
        isAny |= watch(parameter);
      }
    }
    return isAny | watch(node.getGroup()) | watch(node.getInner()) | watch(node.getOpNext());
  }

  private static boolean isRegular(ExpressionNode.Function function) {
    return switch (function) {
      case Matches, MatchesFull, ReplaceMatches -> true;
      default -> false;
    };
  }

  @Override
  public List<Base> executeFunction(
      FHIRPathEngine engine,
      Object appContext,
      List<Base> focus,
      String name,
      List<List<Base>> parameters) {
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
    Matcher matcher = pattern(name, regex).matcher(new WatchedText(text, budget::check));
    return List.of(
        switch (name) {
          case "matches" -> new BooleanType(!Utilities.noString(text) && matcher.find());
          case "matchesFull" -> new BooleanType(!Utilities.noString(text) && matcher.matches());
          case "replaceMatches" ->
              new StringType(matcher.replaceAll(engine.convertToString(parameters.get(1))));
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
