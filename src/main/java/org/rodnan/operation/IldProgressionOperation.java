package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.course.IldProgression;
import org.rodnan.course.IldProgression.Change;
import org.rodnan.course.IldProgressionAnalysis;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;

/**
 * {@code $ild-progression} of a study or a subject: whether interstitial lung disease progressed,
 * by OMERACT's proposal and by the guideline of 2022. Thread safe.
 */
public final class IldProgressionOperation {
  private static final String FVC = "http://loinc.org|19872-1";
  private static final String DLCO = "dlco-hb-adjusted-percent-predicted";
  private static final int TOLERANCE = 30;

  private static final Set<String> NAMES =
      Set.of("baseline", "visit", "fvc", "dlco", "tolerance", "symptoms", "imaging");

  private static final List<String> COLUMNS =
      List.of(
          "subject",
          "patient",
          "arm",
          "ild",
          "fvc_baseline",
          "fvc_visit",
          "fvc_absolute",
          "fvc_relative",
          "dlco_baseline",
          "dlco_visit",
          "dlco_absolute",
          "dlco_relative",
          "omeract",
          "omeract_criterion",
          "physiology",
          "physiology_criterion",
          "symptoms",
          "imaging",
          "progressive_pulmonary_fibrosis",
          "why_not");

  private final IldProgressionAnalysis analysis;
  private final Disclosure disclosure;
  private final ReadInteraction read;

  IldProgressionOperation(
      IldProgressionAnalysis analysis, Disclosure disclosure, ReadInteraction read) {
    this.disclosure = disclosure;
    this.analysis = analysis;
    this.read = read;
  }

  /**
   * @param of a ResearchStudy or ResearchSubject
   * @param arguments {@code baseline}, {@code visit}, {@code fvc} and {@code dlco} (tokens), {@code
   *     tolerance} (days), {@code symptoms} and {@code imaging} (criteria)
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.NotFound if the study or subject isn't there
   * @throws FhirFailure.Forbidden if single subjects may not be shown to whoever asks
   */
  public TableAnswer progression(ResourceKey of, OperationArguments arguments) {
    arguments.requireOnly(NAMES);
    disclosure.requireSubjects("$ild-progression");
    read.read(of);
    IldProgression progression =
        analysis.analyse(
            new IldProgressionAnalysis.Question(
                of,
                arguments.text("baseline").orElse(IldProgressionAnalysis.BASELINE),
                arguments.text("visit").orElse(IldProgressionAnalysis.VISIT),
                arguments.text("fvc").orElse(FVC),
                arguments.text("dlco").orElse(DLCO),
                arguments.number("tolerance").orElse(TOLERANCE),
                criterion(arguments, "symptoms"),
                criterion(arguments, "imaging")));
    return TableAnswer.of(
        progression.position(),
        "subject",
        new Table(COLUMNS, progression.rows().stream().map(IldProgressionOperation::row).toList()));
  }

  private static Optional<Criterion> criterion(OperationArguments arguments, String name) {
    List<ParametersParameterComponent> given = arguments.named(name);
    if (given.size() > 1) {
      throw OperationArguments.malformed(name, "found " + given.size() + " values, expected one");
    }
    return given.stream().findFirst().map(CohortOperation::criterion);
  }

  private static List<@Nullable Object> row(IldProgression.Row each) {
    List<@Nullable Object> row = new ArrayList<>();
    row.add(each.subject());
    row.add(each.patient());
    row.add(each.arm());
    row.add(each.disease().code());
    for (Optional<Change> change : List.of(each.fvc(), each.dlco())) {
      row.add(change.map(Change::baseline).orElse(null));
      row.add(change.map(Change::then).orElse(null));
      row.add(change.map(Change::absolute).orElse(null));
      row.add(change.map(Change::relative).orElse(null));
    }
    row.add(each.omeract().orElse(null));
    row.add(each.omeractCriterion());
    row.add(each.physiology().orElse(null));
    row.add(each.physiologyCriterion());
    row.add(each.symptoms().orElse(null));
    row.add(each.imaging().orElse(null));
    row.add(each.progressive().orElse(null));
    row.add(each.whyNot());
    return row;
  }
}
