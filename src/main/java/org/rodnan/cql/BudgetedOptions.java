package org.rodnan.cql;

import java.util.AbstractSet;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Set;
import org.opencds.cqf.cql.engine.execution.CqlEngine;
import org.opencds.cqf.cql.engine.execution.CqlEngine.Options;

/**
 * The engine's options, and its way to be stopped: it looks into them at each expression that it
 * evaluates, and it has no other place that could be asked.
 */
final class BudgetedOptions extends AbstractSet<CqlEngine.Options> {
  private static final Set<Options> OPTIONS = EnumSet.of(Options.EnableExpressionCaching);

  private final Budget budget;

  BudgetedOptions(Budget budget) {
    this.budget = budget;
  }

  @Override
  public boolean contains(Object option) {
    budget.require();
    return OPTIONS.contains(option);
  }

  @Override
  public Iterator<Options> iterator() {
    return OPTIONS.iterator();
  }

  @Override
  public int size() {
    return OPTIONS.size();
  }
}
