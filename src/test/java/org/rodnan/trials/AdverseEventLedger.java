package org.rodnan.trials;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.rodnan.trials.LedgerEvent.Relatedness;
import org.rodnan.trials.Roster.Disposition;
import org.rodnan.trials.Subject.DosePeriod;

/**
 * Hands out the 358 adverse events of Spiera 2011: each term of table 2 to the printed number of
 * subjects, the related ones with the printed grades, the 24 serious ones as listed, and as many
 * unrelated ones as are left. Who has what, when, and how long is ours. Events that explain a
 * change of dose begin before it.
 */
final class AdverseEventLedger {

  static final int ALL = 358;

  private final AdverseEventTerms terms = new AdverseEventTerms();
  private final Random random;
  private final int[] endDays;
  private final IntPredicate isMale;
  private final DoseHistories.Histories doses;
  private final List<List<LedgerEvent>> events = new ArrayList<>();

  /**
   * @param endDays the last day on drug of each place
   */
  AdverseEventLedger(
      int[] endDays, IntPredicate isMale, DoseHistories.Histories doses, Random random) {
    this.endDays = endDays;
    this.isMale = isMale;
    this.doses = doses;
    this.random = random;
  }

  /** The events of each place, in the order of their days. */
  List<List<LedgerEvent>> fill() {
    events.clear();
    IntStream.range(0, endDays.length).forEach(place -> events.add(new ArrayList<>()));
    terms.related().forEach(this::addRelated);
    addRelatedOnce();
    addSerious();
    addUnrelated();
    events.forEach(list ->
        list.sort(
            Comparator.comparingInt(LedgerEvent::startDay)
                .thenComparing(event -> event.term().code())));
    return events;
  }

  private void addRelated(AdverseEventTerms.Related row) {
    List<Integer> subjects = choose(row.term().code(), row.subjects());
    List<Integer> bearers = new ArrayList<>(subjects);
    for (int i = 0; i < row.repeats(); i++) {
      bearers.add(subjects.get(random.nextInt(subjects.size())));
    }
    List<Integer> grades = new ArrayList<>(Collections.nCopies(bearers.size(), 1));
    int leaver = leaver(row.term().code(), bearers);
    int open = bearers.size() - (leaver >= 0 ? 1 : 0);
    List<Integer> order = new ArrayList<>(IntStream.range(0, bearers.size()).boxed().toList());
    order.removeIf(i -> i == leaver);
    Collections.shuffle(order, random);
    order.subList(0, Math.min(open, row.gradeTwos())).forEach(i -> grades.set(i, 2));
    for (int i = 0; i < bearers.size(); i++) {
      int place = bearers.get(i);
      boolean isLeaving = i == leaver;
      int start = startDay(row.term().code(), place, i < subjects.size(), isLeaving);
      add(
          place,
          row.term(),
          random.nextInt(3) == 0 ? Relatedness.PROBABLY : Relatedness.POSSIBLY,
          isLeaving ? 3 : grades.get(i),
          Optional.empty(),
          start,
          isLeaving);
    }
  }

  /** The event that made one subject leave: myalgia and fatigue, of grade 3. */
  private int leaver(String code, List<Integer> bearers) {
    if (!code.equals("myalgias") && !code.equals("fatigue")) {
      return -1;
    }
    return bearers.indexOf(placeOf(Disposition.ADVERSE_EVENT));
  }

  private List<Integer> choose(String code, int n) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, endDays.length).boxed().toList());
    Collections.shuffle(places, random);
    if (code.equals("erectile-dysfunction")) {
      places.removeIf(place -> !isMale.test(place));
    }
    if (code.equals("ck-elevation")) {
      // The paper counts a rise of CK without change in strength only.
      places.remove(Integer.valueOf(placeOf(Disposition.INFLAMMATORY_MYOPATHY)));
    }
    places.sort(Comparator.comparing(place -> !isExpected(code, place)));
    return places.subList(0, n);
  }

  /** Whether a dose change or a diuretic says that this subject had it. */
  private boolean isExpected(String code, int place) {
    boolean isLeaver = place == placeOf(Disposition.ADVERSE_EVENT);
    return switch (code) {
      case "oedema" -> doses.furosemideDays()[place] > 0 || changedFor("fluid-related", place);
      case "myalgias" -> isLeaver || changedFor("musculoskeletal", place);
      case "nausea" -> changedFor("gastrointestinal", place);
      case "fatigue" -> isLeaver || changedFor("constitutional", place);
      default -> false;
    };
  }

  private boolean changedFor(String reason, int place) {
    return dayOfChange(reason, place) > 0;
  }

  private int dayOfChange(String reason, int place) {
    return doses.periods().get(place).stream()
        .filter(period -> period.reason().equals(Optional.of(reason)))
        .mapToInt(DosePeriod::startDay)
        .findFirst()
        .orElse(0);
  }

  private int startDay(String code, int place, boolean isFirst, boolean isLeaving) {
    if (isLeaving) {
      return endDays[place] - 14;
    }
    int cause =
        switch (code) {
          case "oedema" ->
              firstOf(doses.furosemideDays()[place], dayOfChange("fluid-related", place));
          case "myalgias" -> dayOfChange("musculoskeletal", place);
          case "nausea" -> dayOfChange("gastrointestinal", place);
          case "fatigue" -> dayOfChange("constitutional", place);
          default -> 0;
        };
    if (isFirst && cause > 0) {
      return Math.max(2, cause - 3 - random.nextInt(12));
    }
    boolean isUsuallyEarly = code.equals("oedema") || code.equals("nausea");
    int latest = isUsuallyEarly && isFirst ? Math.min(120, endDays[place]) : endDays[place];
    return anyDay(latest);
  }

  private static int firstOf(int day, int otherDay) {
    return day == 0 ? otherDay : otherDay == 0 ? day : Math.min(day, otherDay);
  }

  private void addRelatedOnce() {
    List<Integer> places = new ArrayList<>(IntStream.range(0, endDays.length).boxed().toList());
    Collections.shuffle(places, random);
    List<AdverseEventTerm> once = terms.relatedOnce();
    for (int i = 0; i < once.size(); i++) {
      int place = places.get(i);
      add(
          place,
          once.get(i),
          Relatedness.POSSIBLY,
          1,
          Optional.empty(),
          anyDay(endDays[place]),
          false);
    }
  }

  private void addSerious() {
    int onePatient = placeOf(Disposition.MEDICAL_ISSUES);
    int deceased = placeOf(Disposition.DEATH);
    List<Integer> others =
        new ArrayList<>(
            IntStream.range(0, endDays.length)
                .filter(place -> endDays[place] > 90)
                .filter(place -> place != onePatient && place != deceased)
                .boxed()
                .toList());
    Collections.shuffle(others, random);
    int next = 0;
    for (AdverseEventTerms.Serious row : terms.serious()) {
      for (int i = 0; i < row.events(); i++) {
        int place =
            switch (row.bearer()) {
              case "one" -> onePatient;
              case "deceased" -> deceased;
              default -> others.get(next++);
            };
        boolean isFatal = row.grade() == 5;
        int day = isFatal ? endDays[place] : anyDay(endDays[place] - 20);
        add(
            place,
            row.term(),
            row.relatedness(),
            row.grade(),
            Optional.of(row.criterion()),
            day,
            isFatal);
      }
    }
  }

  private void addUnrelated() {
    List<AdverseEventTerm> unrelated = terms.unrelated();
    int myopathy = placeOf(Disposition.INFLAMMATORY_MYOPATHY);
    add(myopathy, unrelated.getFirst(), Relatedness.UNLIKELY, 3, Optional.empty(), 28, true);
    int left = ALL - events.stream().mapToInt(List::size).sum();
    for (int i = 0; i < left; i++) {
      int place = random.nextInt(endDays.length);
      // Those who stayed longer have more.
      if (endDays[place] < 100 && random.nextInt(4) > 0) {
        place = random.nextInt(24);
      }
      // The first terms are the commonest.
      int rank =
          Math.min(random.nextInt(unrelated.size() - 1), random.nextInt(unrelated.size() - 1));
      int draw = random.nextInt(20);
      add(
          place,
          unrelated.get(1 + rank),
          random.nextInt(3) == 0 ? Relatedness.UNLIKELY : Relatedness.NOT_RELATED,
          draw < 12 ? 1 : draw < 19 ? 2 : 3,
          Optional.empty(),
          anyDay(endDays[place]),
          false);
    }
  }

  private void add(
      int place,
      AdverseEventTerm term,
      Relatedness relatedness,
      int grade,
      Optional<LedgerEvent.Criterion> criterion,
      int startDay,
      boolean endedParticipation) {
    int end = startDay + 3 + random.nextInt(grade * 20);
    boolean isOver = end <= endDays[place] && grade < 5 && !endedParticipation;
    events
        .get(place)
        .add(
            new LedgerEvent(
                term,
                relatedness,
                grade,
                criterion,
                startDay,
                isOver ? Optional.of(end) : Optional.empty(),
                endedParticipation));
  }

  private int anyDay(int latest) {
    return 2 + random.nextInt(Math.max(1, latest - 2));
  }

  private static int placeOf(Disposition disposition) {
    return Roster.where(place -> place.disposition() == disposition)[0];
  }
}
