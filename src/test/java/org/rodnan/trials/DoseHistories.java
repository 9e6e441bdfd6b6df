package org.rodnan.trials;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.rodnan.trials.Subject.DosePeriod;

/** The daily doses of the thirty places: who changed when and why, and what was taken. */
final class DoseHistories {

  static final int TARGET_MG = 400;
  private static final int STEP_MG = 100;
  private static final int LOWEST_MG = 200;
  private static final int ADJUSTED = 25;
  private static final int FUROSEMIDE = 18;

  /** How many subjects changed the dose for each reason: 36.7, 26.7, 23.3, 23.3, 20.0 % of 30. */
  private static final Map<String, Integer> REASONS = reasons();

  private static Map<String, Integer> reasons() {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    reasons.put("musculoskeletal", 11);
    reasons.put("fluid-related", 8);
    reasons.put("intercurrent-illness", 7);
    reasons.put("gastrointestinal", 7);
    reasons.put("constitutional", 6);
    return reasons;
  }

  /**
   * @param periods by place
   * @param furosemideDays by place; 0 where none was added
   */
  record Histories(List<List<DosePeriod>> periods, int[] furosemideDays) {}

  private DoseHistories() {}

  /**
   * @param endDays the last day on drug of each place
   */
  static Histories reconstruct(int[] endDays, Random random) {
    Printed median = new Printed("300");
    for (int attempt = 0; attempt < 100_000; attempt++) {
      List<List<String>> reasons = drawReasons(endDays, random);
      List<List<DosePeriod>> periods =
          IntStream.range(0, endDays.length)
              .mapToObj(place -> periods(reasons.get(place), endDays[place], random))
              .toList();
      double[] means = periods.stream().mapToDouble(DoseHistories::meanDose).toArray();
      if (median.matches(TrialStatistics.median(means))) {
        return new Histories(periods, furosemide(reasons, endDays, random));
      }
    }
    throw new IllegalStateException("no dose histories with the printed median");
  }

  /** The mean dose of all days on drug, days on which it was held included. */
  static double meanDose(List<DosePeriod> periods) {
    int days = periods.stream().mapToInt(DosePeriod::days).sum();
    int milligrams = periods.stream().mapToInt(p -> p.days() * p.milligrams()).sum();
    return (double) milligrams / days;
  }

  private static List<List<String>> drawReasons(int[] endDays, Random random) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, endDays.length).boxed().toList());
    Collections.shuffle(places, random);
    // Who stayed for a few weeks only has no time to change, but for what ended the study.
    places.sort((a, b) -> Boolean.compare(endDays[a] < 60, endDays[b] < 60));
    List<Integer> adjusted = places.subList(0, ADJUSTED);
    List<List<String>> reasons = new ArrayList<>();
    IntStream.range(0, endDays.length).forEach(place -> reasons.add(new ArrayList<>()));
    List<String> deck = new ArrayList<>();
    REASONS.forEach((reason, n) -> deck.addAll(Collections.nCopies(n, reason)));
    do {
      reasons.forEach(List::clear);
      Collections.shuffle(deck, random);
      for (int card = 0; card < deck.size(); card++) {
        int place = adjusted.get(card < ADJUSTED ? card : random.nextInt(ADJUSTED));
        reasons.get(place).add(deck.get(card));
      }
    } while (reasons.stream()
        .anyMatch(r -> r.size() > 3 || r.stream().distinct().count() < r.size()));
    return reasons;
  }

  private static List<DosePeriod> periods(List<String> reasons, int endDay, Random random) {
    int[] days =
        random.ints(14, 18 + endDay / 3).distinct().limit(reasons.size()).sorted().toArray();
    List<DosePeriod> periods = new ArrayList<>();
    int from = 1;
    int dose = TARGET_MG;
    String change = "start";
    Optional<String> reason = Optional.empty();
    for (int i = 0; i < days.length; i++) {
      int day = Math.max(days[i], from + 7);
      if (day > endDay - 21) {
        day = endDay - 21 > from ? endDay - 21 : from + 1;
      }
      periods.add(new DosePeriod(from, day - 1, dose, change, reason));
      reason = Optional.of(reasons.get(i));
      from = day;
      if (reasons.get(i).equals("intercurrent-illness") || dose <= LOWEST_MG) {
        int back = Math.min(from + 7 + random.nextInt(8), endDay - 7);
        periods.add(new DosePeriod(from, back - 1, 0, "interruption", reason));
        from = back;
        change = "resumption";
        reason = Optional.of("recovery");
      } else {
        dose = random.nextInt(3) == 0 ? LOWEST_MG : dose - STEP_MG;
        change = "decrease";
      }
    }
    periods.add(new DosePeriod(from, endDay, dose, change, reason));
    return periods;
  }

  private static int[] furosemide(List<List<String>> reasons, int[] endDays, Random random) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, endDays.length).boxed().toList());
    Collections.shuffle(places, random);
    // Those whose dose was changed for fluid were offered a diuretic first.
    places.sort((a, b) ->
        Boolean.compare(
            reasons.get(b).contains("fluid-related"), reasons.get(a).contains("fluid-related")));
    places.removeIf(place -> endDays[place] < 60);
    int[] days = new int[endDays.length];
    for (int place : places.subList(0, FUROSEMIDE)) {
      days[place] = 20 + random.nextInt(Math.max(1, Math.min(150, endDays[place] - 40)));
    }
    if (Arrays.stream(days).filter(day -> day > 0).count() != FUROSEMIDE) {
      throw new IllegalStateException("furosemide of " + Arrays.toString(days));
    }
    return days;
  }
}
