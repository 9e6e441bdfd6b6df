package org.rodnan.course;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.rodnan.course.CourseSettings.Limit;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/**
 * A subject of a study.
 *
 * @param arm as it was, else as assigned; empty without
 */
record Subject(
    ResourceKey key, ResourceKey patient, ResourceKey study, String arm, Recorded recorded) {

  /**
   * The subjects of a study, or the one that is asked for, by their keys.
   *
   * @throws FhirFailure.NotFound if the one isn't there at the moment
   */
  static List<Subject> of(
      ResourceKey studyOrSubject, Moment moment, ReferenceText references, Limit limit) {
    boolean isOne = studyOrSubject.type().equals("ResearchSubject");
    Parameter parameter =
        isOne
            ? new Parameter("_id", studyOrSubject.id())
            : new Parameter("study", studyOrSubject.toString());
    Stream.Builder<Recorded> found = Stream.builder();
    Reading.forEach(moment, "ResearchSubject", List.of(parameter), limit, found::add);

    List<Subject> subjects =
        found
            .build()
            .filter(each -> !each.isInError())
            .flatMap(each -> read(each, references).stream())
            .sorted(Comparator.comparing(Subject::key))
            .toList();
    if (isOne && subjects.isEmpty()) {
      throw new FhirFailure.NotFound(
          studyOrSubject + " has no patient and study of this server, so it has no course");
    }
    return subjects;
  }

  private static Optional<Subject> read(Recorded subject, ReferenceText references) {
    Optional<ResourceKey> patient =
        references.local(subject.json().at("/individual/reference").asText());
    Optional<ResourceKey> study = references.local(subject.json().at("/study/reference").asText());
    String assigned = subject.json().path("assignedArm").asText();
    return patient.isEmpty() || study.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Subject(
                subject.key(),
                patient.get(),
                study.get(),
                subject.json().path("actualArm").asText(assigned),
                subject));
  }

  /** Day 1 is that on which it entered the study. */
  StudyDays days() {
    return new StudyDays(Recorded.day(recorded.start()));
  }

  /** When it left the study, if that is known to the day. */
  Optional<LocalDate> left() {
    return Recorded.extension(recorded.json(), "/ssc-disposition")
        .flatMap(disposition -> Recorded.extension(disposition, "date"))
        .map(Recorded::primitive)
        .flatMap(Recorded::day)
        .or(() -> Recorded.day(recorded.end()));
  }
}
