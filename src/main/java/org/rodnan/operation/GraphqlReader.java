package org.rodnan.operation;

import graphql.language.Argument;
import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.Definition;
import graphql.language.Directive;
import graphql.language.EnumValue;
import graphql.language.Field;
import graphql.language.FloatValue;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.IntValue;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.StringValue;
import graphql.language.TypeName;
import graphql.language.Value;
import graphql.language.VariableDefinition;
import graphql.language.VariableReference;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import graphql.parser.ParserEnvironment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.utilities.graphql.NameValue;
import org.hl7.fhir.utilities.graphql.NumberValue;
import org.hl7.fhir.utilities.graphql.Operation;
import org.hl7.fhir.utilities.graphql.Operation.OperationType;

/**
 * From standard GraphQL to the part of it that HL7's engine executes rightly. For one document, one
 * thread.
 */
final class GraphqlReader {
  /** Those of HL7 (R4, graphql.html#directives). */
  private static final Set<String> DIRECTIVES = Set.of("flatten", "first", "singleton", "slice");

  /** Arguments of searches of which the engine takes one value. */
  private static final Set<String> SINGLE = Set.of("fhirpath", "_reference", "cursor");

  private final OperationSettings limits;
  private final Map<String, FragmentDefinition> fragments = new HashMap<>();
  private final Map<String, List<org.hl7.fhir.utilities.graphql.Value>> variables = new HashMap<>();
  private final Map<String, Integer> times = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private int fields;

  private GraphqlReader(OperationSettings limits) {
    this.limits = limits;
  }

  static GraphqlDocument read(
      String text,
      Optional<String> operationName,
      Map<String, List<org.hl7.fhir.utilities.graphql.Value>> given,
      OperationSettings limits) {
    GraphqlReader reader = new GraphqlReader(limits);
    OperationDefinition asked = operation(reader.operations(text), operationName);
    if (asked.getOperation() != OperationDefinition.Operation.QUERY) {
      throw malformed(
          "found a " + asked.getOperation().name().toLowerCase(Locale.ROOT) + ", expected a query");
    }
    for (Directive directive : asked.getDirectives()) {
      throw malformed("a query can't have the directive @" + directive.getName());
    }
    reader.define(asked.getVariableDefinitions(), given);
    GraphqlSelections selections = new GraphqlSelections(Optional.empty());
    reader.collect(asked.getSelectionSet(), 1, selections);
    Operation operation = new Operation();
    operation.setOperationType(OperationType.qglotQuery);
    operation.getSelectionSet().addAll(selections.forTheEngine());
    return new GraphqlDocument(
        operation, reader.times.values().stream().mapToInt(Integer::intValue).max().orElse(1));
  }

  private List<OperationDefinition> operations(String text) {
    List<OperationDefinition> operations = new ArrayList<>();
    try {
      ParserEnvironment environment =
          ParserEnvironment.newParserEnvironment().document(text).locale(Locale.ENGLISH).build();
      for (Definition<?> definition : Parser.parse(environment).getDefinitions()) {
        switch (definition) {
          case OperationDefinition operation -> operations.add(operation);
          case FragmentDefinition fragment -> {
            if (fragments.put(fragment.getName(), fragment) != null) {
              throw malformed("there are two fragments '" + fragment.getName() + "'");
            }
          }
          default -> throw malformed("it defines types; expected queries and fragments");
        }
      }
    } catch (InvalidSyntaxException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
    return operations;
  }

  private static OperationDefinition operation(
      List<OperationDefinition> all, Optional<String> name) {
    List<OperationDefinition> named =
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

  private void define(
      List<VariableDefinition> definitions,
      Map<String, List<org.hl7.fhir.utilities.graphql.Value>> given) {
    for (VariableDefinition definition : definitions) {
      String name = definition.getName();
      List<org.hl7.fhir.utilities.graphql.Value> values = given.get(name);
      Value<?> initial = definition.getDefaultValue();
      if (values == null && initial == null) {
        throw malformed("there is no value for the variable $" + name);
      }
      if (variables.put(name, values != null ? values : values("$" + name, initial)) != null) {
        throw malformed("the variable $" + name + " is declared twice");
      }
    }
  }

  private void collect(SelectionSet set, int depth, GraphqlSelections into) {
    if (depth > limits.graphqlDepthMax()) {
      throw GraphqlDocument.tooCostly(
          "is nested deeper than rodnan.operation.graphql-depth-max allows, "
              + limits.graphqlDepthMax());
    }
    for (Selection<?> selection : set.getSelections()) {
      switch (selection) {
        case Field field -> {
          if (isWanted(field.getDirectives())) {
            collect(field, depth, into);
          }
        }
        case InlineFragment fragment -> {
          if (isWanted(onlyConditions(fragment.getDirectives()))) {
            TypeName type = fragment.getTypeCondition();
            collect(
                fragment.getSelectionSet(),
                depth + 1,
                type == null ? into : into.of(type.getName()));
          }
        }
        case FragmentSpread spread -> {
          if (isWanted(onlyConditions(spread.getDirectives()))) {
            collect(spread.getName(), depth, into);
          }
        }
        default -> throw new IllegalStateException("Unknown selection " + selection);
      }
    }
  }

  private void collect(String name, int depth, GraphqlSelections into) {
    FragmentDefinition fragment = fragments.get(name);
    if (fragment == null) {
      throw malformed("there is no fragment '" + name + "'");
    }
    if (open.contains(name)) {
      throw malformed("the fragment '" + name + "' contains itself");
    }
    open.push(name);
    collect(fragment.getSelectionSet(), depth + 1, into.of(fragment.getTypeCondition().getName()));
    open.pop();
  }

  private void collect(Field selected, int depth, GraphqlSelections into) {
    if (++fields > limits.graphqlFieldsMax()) {
      throw GraphqlDocument.tooCostly(
          "selects more fields than rodnan.operation.graphql-fields-max allows, "
              + limits.graphqlFieldsMax());
    }
    times.merge(selected.getName(), 1, Integer::sum);
    var field = new org.hl7.fhir.utilities.graphql.Field();
    field.setName(selected.getName());
    field.setAlias(selected.getResultKey());
    field.getArguments().addAll(arguments("'" + selected.getName() + "'", selected.getArguments()));
    field.getArguments().forEach(argument -> check(field, argument));
    for (Directive directive : selected.getDirectives()) {
      if (DIRECTIVES.contains(directive.getName())) {
        field.getDirectives().add(directive(directive));
      }
    }
    GraphqlSelections within = into.add(field);
    if (selected.getSelectionSet() != null) {
      collect(selected.getSelectionSet(), depth + 1, within);
    }
  }

  /** What the engine would stumble over. */
  private static void check(
      org.hl7.fhir.utilities.graphql.Field field, org.hl7.fhir.utilities.graphql.Argument given) {
    String name = given.getName();
    String what = "the argument '" + name + "' of '" + field.getName() + "'";
    boolean isSearch = field.getName().matches("[A-Z].*(?:List|Connection)");
    boolean isSingle = isSearch ? SINGLE.contains(name) : !field.getName().equals("resource");
    int count = given.getValues().size();
    if (isSingle && count != 1) {
      throw malformed(what + " has " + count + " values; expected one");
    }
    if (!isSingle) {
      return;
    }
    String value = String.valueOf(given.getValues().getFirst().getValue());
    if (name.equals("cursor") && isSearch && !value.matches("[^:]+:\\d{1,9}")) {
      throw malformed(what + " is none that this server gave");
    }
    boolean isNumber = !isSearch && (name.equals("_count") || name.equals("_offset"));
    if (isNumber && !value.matches("\\d{1,9}")) {
      throw malformed(what + " is '" + value + "'; expected a whole number");
    }
  }

  private org.hl7.fhir.utilities.graphql.Directive directive(Directive given) {
    var directive = new org.hl7.fhir.utilities.graphql.Directive();
    directive.setName(given.getName());
    directive.getArguments().addAll(arguments("@" + given.getName(), given.getArguments()));
    boolean isSlice = given.getName().equals("slice");
    boolean isOneText =
        directive.getArguments().size() == 1
            && directive.getArguments().getFirst().getValues().size() == 1
            && directive.getArguments().getFirst().getValues().getFirst()
                instanceof org.hl7.fhir.utilities.graphql.StringValue;
    if (isSlice && !isOneText) {
      throw malformed("@slice has one argument, a FHIRPath expression as a string");
    }
    return directive;
  }

  private static List<Directive> onlyConditions(List<Directive> directives) {
    for (Directive directive : directives) {
      if (DIRECTIVES.contains(directive.getName())) {
        throw malformed("a fragment can't have the directive @" + directive.getName());
      }
    }
    return directives;
  }

  private boolean isWanted(List<Directive> directives) {
    boolean isWanted = true;
    Set<String> names = new HashSet<>();
    for (Directive directive : directives) {
      String name = directive.getName();
      if (!names.add(name)) {
        throw malformed("the directive @" + name + " is repeated");
      }
      switch (name) {
        case "skip" -> isWanted &= !condition(directive);
        case "include" -> isWanted &= condition(directive);
        default -> {
          if (!DIRECTIVES.contains(name)) {
            throw malformed(
                "the directive @"
                    + name
                    + "; expected @skip, @include, @flatten, @first, @singleton or @slice");
          }
        }
      }
    }
    return isWanted;
  }

  private boolean condition(Directive directive) {
    String name = "@" + directive.getName();
    var arguments = arguments(name, directive.getArguments());
    if (arguments.size() == 1
        && arguments.getFirst().getName().equals("if")
        && arguments.getFirst().getValues().size() == 1
        && arguments.getFirst().getValues().getFirst() instanceof NameValue value
        && List.of("true", "false").contains(value.getValue())) {
      return value.getValue().equals("true");
    }
    throw malformed(name + " has one argument, 'if'; expected true or false");
  }

  private List<org.hl7.fhir.utilities.graphql.Argument> arguments(
      String of, List<Argument> arguments) {
    List<org.hl7.fhir.utilities.graphql.Argument> read = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Argument argument : arguments) {
      if (!names.add(argument.getName())) {
        throw malformed("the argument '" + argument.getName() + "' of " + of + " is repeated");
      }
      var made = new org.hl7.fhir.utilities.graphql.Argument();
      made.setName(argument.getName());
      values("the argument '" + argument.getName() + "' of " + of, argument.getValue())
          .forEach(made::addValue);
      read.add(made);
    }
    return read;
  }

  private List<org.hl7.fhir.utilities.graphql.Value> values(String of, Value<?> value) {
    return switch (value) {
      case StringValue text ->
          List.of(new org.hl7.fhir.utilities.graphql.StringValue(text.getValue()));
      case IntValue number -> List.of(new NumberValue(number.getValue().toString()));
      case FloatValue number -> List.of(new NumberValue(number.getValue().toPlainString()));
      case BooleanValue bool -> List.of(new NameValue(bool.isValue()));
      case EnumValue name -> List.of(new NameValue(name.getName()));
      case ArrayValue list ->
          list.getValues().stream().flatMap(each -> values(of, each).stream()).toList();
      case VariableReference variable ->
          Optional.ofNullable(variables.get(variable.getName()))
              .orElseThrow(
                  () -> malformed("the variable $" + variable.getName() + " is not declared"));
      default -> throw malformed(of + " is neither text, number, boolean nor a list of them");
    };
  }

  private static org.rodnan.fhir.FhirFailure malformed(String what) {
    return GraphqlDocument.malformed(what);
  }
}
