package org.rodnan.validation.compiled;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a definition demands of the members of an element, and of them together. Immutable. */
final class Shape {
  /**
   * What is demanded of the members of one name, or of a slice of them.
   *
   * @param max {@link Integer#MAX_VALUE} if there may be any number
   */
  record Rule(String name, int min, int max, Demands demands, List<Slice> slices, boolean isOpen) {
    Rule {
      name = name.intern();
    }
  }

  /**
   * Some of the members of one name.
   *
   * @param test undecided if it can't be told
   */
  record Slice(Predicate<Node> test, int min, int max, Demands demands) {}

  private static final int NEAR = 4;

  private final String definition;
  private final List<Rule> rules;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final List<Constraint> constraints;

  /**
   * @param definition address of the StructureDefinition
   */
  Shape(String definition, List<Rule> rules, List<Constraint> constraints) {
    this.definition = definition;
    this.rules = List.copyOf(rules);
    this.constraints = List.copyOf(constraints);
    for (int i = 0; i < rules.size(); i++) {
      indexes.put(rules.get(i).name(), i);
    }
  }

  /**
   * @param extension url of the extension that the node is; null if it is none
   * @throws Undecided if the node isn't surely as demanded
   */
  void require(Node node, Check check, @Nullable String extension) {
    List<Node> children = node.children();
    int[] counts = new int[rules.size()];
    String name = "";
    int index = -1;
    for (int i = 0; i < children.size(); i++) {
      Node child = children.get(i);
      // Those of one name mostly stand together.
      if (!child.name().equals(name)) {
        name = child.name();
        index = indexOf(name, index);
      }
      counts[index]++;
      rules.get(index).demands().require(child, node, check, definition, extension);
    }
    for (int i = 0; i < counts.length; i++) {
      Rule rule = rules.get(i);
      Undecided.unless(counts[i] >= rule.min() && counts[i] <= rule.max());
      if (!rule.slices().isEmpty()) {
        requireSlices(rule, node, check, extension);
      }
    }
    for (int i = 0; i < constraints.size(); i++) {
      constraints.get(i).require(node, check);
    }
  }

  /** Most resources have their members in the order of the definition, and leave few out. */
  private int indexOf(String name, int before) {
    int hash = name.hashCode();
    int end = Math.min(rules.size(), before + 1 + NEAR);
    for (int i = before + 1; i < end; i++) {
      String each = rules.get(i).name();
      if (each.hashCode() == hash && each.equals(name)) {
        return i;
      }
    }
    Integer index = indexes.get(name);
    if (index == null) {
      throw Undecided.here();
    }
    return index;
  }

  private void requireSlices(Rule rule, Node node, Check check, @Nullable String extension) {
    List<Slice> slices = rule.slices();
    int[] counts = new int[slices.size()];
    for (Node child : node.objects(rule.name())) {
      int matches = 0;
      for (int i = 0; i < counts.length; i++) {
        if (slices.get(i).test().test(child)) {
          counts[i]++;
          matches++;
          slices.get(i).demands().require(child, node, check, definition, extension);
        }
      }
      Undecided.unless(matches == 1 || matches == 0 && rule.isOpen());
    }
    for (int i = 0; i < counts.length; i++) {
      Undecided.unless(counts[i] >= slices.get(i).min() && counts[i] <= slices.get(i).max());
    }
  }
}
