package org.rodnan.operation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.utilities.graphql.Argument;
import org.hl7.fhir.utilities.graphql.Directive;
import org.hl7.fhir.utilities.graphql.Field;
import org.hl7.fhir.utilities.graphql.Fragment;
import org.hl7.fhir.utilities.graphql.Selection;
import org.hl7.fhir.utilities.graphql.Value;

/**
 * What is selected of one object. HL7's engine answers a field that is selected twice with two
 * values; GraphQL's standard wants them merged (GraphQL, October 2021, 5.3.2).
 */
final class GraphqlSelections {
  private record Selected(Field field, GraphqlSelections within) {}

  private final Optional<String> type;
  private final Map<String, Selected> fields = new LinkedHashMap<>();
  private final Map<String, GraphqlSelections> ofTypes = new LinkedHashMap<>();

  /**
   * @param type of objects that are meant; all if it is absent
   */
  GraphqlSelections(Optional<String> type) {
    this.type = type;
  }

  /** What is selected if the object is of the type. */
  GraphqlSelections of(String wanted) {
    if (type.isEmpty()) {
      return ofTypes.computeIfAbsent(wanted, name -> new GraphqlSelections(Optional.of(name)));
    }
    // An object has one type, so what is asked of another in this one is asked of none.
    return type.get().equals(wanted) ? this : new GraphqlSelections(Optional.of(wanted));
  }

  /**
   * @return what is selected of the field
   * @throws org.rodnan.fhir.FhirFailure.Malformed if something else has the same name in the answer
   */
  GraphqlSelections add(Field field) {
    Selected known =
        fields.computeIfAbsent(
            field.getAlias(), name -> new Selected(field, new GraphqlSelections(Optional.empty())));
    requireSame(known.field(), field);
    return known.within();
  }

  /** The same, each field once. */
  List<Selection> forTheEngine() {
    List<Selection> selections = new ArrayList<>();
    fields.values().forEach(each -> selections.add(selection(each)));
    ofTypes.forEach((name, ofType) -> {
      ofType.fields.keySet().removeIf(field -> isSelected(field, ofType));
      Fragment fragment = new Fragment();
      fragment.setTypeCondition(name);
      fragment.getSelectionSet().addAll(ofType.forTheEngine());
      Selection selection = new Selection();
      selection.setInlineFragment(fragment);
      selections.add(selection);
    });
    return selections;
  }

  private boolean isSelected(String name, GraphqlSelections ofType) {
    Selected mine = fields.get(name);
    Selected its = ofType.fields.get(name);
    if (mine == null || its == null) {
      return false;
    }
    requireSame(mine.field(), its.field());
    if (!mine.within().isEmpty()) {
      throw GraphqlDocument.malformed(
          "parts of '" + name + "' are selected in a fragment and beside it; expected one of them");
    }
    return true;
  }

  private boolean isEmpty() {
    return fields.isEmpty() && ofTypes.isEmpty();
  }

  private static Selection selection(Selected selected) {
    selected.field().getSelectionSet().addAll(selected.within().forTheEngine());
    Selection selection = new Selection();
    selection.setField(selected.field());
    return selection;
  }

  private static void requireSame(Field first, Field second) {
    if (!first.getName().equals(second.getName())
        || !texts(first.getArguments()).equals(texts(second.getArguments()))
        || !directives(first).equals(directives(second))) {
      throw GraphqlDocument.malformed(
          "'"
              + first.getAlias()
              + "' is selected twice, not in the same way; expected an alias for one of them");
    }
  }

  private static Map<String, List<String>> texts(List<Argument> arguments) {
    Map<String, List<String>> texts = new LinkedHashMap<>();
    arguments.forEach(argument ->
        texts.put(argument.getName(), argument.getValues().stream().map(Value::getValue).toList()));
    return texts;
  }

  private static Map<String, Map<String, List<String>>> directives(Field field) {
    Map<String, Map<String, List<String>>> directives = new LinkedHashMap<>();
    for (Directive directive : field.getDirectives()) {
      directives.put(directive.getName(), texts(directive.getArguments()));
    }
    return directives;
  }
}
