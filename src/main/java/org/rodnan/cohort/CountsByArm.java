package org.rodnan.cohort;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The counts of one answer, of which those are shown that whoever asks may see ({@link
 * SmallCounts}): in all, and if the arms may be told apart, in each of them. For one thread.
 */
public final class CountsByArm {
  private final Map<String, BitSet> byArm;
  private final SmallCounts totals;
  private final SmallCounts inArms;
  private final boolean areArmsShown;

  /**
   * @param byArm who of the population is in each arm
   */
  public CountsByArm(Disclosure.Level level, BitSet population, Map<String, BitSet> byArm) {
    this.byArm = byArm;
    this.totals = new SmallCounts(level.countMin(), population);
    this.inArms = new SmallCounts(level.countMin(), population);
    this.areArmsShown = inArms.admits(byArm.values());
  }

  /**
   * How many; absent if it isn't shown.
   *
   * @param arms by name, all of them
   */
  public record Shown(OptionalInt all, Map<String, OptionalInt> arms) {
    /** Those of the arms that are shown. */
    public Map<String, Integer> shownArms() {
      Map<String, Integer> shown = new LinkedHashMap<>();
      arms.forEach((arm, count) -> count.ifPresent(number -> shown.put(arm, number)));
      return shown;
    }
  }

  /** Counts a set, and remembers that it was shown. */
  public Shown of(BitSet set) {
    boolean isTotalShown = totals.admits(List.of(set));
    boolean isShownByArm = isTotalShown && areArmsShown && inArms.admits(List.of(set));
    Map<String, OptionalInt> arms = new LinkedHashMap<>();
    byArm.forEach((arm, members) -> {
      BitSet both = (BitSet) members.clone();
      both.and(set);
      arms.put(arm, isShownByArm ? inArms.shown(both) : OptionalInt.empty());
    });
    return new Shown(isTotalShown ? totals.shown(set) : OptionalInt.empty(), arms);
  }
}
