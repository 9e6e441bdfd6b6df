package org.rodnan.trials;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** The total skin scores of the thirty places at the five visits. */
final class SkinScores {

  /** The months of the visits, in the order of the columns. */
  static final List<Integer> MONTHS = List.of(0, 3, 6, 9, 12);

  static final List<String> VISITS = List.of("baseline", "month3", "month6", "month9", "month12");

  /** Nobody with less may enter the study. */
  static final int INCLUSION_MIN = 16;

  private static final int SCORE_MAX = 51;

  /** The longest step between two visits three months apart that the search may make. */
  private static final int STEP_MAX = 9;

  private SkinScores() {}

  /** A row for each place; columns after the place's last visit carry no meaning. */
  static int[][] reconstruct(PublishedNumbers numbers, Random random) {
    List<MomentMatching.Column> columns =
        IntStream.range(0, VISITS.size())
            .mapToObj(c -> new MomentMatching.Column(1, c == 0 ? INCLUSION_MIN : 0, SCORE_MAX, 3))
            .toList();
    MomentMatching matching = new MomentMatching(30, columns);
    matching.rowRule((row, values) -> {
      for (int c = 1; c < values.length; c++) {
        if (Math.abs(values[c] - values[c - 1]) > STEP_MAX) {
          return false;
        }
      }
      return true;
    });
    PrintedConditions mrss = new PrintedConditions(numbers, "mrss", VISITS);
    int[] under18Months =
        Roster.where(p -> p.isCompleter() && p.duration() == Roster.Duration.UNDER_18_MONTHS);
    int[] over18Months =
        Roster.where(p -> p.isCompleter() && p.duration() != Roster.Duration.UNDER_18_MONTHS);
    int[] under4Years = Roster.where(p -> p.isCompleter() && p.isEarly());
    int[] over4Years = Roster.where(p -> p.isCompleter() && !p.isEarly());
    mrss.require(matching, "enrolled", Roster.where(p -> true));
    mrss.require(matching, "month3", Roster.where(p -> p.lastVisitMonth() >= 3));
    mrss.require(matching, "month6", Roster.where(p -> p.lastVisitMonth() >= 6));
    mrss.require(matching, "month9", Roster.where(p -> p.lastVisitMonth() >= 9));
    mrss.require(matching, "completers", Roster.where(Roster.Place::isCompleter));
    mrss.require(matching, "under-18-months", under18Months);
    mrss.require(matching, "under-4-years", under4Years);
    mrss.require(matching, "4-to-10-years", over4Years);
    mrss.requireBetween(matching, "under-18-months/over-18-months", under18Months, over18Months);
    mrss.requireBetween(matching, "under-4-years/4-to-10-years", under4Years, over4Years);
    return matching.solve(random, SkinScores::start);
  }

  private static int[][] start(Random random) {
    int[][] start = new int[30][VISITS.size()];
    for (int[] row : start) {
      row[0] = INCLUSION_MIN + random.nextInt(15) + random.nextInt(15);
      for (int c = 1; c < row.length; c++) {
        row[c] = row[c - 1] - random.nextInt(4);
      }
    }
    return start;
  }
}
