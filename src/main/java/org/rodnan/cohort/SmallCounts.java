package org.rodnan.cohort;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which counts of one answer may be shown to whoever may not see single subjects. The sets whose
 * counts are shown cut the population into cells; a set is shown only if every cell stays empty or
 * has at least so many subjects. Whatever is computed from the answer, a difference between steps
 * or what an arm lacks to the total, is a sum of cells, so none of it is a small count. What is
 * shown is rounded down to a multiple of the minimum, so that two answers don't tell by how few
 * they differ. For one thread.
 */
public final class SmallCounts {
  private final int min;
  private List<BitSet> cells;

  /**
   * @param min 1 or less shows everything as it is
   */
  public SmallCounts(int min, BitSet population) {
    this.min = min;
    this.cells = List.of((BitSet) population.clone());
  }

  /** Whether the counts of all these sets may be shown beside those that were admitted before. */
  public boolean admits(Iterable<BitSet> sets) {
    if (min <= 1) {
      return true;
    }
    List<BitSet> finer = cells;
    for (BitSet set : sets) {
      finer = cut(finer, set);
    }
    boolean isSafe =
        finer.stream().mapToInt(BitSet::cardinality).allMatch(size -> size == 0 || size >= min);
    if (isSafe) {
      cells = finer;
    }
    return isSafe;
  }

  private static List<BitSet> cut(List<BitSet> cells, BitSet set) {
    List<BitSet> finer = new ArrayList<>();
    for (BitSet cell : cells) {
      BitSet inside = (BitSet) cell.clone();
      inside.and(set);
      BitSet outside = (BitSet) cell.clone();
      outside.andNot(set);
      finer.add(inside);
      finer.add(outside);
    }
    finer.removeIf(BitSet::isEmpty);
    return finer;
  }

  /** A count that was admitted. */
  OptionalInt shown(BitSet set) {
    int count = set.cardinality();
    return OptionalInt.of(min <= 1 ? count : count - count % min);
  }
}
