package org.rodnan.course;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.KnownMeasures;
import org.rodnan.cohort.Population.Dated;
import org.rodnan.cohort.Populations;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/** Finds out whether lung disease progressed. Thread safe. */
public final class IldProgressionAnalysis {
  /** The baseline that is taken if none is asked for. */
  public static final String BASELINE = "baseline";

  /** The visit that is judged if none is asked for. */
  public static final String VISIT = "month-12";

  private final SubjectSearch subjects;
  private final Populations populations;
  private final KnownMeasures measures;
  private final ReferenceText references;
  private final CourseSettings limits;

  IldProgressionAnalysis(
      SubjectSearch subjects,
      Populations populations,
      KnownMeasures measures,
      ReferenceText references,
      CourseSettings limits) {
    this.subjects = subjects;
    this.populations = populations;
    this.measures = measures;
    this.references = references;
    this.limits = limits;
  }

  /**
   * What is asked.
   *
   * @param of a ResearchStudy, or a ResearchSubject
   * @param baseline code of a visit
   * @param visit code of a later one
   * @param fvc tokens of {@code Observation.code}, in % predicted
   * @param dlco likewise, corrected for haemoglobin
   * @param tolerance days that the visit may be later than a year
   * @param symptoms what those meet whose symptoms got worse
   * @param imaging what those meet whose imaging shows progression
   */
  public record Question(
      ResourceKey of,
      String baseline,
      String visit,
      String fvc,
      String dlco,
      int tolerance,
      Optional<Criterion> symptoms,
      Optional<Criterion> imaging) {}

  /**
   * @throws FhirFailure.NotFound if the subject isn't there, or has no patient and study
   * @throws FhirFailure.Malformed if a search can't be understood, nobody in the study has anything
   *     at a visit, or a value of a measure that the profiles don't know
   */
  public IldProgression analyse(Question question) {
    return subjects.now(moment -> analyse(moment, question));
  }

  private IldProgression analyse(Moment moment, Question question) {
    List<Subject> all = Subject.of(question.of(), moment, references, limits.ofStudy());
    if (all.isEmpty()) {
      return new IldProgression(moment.position(), List.of());
    }
    ResourceKey study = all.getFirst().study();
    Values values = new Values(moment, study, all, populations, measures);
    Values.Both fvc = values.at("fvc", question.fvc(), question.baseline(), question.visit());
    Values.Both dlco = values.at("dlco", question.dlco(), question.baseline(), question.visit());
    values.requireVisit("baseline", question.baseline(), BASELINE);
    values.requireVisit("visit", question.visit(), VISIT);
    Map<ResourceKey, LungDisease> diseases =
        LungDisease.ofStudy(moment, study, references, limits.ofStudy());
    Optional<Set<ResourceKey>> symptoms =
        question.symptoms().map(criterion -> meeting(moment, study, criterion));
    Optional<Set<ResourceKey>> imaging =
        question.imaging().map(criterion -> meeting(moment, study, criterion));
    List<IldProgression.Row> rows = new ArrayList<>();
    for (Subject subject : all) {
      ResourceKey patient = subject.patient();
      rows.add(
          new IldProgression.Row(
              subject.key(),
              patient,
              subject.arm(),
              diseases.getOrDefault(patient, LungDisease.UNKNOWN),
              change(fvc, patient),
              change(dlco, patient),
              question.tolerance(),
              symptoms.map(found -> found.contains(patient)),
              imaging.map(found -> found.contains(patient))));
    }
    return new IldProgression(moment.position(), rows);
  }

  private Set<ResourceKey> meeting(Moment moment, ResourceKey study, Criterion criterion) {
    BitSet found = populations.of(moment, Optional.of(study)).meeting(criterion);
    return new HashSet<>(moment.keys(found).values());
  }

  private static Optional<IldProgression.Change> change(Values.Both both, ResourceKey patient) {
    Dated before = both.baseline().get(patient);
    Dated then = both.then().get(patient);
    return before == null || then == null
        ? Optional.empty()
        : Optional.of(
            new IldProgression.Change(before.value(), then.value(), before.day(), then.day()));
  }
}
