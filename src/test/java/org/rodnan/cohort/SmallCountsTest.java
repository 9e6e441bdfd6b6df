package org.rodnan.cohort;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SmallCountsTest {
  private static final long SEED = 20261126;

  private static BitSet first(int count) {
    BitSet set = new BitSet();
    set.set(0, count);
    return set;
  }

  @Test
  void showsNeitherASmallCountNorASmallDifference() {
    SmallCounts counts = new SmallCounts(5, first(30));
    assertThat(counts.admits(List.of(first(4)))).isFalse();
    assertThat(counts.admits(List.of(first(26)))).isFalse();
    assertThat(counts.admits(List.of(first(20)))).isTrue();
    assertThat(counts.admits(List.of(first(16)))).isFalse();
    assertThat(counts.admits(List.of(first(15)))).isTrue();
    assertThat(counts.admits(List.of(new BitSet()))).isTrue();
    assertThat(counts.shown(first(19))).hasValue(15);
    assertThat(new SmallCounts(1, first(3)).admits(List.of(first(1)))).isTrue();
    assertThat(new SmallCounts(5, first(3)).admits(List.of(first(3)))).isFalse();
  }

  /** Whatever is asked, each two sets that are shown have no small part in common or apart. */
  @Test
  void noTwoCountsTellAThird() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      int min = 2 + random.nextInt(9);
      BitSet population = first(20 + random.nextInt(200));
      SmallCounts counts = new SmallCounts(min, population);
      List<BitSet> shown = new ArrayList<>(List.of(population));
      for (int i = 0; i < 12; i++) {
        BitSet set = new BitSet();
        int share = random.nextInt(101);
        population.stream().filter(each -> random.nextInt(100) < share).forEach(set::set);
        if (counts.admits(List.of(set))) {
          shown.add(set);
        }
      }
      for (BitSet one : shown) {
        for (BitSet other : shown) {
          BitSet difference = (BitSet) one.clone();
          difference.andNot(other);
          BitSet both = (BitSet) one.clone();
          both.and(other);
          for (BitSet part : List.of(difference, both)) {
            assertThat(part.isEmpty() || part.cardinality() >= min).as("seed " + SEED).isTrue();
          }
        }
      }
    }
  }
}
