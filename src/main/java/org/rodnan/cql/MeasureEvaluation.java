package org.rodnan.cql;

import ca.uhn.fhir.repository.IRepository;
import java.time.Clock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hl7.elm.r1.VersionedIdentifier;
import org.hl7.fhir.r4.model.Expression;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Group.GroupMemberComponent;
import org.hl7.fhir.r4.model.Measure;
import org.hl7.fhir.r4.model.Measure.MeasureGroupComponent;
import org.hl7.fhir.r4.model.Measure.MeasureGroupPopulationComponent;
import org.hl7.fhir.r4.model.Measure.MeasureGroupStratifierComponent;
import org.hl7.fhir.r4.model.MeasureReport;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.r4.model.Patient;
import org.jspecify.annotations.Nullable;
import org.opencds.cqf.cql.engine.execution.EvaluationExpressionRef;
import org.opencds.cqf.cql.engine.execution.EvaluationResult;
import org.opencds.cqf.cql.engine.execution.ExpressionResult;
import org.opencds.cqf.cql.engine.runtime.Interval;
import org.opencds.cqf.fhir.cr.measure.MeasureEvaluationOptions;
import org.opencds.cqf.fhir.cr.measure.common.MeasureProcessorTimeUtils;
import org.opencds.cqf.fhir.cr.measure.r4.R4MeasureProcessor;
import org.rodnan.cql.MeasureQuestion.Everybody;
import org.rodnan.cql.MeasureQuestion.InGroup;
import org.rodnan.cql.MeasureQuestion.InStudy;
import org.rodnan.cql.MeasureQuestion.OfPractitioner;
import org.rodnan.cql.MeasureQuestion.OnePatient;
import org.rodnan.cql.MeasureQuestion.Report;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * A measure: its criteria for one subject after the other, then the report. What fails for one
 * subject fails the whole. For one thread.
 */
final class MeasureEvaluation {
  private static final String PATIENT = "Patient";
  private static final String MEASURE_OBSERVATION = "measure-observation";

  /** Ids of one search. */
  private static final int IDS = 500;

  private final MeasureQuestion question;
  private final Surroundings around;
  private final int subjectsMax;
  private final Clock clock;

  /**
   * @param subjectsMax {@link CqlSettings#subjectsMax}
   */
  MeasureEvaluation(MeasureQuestion question, Surroundings around, int subjectsMax, Clock clock) {
    this.question = question;
    this.around = around;
    this.subjectsMax = subjectsMax;
    this.clock = clock;
  }

  MeasureReport report() {
    Measure measure = question.measure();
    requireOnlyCriteria(measure);
    VersionedIdentifier library = library(measure);
    around.engine().require(library);
    Set<String> criteria = criteria(measure);
    // The report asks for the subject by the name of its type.
    criteria.add(PATIENT);
    Collection<ResourceKey> subjects = subjects();
    R4MeasureProcessor processor = processor(around.data());
    Map<String, Object> parameters = parameters(processor, library, measure);
    Map<String, EvaluationResult> results = new LinkedHashMap<>();
    for (ResourceKey subject : subjects) {
      results.put(
          subject.toString(),
          kept(around.engine().evaluate(library, criteria, parameters, Optional.of(subject))));
    }
    MeasureReport report = built(processor, measure, results);
    requireNoErrors(report);
    StrataOrder.sort(report);
    report.setDate(Date.from(clock.instant()));
    return report;
  }

  private static R4MeasureProcessor processor(IRepository data) {
    return new R4MeasureProcessor(data, MeasureEvaluationOptions.defaultOptions());
  }

  private MeasureReport built(
      R4MeasureProcessor processor, Measure measure, Map<String, EvaluationResult> results) {
    try {
      return processor.evaluateMeasureResults(
          measure,
          question.start(),
          question.end(),
          question.report().code(),
          List.copyOf(results.keySet()),
          results);
    } catch (RuntimeException e) {
      throw EvaluationFailures.of(e, named(measure) + ": ", 0);
    }
  }

  private static void requireNoErrors(MeasureReport report) {
    List<String> errors =
        report.getContained().stream()
            .filter(OperationOutcome.class::isInstance)
            .flatMap(each -> ((OperationOutcome) each).getIssue().stream())
            .map(OperationOutcomeIssueComponent::getDiagnostics)
            .toList();
    if (!errors.isEmpty()) {
      throw new FhirFailure.Unprocessable(IssueType.PROCESSING, errors.getFirst());
    }
  }

  /** Of a report that doesn't name resources they aren't kept for each subject. */
  private EvaluationResult kept(EvaluationResult result) {
    if (question.report() == Report.SUBJECT) {
      return result;
    }
    EvaluationResult values = new EvaluationResult();
    result
        .getExpressionResults()
        .forEach((name, each) ->
            values.set(
                new EvaluationExpressionRef(name),
                new ExpressionResult(bare(each.getValue()), new LinkedHashSet<>())));
    return values;
  }

  /** Of a patient no more than the id is kept. */
  private static @Nullable Object bare(@Nullable Object value) {
    return value instanceof Patient patient
        ? new Patient().setId(patient.getIdElement().toUnqualifiedVersionless())
        : value;
  }

  private VersionedIdentifier library(Measure measure) {
    if (measure.getLibrary().size() != 1) {
      throw new FhirFailure.Unprocessable(
          IssueType.REQUIRED,
          named(measure)
              + " has "
              + measure.getLibrary().size()
              + " libraries; expected one, whose CQL has the criteria",
          "Measure.library");
    }
    return StoredLibraries.identifier(
        around.libraries().find(measure.getLibrary().getFirst().getValue()));
  }

  private static String named(Measure measure) {
    return "Measure " + measure.getIdElement().getIdPart();
  }

  private static void requireOnlyCriteria(Measure measure) {
    if (!measure.hasGroup()) {
      throw new FhirFailure.Unprocessable(
          IssueType.REQUIRED, named(measure) + " has no group of populations", "Measure.group");
    }
    boolean isObserved =
        measure.getGroup().stream()
            .flatMap(group -> group.getPopulation().stream())
            .anyMatch(each ->
                each.getCode().getCoding().stream()
                    .anyMatch(code -> MEASURE_OBSERVATION.equals(code.getCode())));
    if (isObserved) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTSUPPORTED,
          named(measure)
              + " has a measure-observation, which isn't supported here; expected a measure whose"
              + " scoring is cohort, proportion or ratio",
          "Measure.group.population");
    }
  }

  /** The names of all expressions that the measure refers to. */
  private static Set<String> criteria(Measure measure) {
    Stream<Expression> ofGroups = measure.getGroup().stream().flatMap(MeasureEvaluation::criteria);
    Stream<Expression> supplemental =
        measure.getSupplementalData().stream().map(each -> each.getCriteria());
    return Stream.concat(ofGroups, supplemental)
        .map(Expression::getExpression)
        .filter(each -> each != null && !each.isEmpty())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Stream<Expression> criteria(MeasureGroupComponent group) {
    return Stream.concat(
        group.getPopulation().stream().map(MeasureGroupPopulationComponent::getCriteria),
        group.getStratifier().stream().flatMap(MeasureEvaluation::criteria));
  }

  private static Stream<Expression> criteria(MeasureGroupStratifierComponent stratifier) {
    return Stream.concat(
        Stream.of(stratifier.getCriteria()),
        stratifier.getComponent().stream().map(each -> each.getCriteria()));
  }

  private Map<String, Object> parameters(
      R4MeasureProcessor processor, VersionedIdentifier library, Measure measure) {
    Map<String, Object> parameters = new HashMap<>();
    Interval period = processor.buildMeasurementPeriod(question.start(), question.end());
    try {
      MeasureProcessorTimeUtils.resolveMeasurementPeriodIntoParameters(
          period, around.engine().cql(), List.of(library), List.of(named(measure)), parameters);
    } catch (RuntimeException e) {
      throw EvaluationFailures.of(e, "", 0);
    }
    return parameters;
  }

  private Collection<ResourceKey> subjects() {
    BitSet patients =
        switch (question.subjects()) {
          case Everybody everybody -> patients(List.of());
          case OnePatient one -> {
            around.data().read(Patient.class, one.key());
            yield patients(List.of(new Parameter("_id", one.key().id())));
          }
          case InGroup group -> members(around.data().read(Group.class, group.key()), group.key());
          case InStudy study -> {
            around.data().read(org.hl7.fhir.r4.model.ResearchStudy.class, study.key());
            yield patients(
                List.of(
                    new Parameter(
                        "_has:ResearchSubject:individual:study", study.key().toString())));
          }
          case OfPractitioner practitioner ->
              patients(
                  List.of(new Parameter("general-practitioner", practitioner.key().toString())));
        };
    if (patients.cardinality() > subjectsMax) {
      throw new FhirFailure.TooLarge(
          "The measure has "
              + patients.cardinality()
              + " subjects, more than rodnan.cql.subjects-max allows, "
              + subjectsMax
              + "; expected a Group or a study as its subject");
    }
    return around.moment().keys(patients).values();
  }

  private BitSet patients(List<Parameter> parameters) {
    return around.moment().patients(PATIENT, parameters);
  }

  private BitSet members(Group group, ResourceKey key) {
    if (!group.getActual()) {
      throw new FhirFailure.Unprocessable(
          IssueType.INVALID,
          key + " is a definition; expected a Group that is actual, such as $cohort stores",
          "subject");
    }
    List<String> ids = new ArrayList<>();
    for (GroupMemberComponent member : group.getMember()) {
      String reference = member.getEntity().getReference();
      Optional<ResourceKey> entity = Optional.ofNullable(reference).flatMap(ResourceKey::parse);
      if (!entity.map(each -> each.type().equals(PATIENT)).orElse(false)) {
        throw new FhirFailure.Unprocessable(
            IssueType.INVALID,
            key + " has the member '" + reference + "'; expected Patients",
            "subject");
      }
      if (!member.getInactive()) {
        ids.add(entity.orElseThrow().id());
      }
    }
    BitSet all = new BitSet();
    for (int from = 0; from < ids.size(); from += IDS) {
      List<String> some = ids.subList(from, Math.min(from + IDS, ids.size()));
      all.or(patients(List.of(new Parameter("_id", String.join(",", some)))));
    }
    return all;
  }
}
