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
   * @param steps what is left of them
   */
  record Scope(Node resource, @Nullable Object item, List<?> total, Steps steps) {
    /**
     * @throws Undecided if there have been too many items
     */
    Scope with(Object newItem) {
      return with(newItem, total);
    }

    Scope with(Object newItem, List<?> newTotal) {
      steps.take();
      return new Scope(resource, newItem, newTotal, steps);
    }
  }

  /** How often items are looked at one by one; a client's constraint could do so without end. */
  final class Steps {
    private static final int MAX = 1_000_000;

    private int taken;

    private void take() {
      taken++;
      Undecided.unless(taken <= MAX);
    }
  }
}
