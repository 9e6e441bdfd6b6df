package org.rodnan.trials;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Table 1: what the thirty places bring to the study. */
final class SubjectProfiles {

  private static final int N = 30;
  private static final int AGE_MEDIAN = 48;
  private static final int AGE_MIN = 18;
  private static final int AGE_MAX = 71;

  /** How many subjects of table 1 have what; the order is that of the paper. */
  private record Share(String code, int subjects) {}

  private static final List<Share> RACES =
      List.of(
          new Share("white-non-hispanic", 22),
          new Share("white-hispanic", 4),
          new Share("african-american", 4));

  /** Lung disease is handed out with the lung function; everything else here. */
  private static final List<Share> ORGANS =
      List.of(
          new Share("gastrointestinal", 28),
          new Share("pulmonary-artery-hypertension", 3),
          new Share("cardiac", 3),
          new Share("renal", 1),
          new Share("myopathy", 10),
          new Share("arthritis", 22),
          new Share("raynaud", 30),
          new Share("digital-ulceration", 24));

  private static final int UNTREATED = 7;

  private static final List<Share> TREATMENTS =
      List.of(
          new Share("corticosteroids", 14),
          new Share("methotrexate", 9),
          new Share("mycophenolate", 6),
          new Share("cyclophosphamide", 5),
          new Share("penicillamine", 3),
          new Share("ivig", 3),
          new Share("hydroxychloroquine", 4),
          new Share("colchicine", 2),
          new Share("thalidomide", 2),
          new Share("minocycline", 2),
          new Share("stem-cell-transplant", 1),
          new Share("oral-collagen", 1),
          new Share("phototherapy", 3));

  private SubjectProfiles() {}

  /**
   * @param starts the day of baseline of each place
   * @param withIld the places with interstitial lung disease
   * @param skin the total scores of each place
   */
  static List<Subject.Profile> reconstruct(
      PublishedNumbers numbers,
      List<LocalDate> starts,
      List<Integer> withIld,
      int[][] skin,
      Random random) {
    int[] ages = ages(random);
    int[] months = durations(numbers, random);
    List<String> races = deal(RACES, random);
    List<Integer> women = draw(24, random);
    List<Integer> scl70 = antibodies(skin, random);
    List<List<String>> organs = organs(withIld, random);
    List<List<String>> treatments = treatments(random);
    List<Subject.Profile> profiles = new ArrayList<>();
    for (int place = 0; place < N; place++) {
      YearMonth birth =
          YearMonth.from(starts.get(place))
              .minusYears(ages[place])
              .minusMonths(1 + random.nextInt(11));
      profiles.add(
          new Subject.Profile(
              women.contains(place),
              ages[place],
              birth,
              races.get(place),
              months[place],
              scl70.contains(place),
              organs.get(place),
              treatments.get(place)));
    }
    return profiles;
  }

  /** The middle two of thirty are the median; the ends are the printed ends. */
  private static int[] ages(Random random) {
    List<Integer> ages = new ArrayList<>(List.of(AGE_MIN, AGE_MEDIAN, AGE_MEDIAN, AGE_MAX));
    while (ages.size() < N) {
      int below = AGE_MEDIAN - (random.nextInt(14) + random.nextInt(14));
      int above = AGE_MEDIAN + (random.nextInt(11) + random.nextInt(12));
      ages.add(below);
      ages.add(above);
    }
    Collections.shuffle(ages, random);
    return ages.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] durations(PublishedNumbers numbers, Random random) {
    MomentMatching matching =
        new MomentMatching(N, List.of(new MomentMatching.Column(1.0 / 12, 0, 120, 6)));
    List<Roster.Place> places = Roster.places();
    matching.rowRule((row, values) ->
        values[0] >= places.get(row).duration().monthsMin()
            && values[0] <= places.get(row).duration().monthsMax());
    PrintedConditions printed =
        new PrintedConditions(numbers, "disease-duration", List.of("baseline"));
    printed.require(matching, "enrolled", Roster.where(place -> true));
    printed.require(matching, "early", Roster.where(Roster.Place::isEarly));
    printed.require(matching, "later", Roster.where(place -> !place.isEarly()));
    int[][] months =
        matching.solve(
            random,
            source ->
                places.stream()
                    .map(Roster.Place::duration)
                    .map(d ->
                        new int[] {d.monthsMin() + source.nextInt(d.monthsMax() - d.monthsMin())})
                    .toArray(int[][]::new));
    return Arrays.stream(months).mapToInt(row -> row[0]).toArray();
  }

  /** Nine positive, whose skin changes no differently: the paper says so without a p. */
  private static List<Integer> antibodies(int[][] skin, Random random) {
    for (int attempt = 0; attempt < 1000; attempt++) {
      List<Integer> positive = draw(9, random);
      double[] with = changes(skin, positive, true);
      double[] without = changes(skin, positive, false);
      if (with.length >= 6 && TrialStatistics.unpairedP(with, without) > 0.3) {
        return positive;
      }
    }
    throw new IllegalStateException("no antibodies without difference");
  }

  private static double[] changes(int[][] skin, List<Integer> positive, boolean isPositive) {
    return Arrays.stream(Roster.where(Roster.Place::isCompleter))
        .filter(place -> positive.contains(place) == isPositive)
        .mapToDouble(place -> skin[place][4] - skin[place][0])
        .toArray();
  }

  private static List<List<String>> organs(List<Integer> withIld, Random random) {
    List<List<String>> organs = empty();
    withIld.forEach(place -> organs.get(place).add("interstitial-lung-disease"));
    int deceased = Roster.where(p -> p.disposition() == Roster.Disposition.DEATH)[0];
    for (Share share : ORGANS) {
      List<Integer> places = draw(N, random);
      if (share.code().equals("pulmonary-artery-hypertension")) {
        places.remove(Integer.valueOf(deceased));
        places.addFirst(deceased);
      }
      places.subList(0, share.subjects()).forEach(place -> organs.get(place).add(share.code()));
    }
    return organs;
  }

  private static List<List<String>> treatments(Random random) {
    List<Integer> treated = draw(N - UNTREATED, random);
    List<String> deck = new ArrayList<>();
    TREATMENTS.forEach(share -> deck.addAll(Collections.nCopies(share.subjects(), share.code())));
    List<List<String>> treatments = empty();
    do {
      treatments.forEach(List::clear);
      Collections.shuffle(deck, random);
      for (int card = 0; card < deck.size(); card++) {
        int place = treated.get(card < treated.size() ? card : random.nextInt(treated.size()));
        treatments.get(place).add(deck.get(card));
      }
    } while (treatments.stream().anyMatch(list -> list.stream().distinct().count() < list.size()));
    return treatments;
  }

  private static List<String> deal(List<Share> shares, Random random) {
    List<String> deck = new ArrayList<>();
    shares.forEach(share -> deck.addAll(Collections.nCopies(share.subjects(), share.code())));
    Collections.shuffle(deck, random);
    return deck;
  }

  private static List<Integer> draw(int n, Random random) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, N).boxed().toList());
    Collections.shuffle(places, random);
    return new ArrayList<>(places.subList(0, n));
  }

  private static List<List<String>> empty() {
    List<List<String>> lists = new ArrayList<>();
    IntStream.range(0, N).forEach(place -> lists.add(new ArrayList<>()));
    return lists;
  }
}
