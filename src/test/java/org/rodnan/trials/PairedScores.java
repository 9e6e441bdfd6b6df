package org.rodnan.trials;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Measures of table 4 taken at baseline and month 12: pairs of values, not yet given to anyone. */
final class PairedScores {

  /** The pulmonary function pairs: first the subjects with lung disease, then those without. */
  static final int PFT_PAIRS_OF_EACH_KIND = 11;

  private static final int COMPLETERS = 24;
  private static final List<String> VISITS = List.of("baseline", "month12");

  /**
   * A measure and the scale it is recorded on.
   *
   * @param unit the finest difference recorded
   * @param low the lowest value possible, in units
   * @param high the highest value possible, in units
   * @param changeMax the largest change the search may make, in units
   */
  enum Measure {
    FVC("fvc-percent-predicted", "0.1", 350, 1500, 400),
    DLCO("dlco-hb-percent-predicted", "1", 30, 170, 50),
    VAS_GLOBAL("vas-global", "1", 0, 100, 70),
    // Whole millimetres of 100 cannot give the printed change: see the misprint list's notes.
    VAS_BREATHING("vas-breathing", "0.5", 0, 200, 120),
    VAS_PAIN("vas-pain", "1", 0, 100, 75),
    VAS_RAYNAUD("vas-raynaud", "1", 0, 100, 80),
    VAS_DIGITAL_ULCER("vas-digital-ulcer", "1", 0, 100, 90),
    SHAQ_DI("shaq-di", "0.125", 0, 24, 10),
    SF36_PHYSICAL("sf36-physical", "0.1", 50, 1000, 600),
    SF36_MENTAL("sf36-mental", "0.1", 100, 1000, 400),
    PHYSICIAN_GLOBAL("physician-global", "1", 0, 10, 7),
    ESR("esr", "1", 1, 110, 60);

    private final String code;
    private final BigDecimal unit;
    private final int low;
    private final int high;
    private final int changeMax;

    Measure(String code, String unit, int low, int high, int changeMax) {
      this.code = code;
      this.unit = new BigDecimal(unit);
      this.low = low;
      this.high = high;
      this.changeMax = changeMax;
    }

    String code() {
      return code;
    }

    boolean isPulmonary() {
      return this == FVC || this == DLCO;
    }

    /** The value that so many units are. */
    BigDecimal value(int units) {
      return unit.multiply(BigDecimal.valueOf(units));
    }
  }

  private PairedScores() {}

  /** Pairs of units, baseline first. */
  static int[][] reconstruct(Measure measure, PublishedNumbers numbers, Random random) {
    int rows = measure.isPulmonary() ? 2 * PFT_PAIRS_OF_EACH_KIND : COMPLETERS;
    int step = Math.max(2, (measure.high - measure.low) / 40);
    MomentMatching.Column column =
        new MomentMatching.Column(measure.unit.doubleValue(), measure.low, measure.high, step);
    MomentMatching matching = new MomentMatching(rows, List.of(column, column));
    matching.rowRule((row, pair) -> Math.abs(pair[1] - pair[0]) <= measure.changeMax);
    PrintedConditions printed = new PrintedConditions(numbers, measure.code, VISITS);
    int[] all = IntStream.range(0, rows).toArray();
    if (measure.isPulmonary()) {
      int[] ild = IntStream.range(0, PFT_PAIRS_OF_EACH_KIND).toArray();
      int[] noIld = IntStream.range(PFT_PAIRS_OF_EACH_KIND, rows).toArray();
      printed.require(matching, "pft", all);
      printed.require(matching, "pft-ild", ild);
      printed.require(matching, "pft-no-ild", noIld);
      printed.requireBetween(matching, "pft-no-ild/pft-ild", noIld, ild);
    } else {
      printed.require(matching, "completers", all);
    }
    return matching.solve(random, source -> start(measure, rows, source));
  }

  private static int[][] start(Measure measure, int rows, Random random) {
    int[][] start = new int[rows][2];
    int third = (measure.high - measure.low) / 3;
    for (int[] pair : start) {
      pair[0] = measure.low + random.nextInt(third) + random.nextInt(third);
      pair[1] = Math.max(measure.low, pair[0] - random.nextInt(measure.changeMax / 2 + 1));
    }
    return start;
  }
}
