package org.rodnan.cohort;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.rodnan.cohort.ParticipantFlow.Row;
import org.rodnan.cohort.ParticipantFlow.Source;
import org.rodnan.cohort.ParticipantFlow.Stage;
import org.rodnan.cohort.ParticipantFlow.Visit;
import org.rodnan.cohort.Subject.Reason;
import org.rodnan.cohort.Subject.State;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/** Counts how many came how far in a study, at one moment. Thread safe. */
public final class ParticipantFlowCount {
  private final SubjectSearch subjects;
  private final ReferenceText references;

  ParticipantFlowCount(SubjectSearch subjects, ReferenceText references) {
    this.subjects = subjects;
    this.references = references;
  }

  /**
   * @param level what may be told
   * @throws FhirFailure.Busy if a search takes too long
   */
  public ParticipantFlow count(ResourceKey study, Disclosure.Level level) {
    return subjects.now(moment -> {
      StudySubjects known = StudySubjects.of(moment, study, references);
      List<String> arms = known.arms(Subject::armAsAssigned);
      PublishedPopulations published = PublishedPopulations.of(moment, study);
      if (known.all().isEmpty()) {
        return new ParticipantFlow(moment.position(), arms, published(published, arms), 1);
      }
      List<Row> rows = new Counting(known, arms, published, level).rows(moment, study);
      boolean areArmsShown = rows.stream().anyMatch(row -> !row.arms().isEmpty());
      return new ParticipantFlow(
          moment.position(), areArmsShown ? arms : List.of(), rows, level.countMin());
    });
  }

  /** Of a study without subjects, what was published. */
  private static List<Row> published(PublishedPopulations published, List<String> arms) {
    List<Row> rows = new ArrayList<>();
    add(rows, published, Stage.SCREENED, Optional.empty(), arms);
    add(rows, published, Stage.ELIGIBLE, Optional.empty(), arms);
    rows.addAll(reasons(published, Stage.NOT_ENROLLED));
    add(rows, published, Stage.ENROLLED, Optional.empty(), arms);
    for (String visit : Attendance.ordered(published.visits())) {
      add(
          rows,
          published,
          Stage.VISIT,
          Optional.of(new Visit(visit, Attendance.title(visit))),
          arms);
    }
    add(rows, published, Stage.COMPLETED, Optional.empty(), arms);
    rows.addAll(reasons(published, Stage.WITHDRAWN));
    return rows;
  }

  /** What was published of who left a stage. How many did in all isn't computed of it. */
  private static List<Row> reasons(PublishedPopulations published, Stage stage) {
    List<Row> rows = new ArrayList<>();
    published
        .reasons(stage)
        .forEach((reason, number) ->
            rows.add(asPublished(stage, Optional.empty(), Optional.of(reason), number, Map.of())));
    return rows;
  }

  private static Row asPublished(
      Stage stage,
      Optional<Visit> visit,
      Optional<Reason> reason,
      int number,
      Map<String, Integer> arms) {
    return new Row(stage, visit, reason, number, arms, Source.PUBLISHED, Optional.of(number));
  }

  private static void add(
      List<Row> rows,
      PublishedPopulations published,
      Stage stage,
      Optional<Visit> visit,
      List<String> arms) {
    String code = visit.map(Visit::code).orElse("");
    Map<String, Integer> found = published.arms(stage, code);
    Map<String, Integer> byArm = new LinkedHashMap<>();
    arms.stream()
        .filter(found::containsKey)
        .forEach(arm -> byArm.put(arm, found.getOrDefault(arm, 0)));
    published
        .subjects(stage, code)
        .ifPresent(number -> rows.add(asPublished(stage, visit, Optional.empty(), number, byArm)));
  }

  /** Counts from records. For one thread. */
  private static final class Counting {
    private final StudySubjects known;
    private final PublishedPopulations published;
    private final Map<String, Integer> places = new HashMap<>();
    private final CountsByArm counts;
    private final List<Row> rows = new ArrayList<>();

    Counting(
        StudySubjects known,
        List<String> arms,
        PublishedPopulations published,
        Disclosure.Level level) {
      this.known = known;
      this.published = published;
      known.all().forEach(subject -> places.put(subject.person(), places.size()));
      Map<String, BitSet> byArm = new LinkedHashMap<>();
      for (String arm : arms) {
        byArm.put(
            arm,
            set(
                known.all().stream()
                    .filter(subject -> subject.armAsAssigned().equals(arm))
                    .toList()));
      }
      this.counts = new CountsByArm(level, set(known.all()), byArm);
    }

    private BitSet set(Collection<Subject> subjects) {
      BitSet set = new BitSet();
      subjects.forEach(subject -> set.set(places.getOrDefault(subject.person(), 0)));
      return set;
    }

    List<Row> rows(Moment moment, ResourceKey study) {
      List<Subject> screened =
          known.all().stream().filter(subject -> subject.state().isScreened()).toList();
      Optional<Integer> printed = published.subjects(Stage.SCREENED, "");
      boolean isScreeningPublished = printed.isPresent() && printed.get() > screened.size();
      if (isScreeningPublished) {
        addPublished(Stage.SCREENED, printed);
      } else {
        add(Stage.SCREENED, screened);
      }
      addPublished(Stage.ELIGIBLE, published.subjects(Stage.ELIGIBLE, ""));
      List<Subject> notEnrolled = in(State.NOT_ENROLLED);
      if (isScreeningPublished && notEnrolled.isEmpty()) {
        rows.addAll(reasons(published, Stage.NOT_ENROLLED));
      } else {
        addWithReasons(Stage.NOT_ENROLLED, notEnrolled);
      }
      add(Stage.ENROLLED, known.enrolled());
      visits(moment, study, known.enrolled());
      add(Stage.COMPLETED, in(State.COMPLETED));
      addWithReasons(Stage.WITHDRAWN, in(State.WITHDRAWN));
      addIfAny(Stage.OFF_STUDY, in(State.OFF_STUDY));
      addIfAny(Stage.ONGOING, in(State.ONGOING));
      return rows;
    }

    private void addPublished(Stage stage, Optional<Integer> printed) {
      printed.ifPresent(number ->
          rows.add(asPublished(stage, Optional.empty(), Optional.empty(), number, Map.of())));
    }

    private List<Subject> in(State state) {
      return known.all().stream().filter(subject -> subject.state() == state).toList();
    }

    private void visits(Moment moment, ResourceKey study, List<Subject> enrolled) {
      Map<String, Subject> byPerson =
          enrolled.stream().collect(Collectors.toMap(Subject::person, subject -> subject));
      Map<Integer, Subject> byNumber = new HashMap<>();
      BitSet patients =
          moment.patients("ResearchSubject", List.of(new Parameter("study", study.toString())));
      moment
          .keys(patients)
          .forEach((number, key) -> {
            Subject subject = byPerson.get(key.toString());
            if (subject != null) {
              byNumber.put(number, subject);
            }
          });
      new Attendance(moment, study)
          .visits()
          .forEach((visit, there) -> {
            List<Subject> present = new ArrayList<>();
            there.stream()
                .forEach(number -> {
                  Subject subject = byNumber.get(number);
                  if (subject != null) {
                    present.add(subject);
                  }
                });
            if (!present.isEmpty()) {
              add(
                  Stage.VISIT,
                  Optional.of(visit),
                  Optional.empty(),
                  present,
                  published.subjects(Stage.VISIT, visit.code()));
            }
          });
    }

    private void add(Stage stage, Collection<Subject> found) {
      add(stage, Optional.empty(), Optional.empty(), found, published.subjects(stage, ""));
    }

    private void addIfAny(Stage stage, Collection<Subject> found) {
      if (!found.isEmpty()) {
        add(stage, found);
      }
    }

    /**
     * Reasons of most subjects first; the words of one are those of its first subject. A published
     * reason that nobody has is one of no subjects.
     */
    private void addWithReasons(Stage stage, Collection<Subject> found) {
      if (stage == Stage.WITHDRAWN || !found.isEmpty()) {
        add(stage, found);
      }
      Map<Reason, List<Subject>> byReason = new LinkedHashMap<>();
      for (Subject subject : found) {
        Reason reason = subject.reason().orElseThrow();
        Reason same = byReason.keySet().stream().filter(reason::isSame).findFirst().orElse(reason);
        byReason.computeIfAbsent(same, first -> new ArrayList<>()).add(subject);
      }
      Map<Reason, Integer> printed = new HashMap<>();
      Set<Reason> recorded = Set.copyOf(byReason.keySet());
      published
          .reasons(stage)
          .forEach((reason, number) -> {
            Reason same = sameAs(reason, recorded, published.reasons(stage).keySet());
            byReason.putIfAbsent(same, List.of());
            printed.put(same, number);
          });
      byReason.entrySet().stream()
          .sorted(
              Comparator.comparingInt(
                      (Map.Entry<Reason, List<Subject>> each) -> -each.getValue().size())
                  .thenComparing(each -> each.getKey().text()))
          .forEach(each ->
              add(
                  stage,
                  Optional.empty(),
                  Optional.of(each.getKey()),
                  each.getValue(),
                  Optional.ofNullable(printed.get(each.getKey()))));
    }

    /** The recorded reason that a published one is: the same, or the only one of its code. */
    private static Reason sameAs(Reason reason, Set<Reason> recorded, Set<Reason> published) {
      List<Reason> alike =
          recorded.stream().filter(each -> each.code().equals(reason.code())).toList();
      boolean isOnly =
          alike.size() == 1
              && published.stream().filter(each -> each.code().equals(reason.code())).count() == 1;
      return alike.stream()
          .filter(each -> isOnly || each.isSame(reason))
          .findFirst()
          .orElse(reason);
    }

    private void add(
        Stage stage,
        Optional<Visit> visit,
        Optional<Reason> reason,
        Collection<Subject> found,
        Optional<Integer> printed) {
      CountsByArm.Shown shown = counts.of(set(found));
      shown
          .all()
          .ifPresent(number ->
              rows.add(
                  new Row(
                      stage, visit, reason, number, shown.shownArms(), Source.RECORDS, printed)));
    }
  }
}
