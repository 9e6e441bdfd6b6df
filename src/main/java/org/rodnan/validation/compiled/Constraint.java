package org.rodnan.validation.compiled;

/** An invariant (R4, conformance-rules.html#constraints). */
record Constraint(String key, Expression expression) {
  void require(Node node, Check check) {
    Undecided.unless(Expressions.holds(expression, check.resource(), node));
  }
}
