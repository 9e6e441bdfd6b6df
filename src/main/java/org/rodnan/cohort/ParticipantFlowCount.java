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
   * @throws FhirFailure.Busy if a search takes too long
   */
  public ParticipantFlow count(ResourceKey study) {
    return subjects.now(moment -> {
      StudySubjects known = StudySubjects.of(moment, study, references);
      List<String> arms = known.arms(Subject::armAsAssigned);
      PublishedPopulations published = PublishedPopulations.of(moment, study);
      List<Row> rows =
          known.all().isEmpty()
              ? published(published, arms)
              : new Counting(arms, published).rows(moment, study, known);
      return new ParticipantFlow(moment.position(), arms, rows);
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
    private final List<String> arms;
    private final PublishedPopulations published;
    private final List<Row> rows = new ArrayList<>();

    Counting(List<String> arms, PublishedPopulations published) {
      this.arms = arms;
      this.published = published;
    }

    List<Row> rows(Moment moment, ResourceKey study, StudySubjects known) {
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
      addWithReasons(Stage.NOT_ENROLLED, in(known, State.NOT_ENROLLED));
      add(Stage.ENROLLED, known.enrolled());
      visits(moment, study, known.enrolled());
      add(Stage.COMPLETED, in(known, State.COMPLETED));
      addWithReasons(Stage.WITHDRAWN, in(known, State.WITHDRAWN));
      addIfAny(Stage.OFF_STUDY, in(known, State.OFF_STUDY));
      addIfAny(Stage.ONGOING, in(known, State.ONGOING));
      return rows;
    }

    private static List<Subject> in(StudySubjects known, State state) {
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
              rows.add(row(Stage.VISIT, Optional.of(visit), Optional.empty(), present));
            }
          });
    }

    private void add(Stage stage, Collection<Subject> found) {
      rows.add(row(stage, Optional.empty(), Optional.empty(), found));
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
          .forEach(each ->
              rows.add(row(stage, Optional.empty(), Optional.of(each.getKey()), each.getValue())));
    }

    private Row row(
        Stage stage, Optional<Visit> visit, Optional<Reason> reason, Collection<Subject> found) {
      Map<String, Integer> byArm = new LinkedHashMap<>();
      arms.forEach(arm -> byArm.put(arm, 0));
      found.forEach(
          subject -> byArm.computeIfPresent(subject.armAsAssigned(), (arm, count) -> count + 1));
      return new Row(stage, visit, reason, found.size(), byArm, Source.RECORDS);
    }
  }
}
