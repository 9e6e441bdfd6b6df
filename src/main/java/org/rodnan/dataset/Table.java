package org.rodnan.dataset;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A dataset without its rows.
 *
 * @param name such as {@code DM}, upper case by custom
 * @param label such as {@code Demographics}
 * @param variables no two of the same name
 */
public record Table(String name, String label, List<Variable> variables) {
  public Table {
    variables = List.copyOf(variables);
  }

  /** Where the variable is in a row. */
  public OptionalInt find(String variable) {
    for (int i = 0; i < variables.size(); i++) {
      if (variables.get(i).name().equals(variable)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** Where each variable is in a row. */
  public Map<String, Integer> positions() {
    Map<String, Integer> positions = new HashMap<>();
    for (int i = 0; i < variables.size(); i++) {
      positions.put(variables.get(i).name(), i);
    }
    return positions;
  }
}
