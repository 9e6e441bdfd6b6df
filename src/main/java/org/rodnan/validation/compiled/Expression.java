package org.rodnan.validation.compiled;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compiled FHIRPath expression. Values are nodes, texts (String), numbers (BigDecimal) and
 * booleans. Immutable; thread safe.
 */
interface Expression {
  /**
   * @throws Undecided where HL7's engine might come to another result, or fail
   */
  List<?> evaluate(Scope scope, List<?> focus);

  /**
   * What an expression can refer to.
   *
   * @param item {@code $this}
   * @param total {@code $total}, of aggregate
   */
  record Scope(Node resource, @Nullable Object item, List<?> total) {
    Scope with(Object newItem) {
      return new Scope(resource, newItem, total);
    }

    Scope with(Object newItem, List<?> newTotal) {
      return new Scope(resource, newItem, newTotal);
    }
  }
}
