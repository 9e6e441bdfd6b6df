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
    return rows;
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
        .ifPresent(number ->
            rows.add(new Row(stage, visit, Optional.empty(), number, byArm, Source.PUBLISHED)));
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
      if (printed.isPresent() && printed.get() > screened.size()) {
        rows.add(
            new Row(
                Stage.SCREENED,
                Optional.empty(),
                Optional.empty(),
                printed.get(),
                Map.of(),
                Source.PUBLISHED));
      } else {
        add(Stage.SCREENED, screened);
      }
      addWithReasons(Stage.NOT_ENROLLED, in(State.NOT_ENROLLED));
      add(Stage.ENROLLED, known.enrolled());
      visits(moment, study, known.enrolled());
      add(Stage.COMPLETED, in(State.COMPLETED));
      addWithReasons(Stage.WITHDRAWN, in(State.WITHDRAWN));
      addIfAny(Stage.OFF_STUDY, in(State.OFF_STUDY));
      addIfAny(Stage.ONGOING, in(State.ONGOING));
      return rows;
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
              add(Stage.VISIT, Optional.of(visit), Optional.empty(), present);
            }
          });
    }

    private void add(Stage stage, Collection<Subject> found) {
      add(stage, Optional.empty(), Optional.empty(), found);
    }

    private void addIfAny(Stage stage, Collection<Subject> found) {
      if (!found.isEmpty()) {
        add(stage, found);
      }
    }

    /** Reasons of most subjects first; the words of one are those of its first subject. */
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
      byReason.entrySet().stream()
          .sorted(
              Comparator.comparingInt(
                      (Map.Entry<Reason, List<Subject>> each) -> -each.getValue().size())
                  .thenComparing(each -> each.getKey().text()))
          .forEach(
              each -> add(stage, Optional.empty(), Optional.of(each.getKey()), each.getValue()));
    }

    private void add(
        Stage stage, Optional<Visit> visit, Optional<Reason> reason, Collection<Subject> found) {
      CountsByArm.Shown shown = counts.of(set(found));
      shown
          .all()
          .ifPresent(number ->
              rows.add(new Row(stage, visit, reason, number, shown.shownArms(), Source.RECORDS)));
    }
  }
}
