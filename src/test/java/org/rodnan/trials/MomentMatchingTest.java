package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentMatchingTest {

  private static final int ROWS = 12;
  private static final int[] ALL = IntStream.range(0, ROWS).toArray();
  private static final Printed MEAN = new Printed("7.3");
  private static final Printed SD = new Printed("2.1");
  private static final Printed CHANGE = new Printed("-1.4");
  private static final Printed P = new Printed("0.03");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsTablesWithThePrintedMoments(long seed) {
    int[][] table = matching(MEAN, 0).solve(new Random(seed), MomentMatchingTest::start);
    double[] before = column(table, 0);
    double[] changes = Arrays.stream(table).mapToDouble(row -> row[1] - row[0]).toArray();
    assertThat(MEAN.matches(TrialStatistics.mean(before))).isTrue();
    assertThat(SD.matches(TrialStatistics.sd(before))).isTrue();
    assertThat(CHANGE.matches(TrialStatistics.mean(changes))).isTrue();
    assertThat(P.matches(TrialStatistics.pairedP(changes))).isTrue();
  }

  @Test
  void givesTheSameTableForTheSameSeed() {
    assertThat(matching(MEAN, 0).solve(new Random(5), MomentMatchingTest::start))
        .isDeepEqualTo(matching(MEAN, 0).solve(new Random(5), MomentMatchingTest::start));
  }

  @Test
  void saysWhatCannotBeMet() {
    MomentMatching matching = matching(new Printed("25.0"), 0);
    matching.attemptsMax(1);
    assertThatThrownBy(() -> matching.solve(new Random(1), MomentMatchingTest::start))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("24.95");
  }

  @Test
  void keepsTheRowRule() {
    MomentMatching matching = matching(MEAN, 4);
    int[][] table = matching.solve(new Random(1), MomentMatchingTest::start);
    assertThat(List.of(table)).allMatch(row -> Math.abs(row[1] - row[0]) < 5);
  }

  private static MomentMatching matching(Printed mean, int changeMax) {
    MomentMatching.Column column = new MomentMatching.Column(1, 0, 20, 3);
    MomentMatching matching = new MomentMatching(ROWS, List.of(column, column));
    if (changeMax > 0) {
      matching.rowRule((row, values) -> Math.abs(values[1] - values[0]) <= changeMax);
    }
    MomentMatching.Term before = matching.values(ALL, 0);
    MomentMatching.Term change = matching.differences(ALL, 1, 0);
    matching.mean(before, mean.interval());
    matching.sd(before, SD.interval());
    matching.mean(change, CHANGE.interval());
    matching.pairedP(change, -1, P.interval());
    return matching;
  }

  private static int[][] start(Random random) {
    return IntStream.range(0, ROWS)
        .mapToObj(row -> {
          int before = 5 + random.nextInt(5);
          return new int[] {before, before - random.nextInt(3)};
        })
        .toArray(int[][]::new);
  }

  private static double[] column(int[][] table, int column) {
    return Arrays.stream(table).mapToDouble(row -> row[column]).toArray();
  }
}
