package org.rodnan.trials;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.rodnan.trials.PairedScores.Measure;
import org.rodnan.trials.Subject.Pair;

/**
 * Lung function at baseline and month 12: eleven completers with interstitial lung disease, eleven
 * without, given so that the rank correlation of the changes of FVC and skin score is the printed
 * one.
 */
final class LungPairs {

  private static final int EACH = PairedScores.PFT_PAIRS_OF_EACH_KIND;
  private static final int WITH_ILD = 16;
  private static final int DRAWS_MAX = 1_000_000;

  private final int[][] fvc;
  private final int[][] dlco;
  private final List<Integer> rows;
  private final List<Integer> withIld;

  LungPairs(PublishedNumbers numbers, int[][] skin, Random random) {
    fvc = withoutTies(numbers, random);
    dlco = PairedScores.reconstruct(Measure.DLCO, numbers, random);
    // Who has a low FVC has a low diffusing capacity, by and large.
    for (int from : List.of(0, EACH)) {
      Arrays.sort(fvc, from, from + EACH, Comparator.comparingInt(pair -> pair[0]));
      Arrays.sort(
          dlco, from, from + EACH, Comparator.comparingInt(pair -> pair[0] + pair[0] * 7919 % 23));
    }
    Printed rho =
        numbers.where(number -> number.statistic().equals("spearman")).getFirst().required();
    rows = assign(rho, skin, random);
    withIld = ild(random);
  }

  /** The places with interstitial lung disease: the paired ones, the deceased, and some others. */
  List<Integer> placesWithIld() {
    return withIld;
  }

  Map<Measure, Pair> of(int place) {
    Map<Measure, Pair> pairs = new EnumMap<>(Measure.class);
    int row = rows.indexOf(place);
    if (row >= 0) {
      pairs.put(Measure.FVC, new Pair(fvc[row][0], fvc[row][1]));
      pairs.put(Measure.DLCO, new Pair(dlco[row][0], dlco[row][1]));
    }
    return pairs;
  }

  /** No two equal changes: decimal fractions in binary would break such ties at random. */
  private static int[][] withoutTies(PublishedNumbers numbers, Random random) {
    int[][] pairs;
    do {
      pairs = PairedScores.reconstruct(Measure.FVC, numbers, random);
    } while (Arrays.stream(pairs).mapToInt(pair -> pair[1] - pair[0]).distinct().count()
        < pairs.length);
    return pairs;
  }

  private List<Integer> assign(Printed rho, int[][] skin, Random random) {
    List<Integer> completers =
        new ArrayList<>(Arrays.stream(Roster.where(Roster.Place::isCompleter)).boxed().toList());
    for (int draw = 0; draw < DRAWS_MAX; draw++) {
      Collections.shuffle(completers, random);
      List<Integer> candidate = completers.subList(0, 2 * EACH);
      double[] lungChange = Arrays.stream(fvc).mapToDouble(pair -> pair[1] - pair[0]).toArray();
      double[] skinChange =
          candidate.stream().mapToDouble(place -> skin[place][4] - skin[place][0]).toArray();
      if (rho.matches(TrialStatistics.spearman(lungChange, skinChange))) {
        return List.copyOf(candidate);
      }
    }
    throw new IllegalStateException("no assignment with the printed correlation");
  }

  private List<Integer> ild(Random random) {
    List<Integer> places = new ArrayList<>(rows.subList(0, EACH));
    places.add(SpieraReconstruction.placeOf(Roster.Disposition.DEATH));
    List<Integer> others =
        new ArrayList<>(
            IntStream.range(0, 30)
                .filter(p -> !rows.contains(p) && !places.contains(p))
                .boxed()
                .toList());
    Collections.shuffle(others, random);
    places.addAll(others.subList(0, WITH_ILD - places.size()));
    return places;
  }
}
