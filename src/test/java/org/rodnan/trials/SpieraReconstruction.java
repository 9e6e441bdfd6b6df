package org.rodnan.trials;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.rodnan.trials.PairedScores.Measure;
import org.rodnan.trials.Roster.Disposition;
import org.rodnan.trials.Subject.Pair;

/**
 * Thirty synthetic subjects whose summaries are those that Spiera 2011 prints.
 *
 * <p>Every part has a random source of its own, made from the seed and the part's name, so that one
 * part can change without the others. The result depends on nothing but the seed.
 */
final class SpieraReconstruction {

  private static final int N = 30;
  private static final LocalDate FIRST_START = LocalDate.of(2007, 9, 17);
  private static final LocalDate LAST_START = LocalDate.of(2009, 3, 16);

  private final long seed;
  private final PublishedNumbers numbers = PublishedNumbers.ofSpiera();

  SpieraReconstruction(long seed) {
    this.seed = seed;
  }

  /** The subjects in the order of their enrolment. */
  List<Subject> subjects() {
    List<Integer> places = new ArrayList<>(IntStream.range(0, N).boxed().toList());
    Collections.shuffle(places, random("order"));
    List<LocalDate> starts = starts(places);
    int[][] skin = SkinScores.reconstruct(numbers, random("skin"));
    LungPairs lung = new LungPairs(numbers, skin, random("lung"));
    List<Subject.Profile> profiles =
        SubjectProfiles.reconstruct(
            numbers, starts, lung.placesWithIld(), skin, random("profiles"));
    int[][] visitDays = visitDays(starts);
    int[] endDays = endDays(visitDays);
    DoseHistories.Histories doses = DoseHistories.reconstruct(endDays, random("doses"));
    List<List<LedgerEvent>> events =
        new AdverseEventLedger(
                endDays, place -> !profiles.get(place).isFemale(), doses, random("events"))
            .fill();
    List<Map<Measure, Pair>> scores = scores(profiles, skin, lung);
    List<Subject> subjects = new ArrayList<>();
    for (int number = 1; number <= N; number++) {
      int place = places.get(number - 1);
      subjects.add(
          new Subject(
              number,
              Roster.places().get(place),
              profiles.get(place),
              starts.get(place),
              endDays[place],
              skinVisits(place, skin[place], visitDays[place]),
              scores.get(place),
              doses.periods().get(place),
              Optional.of(doses.furosemideDays()[place]).filter(day -> day > 0),
              events.get(place)));
    }
    return subjects;
  }

  private Random random(String part) {
    return new Random(seed * 1_000_003L + part.hashCode());
  }

  /** Days of baseline by place, on weekdays over the printed months of enrolment. */
  private List<LocalDate> starts(List<Integer> places) {
    Random random = random("starts");
    long span = LAST_START.toEpochDay() - FIRST_START.toEpochDay();
    LocalDate[] starts = new LocalDate[N];
    for (int i = 0; i < N; i++) {
      LocalDate day = FIRST_START.plusDays(span * i / (N - 1));
      if (i > 0 && i < N - 1) {
        day = day.plusDays(random.nextInt(11));
      }
      while (day.getDayOfWeek() == DayOfWeek.SATURDAY || day.getDayOfWeek() == DayOfWeek.SUNDAY) {
        day = day.minusDays(1);
      }
      starts[places.get(i)] = day;
    }
    return Arrays.asList(starts);
  }

  private int[][] visitDays(List<LocalDate> starts) {
    Random random = random("visits");
    int[][] days = new int[N][SkinScores.MONTHS.size()];
    for (int place = 0; place < N; place++) {
      LocalDate start = starts.get(place);
      for (int visit = 0; visit < days[place].length; visit++) {
        int month = SkinScores.MONTHS.get(visit);
        LocalDate day = start.plusMonths(month);
        if (month > 0) {
          day = day.plusDays(random.nextInt(11) - 4);
        }
        days[place][visit] = (int) (day.toEpochDay() - start.toEpochDay()) + 1;
      }
    }
    return days;
  }

  private static int[] endDays(int[][] visitDays) {
    int[] days = new int[N];
    for (int place = 0; place < N; place++) {
      days[place] =
          switch (Roster.places().get(place).disposition()) {
            case COMPLETED -> visitDays[place][4];
            case NON_COMPLIANCE -> place == 25 ? 45 : 70;
            case INFLAMMATORY_MYOPATHY -> 36;
            case ADVERSE_EVENT -> 118;
            case MEDICAL_ISSUES -> 340;
            case DEATH -> 344;
          };
    }
    return days;
  }

  private List<Subject.SkinVisit> skinVisits(int place, int[] totals, int[] days) {
    SkinSites sites = new SkinSites(random("sites-" + place));
    List<Subject.SkinVisit> visits = new ArrayList<>();
    for (int visit = 0; visit < totals.length; visit++) {
      if (SkinScores.MONTHS.get(visit) <= Roster.places().get(place).lastVisitMonth()) {
        visits.add(
            new Subject.SkinVisit(
                SkinScores.VISITS.get(visit),
                days[visit],
                totals[visit],
                sites.split(totals[visit])));
      }
    }
    return visits;
  }

  private List<Map<Measure, Pair>> scores(
      List<Subject.Profile> profiles, int[][] skin, LungPairs lung) {
    List<Map<Measure, Pair>> scores = new ArrayList<>();
    for (int place = 0; place < N; place++) {
      Map<Measure, Pair> pairs = new EnumMap<>(Measure.class);
      pairs.putAll(lung.of(place));
      scores.add(pairs);
    }
    for (Measure measure : Measure.values()) {
      if (!measure.isPulmonary()) {
        Random random = random(measure.code());
        int[][] pairs = PairedScores.reconstruct(measure, numbers, random);
        handOut(measure, pairs, burden(measure, profiles, skin), random, scores);
      }
    }
    return scores;
  }

  /** Higher burden, higher score (lower for the SF-36), with noise: the pairing is ours. */
  private static void handOut(
      Measure measure,
      int[][] pairs,
      ToDoubleFunction<Integer> burden,
      Random random,
      List<Map<Measure, Pair>> scores) {
    boolean isHighGood = measure == Measure.SF36_PHYSICAL || measure == Measure.SF36_MENTAL;
    double[] weights = new double[N];
    for (int place = 0; place < N; place++) {
      weights[place] = (burden.applyAsDouble(place) + random.nextDouble()) * (isHighGood ? -1 : 1);
    }
    List<Integer> completers =
        Arrays.stream(Roster.where(Roster.Place::isCompleter))
            .boxed()
            .sorted(Comparator.comparingDouble(place -> weights[place]))
            .toList();
    Arrays.sort(pairs, Comparator.<int[]>comparingInt(pair -> pair[0]).thenComparing(p -> p[1]));
    for (int i = 0; i < pairs.length; i++) {
      scores.get(completers.get(i)).put(measure, new Pair(pairs[i][0], pairs[i][1]));
    }
  }

  private static ToDoubleFunction<Integer> burden(
      Measure measure, List<Subject.Profile> profiles, int[][] skin) {
    return place -> {
      List<String> organs = profiles.get(place).organs();
      return switch (measure) {
        case VAS_BREATHING -> organs.contains("interstitial-lung-disease") ? 0.5 : 0;
        case VAS_DIGITAL_ULCER -> organs.contains("digital-ulceration") ? 2 : 0;
        case VAS_PAIN -> organs.contains("arthritis") ? 0.4 : 0;
        case PHYSICIAN_GLOBAL -> skin[place][0] / 20.0;
        case ESR, SF36_MENTAL -> 0;
        default -> skin[place][0] / 40.0;
      };
    };
  }

  /** The place of the one subject who left in this way. */
  static int placeOf(Disposition disposition) {
    return Roster.where(place -> place.disposition() == disposition)[0];
  }
}
