package org.rodnan.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.utilities.graphql.Argument;
import org.hl7.fhir.utilities.graphql.EGraphEngine;
import org.hl7.fhir.utilities.graphql.EGraphQLException;
import org.hl7.fhir.utilities.graphql.Field;
import org.hl7.fhir.utilities.graphql.Fragment;
import org.hl7.fhir.utilities.graphql.NameValue;
import org.hl7.fhir.utilities.graphql.NumberValue;
import org.hl7.fhir.utilities.graphql.Operation;
import org.hl7.fhir.utilities.graphql.Package;
import org.hl7.fhir.utilities.graphql.Parser;
import org.hl7.fhir.utilities.graphql.Selection;
import org.hl7.fhir.utilities.graphql.StringValue;
import org.hl7.fhir.utilities.graphql.Value;
import org.hl7.fhir.utilities.graphql.Variable;
import org.hl7.fhir.utilities.graphql.VariableValue;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;

/**
 * A GraphQL document of HL7's parser, looked through before HL7's engine executes it: the engine
 * would follow fragments in circles and pass over root fields that it doesn't know.
 *
 * @param operation the one to be executed
 * @param repetition how often the query selects the field that it selects most often
 */
record GraphqlDocument(Package parsed, Operation operation, int repetition) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param variables a JSON object
   * @throws FhirFailure.Malformed if the text is no GraphQL, a value is missing, or the query is
   *     larger than the limits allow
   */
  static GraphqlDocument of(
      String text,
      Optional<String> operationName,
      Optional<String> variables,
      OperationSettings limits) {
    Package parsed = parse(text);
    operationName.ifPresent(parsed::setOperationName);
    variables.ifPresent(json -> addVariables(parsed, json));
    Operation operation = operation(parsed, operationName);
    for (Variable variable : operation.getVariables()) {
      boolean isGiven =
          parsed.getVariables().stream()
              .anyMatch(each -> each.getName().equals(variable.getName()));
      if (!isGiven && variable.getDefaultValue() == null) {
        throw malformed("there is no value for the variable $" + variable.getName());
      }
    }
    if (operation.getSelectionSet().isEmpty()) {
      throw malformed("it selects nothing");
    }
    Walk walk = new Walk(parsed, limits);
    walk.through(operation.getSelectionSet(), 1);
    return new GraphqlDocument(
        parsed,
        operation,
        walk.times.values().stream().mapToInt(Integer::intValue).max().orElse(1));
  }

  private static Package parse(String text) {
    if (text.length() > 0 && text.indexOf('\0') >= 0) {
      throw malformed("it holds a NUL character");
    }
    try {
      // Without the line's end the parser would look for that of a comment for ever.
      return Parser.parse(escapesOfTheParser(text) + "\n");
    } catch (EGraphQLException | EGraphEngine | NumberFormatException e) {
      throw malformed(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("Reading from memory failed", e);
    }
  }

  /** The parser takes some escapes of strings for others; it knows all by their numbers. */
  private static String escapesOfTheParser(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      if (c == '\\' && "\\bf".indexOf(next) >= 0) {
        out.append(next == '\\' ? "\\u005c" : next == 'b' ? "\\u0008" : "\\u000c");
        i++;
      } else if (c == '\\') {
        out.append(c).append(next);
        i++;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static void addVariables(Package parsed, String json) {
    JsonNode object;
    try {
      object = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw malformed("the variables are no JSON");
    }
    if (!object.isObject()) {
      throw malformed("the variables are not a JSON object");
    }
    object
        .properties()
        .forEach(member -> {
          if (!member.getValue().isNull()) {
            Argument variable = new Argument();
            variable.setName(member.getKey());
            if (member.getValue().isArray()) {
              member.getValue().forEach(each -> variable.addValue(value(member.getKey(), each)));
            } else {
              variable.addValue(value(member.getKey(), member.getValue()));
            }
            parsed.getVariables().add(variable);
          }
        });
  }

  private static Value value(String name, JsonNode json) {
    if (json.isTextual()) {
      return new StringValue(json.textValue());
    }
    if (json.isNumber()) {
      return new NumberValue(json.asText());
    }
    if (json.isBoolean()) {
      return new NameValue(json.asText());
    }
    throw malformed("the variable $" + name + " is neither text, number, boolean nor a list");
  }

  private static Operation operation(Package parsed, Optional<String> name) {
    List<Operation> all = parsed.getDocument().getOperations();
    List<Operation> named =
        all.stream().filter(each -> name.map(n -> n.equals(each.getName())).orElse(true)).toList();
    if (named.size() != 1) {
      throw malformed(
          "there are "
              + named.size()
              + " operations"
              + name.map(n -> " of the name '" + n + "'").orElse("")
              + "; expected one");
    }
    return named.getFirst();
  }

  /**
   * The fields of a query of the system are searches.
   *
   * @throws FhirFailure.Malformed if one is something else
   */
  void requireSearches() {
    for (Selection selection : operation.getSelectionSet()) {
      Field field = selection.getField();
      if (field == null) {
        throw malformed("of the system only fields can be selected, not fragments");
      }
      String name = field.getName();
      if (!ResourceTypes.isType(name.replaceAll("(?:List|Connection)$", ""))
          && !ResourceTypes.isType(name)) {
        throw malformed(
            "the field '" + name + "'; expected Type, TypeList or TypeConnection of a FHIR type");
      }
      if (field.getSelectionSet().isEmpty()) {
        throw malformed("nothing is selected of '" + name + "'");
      }
      if (!field.getDirectives().isEmpty()) {
        throw malformed("the field '" + name + "' of the system can't have a directive");
      }
      if (ResourceTypes.isType(name)) {
        field.getArguments().stream()
            .filter(argument -> argument.getName().equals("_id"))
            .forEach(argument -> argument.setName("id"));
      }
    }
  }

  /** The texts of an argument, variables put in. */
  List<String> values(Argument argument) {
    Map<String, List<Value>> variables = new HashMap<>();
    operation
        .getVariables()
        .forEach(variable -> {
          if (variable.getDefaultValue() != null) {
            variables.put(variable.getName(), List.of(variable.getDefaultValue()));
          }
        });
    parsed.getVariables().forEach(given -> variables.put(given.getName(), given.getValues()));
    return argument.getValues().stream()
        .flatMap(value ->
            value instanceof VariableValue variable
                ? variables.getOrDefault(variable.getValue(), List.of()).stream()
                : java.util.stream.Stream.of(value))
        .map(value -> {
          String text = value.getValue();
          if (text == null) {
            throw malformed("the argument '" + argument.getName() + "' is an object");
          }
          return text;
        })
        .toList();
  }

  static FhirFailure malformed(String what) {
    return new FhirFailure.Malformed(
        IssueType.INVALID, "The GraphQL query can't be executed: " + what, "query");
  }

  /** Through the selections, fragments expanded. */
  private static final class Walk {
    private final Package parsed;
    private final OperationSettings limits;
    private final Map<String, Integer> times = new HashMap<>();
    private final Deque<String> fragments = new ArrayDeque<>();
    private int fields;

    Walk(Package parsed, OperationSettings limits) {
      this.parsed = parsed;
      this.limits = limits;
    }

    void through(List<Selection> selections, int depth) {
      if (depth > limits.graphqlDepthMax()) {
        throw tooCostly(
            "is nested deeper than rodnan.operation.graphql-depth-max allows, "
                + limits.graphqlDepthMax());
      }
      for (Selection selection : selections) {
        Field field = selection.getField();
        if (field != null) {
          if (++fields > limits.graphqlFieldsMax()) {
            throw tooCostly(
                "selects more fields than rodnan.operation.graphql-fields-max allows, "
                    + limits.graphqlFieldsMax());
          }
          times.merge(field.getName(), 1, Integer::sum);
          if (!field.getSelectionSet().isEmpty()) {
            through(field.getSelectionSet(), depth + 1);
          }
        } else if (selection.getInlineFragment() != null) {
          through(selection.getInlineFragment().getSelectionSet(), depth + 1);
        } else {
          throughFragment(selection.getFragmentSpread().getName(), depth);
        }
      }
    }

    private void throughFragment(String name, int depth) {
      Fragment fragment = parsed.getDocument().fragment(name);
      if (fragment == null) {
        throw malformed("there is no fragment '" + name + "'");
      }
      if (fragments.contains(name)) {
        throw malformed("the fragment '" + name + "' contains itself");
      }
      fragments.push(name);
      through(fragment.getSelectionSet(), depth + 1);
      fragments.pop();
    }
  }

  static FhirFailure tooCostly(String what) {
    return new FhirFailure.Malformed(IssueType.TOOCOSTLY, "The GraphQL query " + what, "query");
  }
}
