package org.rodnan.operation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.CohortDefinition;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.endpoint.AnalysisSet;
import org.rodnan.endpoint.EndpointAnalysis;
import org.rodnan.endpoint.EndpointTable;
import org.rodnan.endpoint.EndpointTable.Row;
import org.rodnan.endpoint.EndpointTable.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;

/**
 * {@code $endpoint} of a study: a measure at visits beside its baseline, by population and stratum,
 * with what changed and whether by chance. Thread safe.
 */
public final class EndpointOperation {
  private static final int VISITS_MAX = 100;
  private static final Set<String> NAMES =
      Set.of(
          "measure",
          "baseline",
          "visit",
          "population",
          "stratum",
          "correlate",
          "responder",
          "figure");

  private static final List<String> COLUMNS =
      List.of(
          "population",
          "stratum",
          "visit",
          "n",
          "baseline_mean",
          "baseline_sd",
          "visit_mean",
          "visit_sd",
          "change_mean",
          "change_sd",
          "change_ci_low",
          "change_ci_high",
          "percent_change_mean",
          "p_paired_t",
          "p_wilcoxon",
          "baseline_median",
          "baseline_q1",
          "baseline_q3",
          "visit_median",
          "visit_q1",
          "visit_q3",
          "change_median",
          "change_q1",
          "change_q3",
          "percent_change_sd",
          "unit",
          "spearman_rho",
          "p_spearman",
          "responders");

  private final EndpointAnalysis analysis;
  private final Disclosure disclosure;
  private final ReadInteraction read;
  private final IdGenerator ids;

  EndpointOperation(
      EndpointAnalysis analysis, Disclosure disclosure, ReadInteraction read, IdGenerator ids) {
    this.analysis = analysis;
    this.disclosure = disclosure;
    this.read = read;
    this.ids = ids;
  }

  /**
   * @param arguments {@code measure} (a token), {@code baseline}, {@code visit}, {@code
   *     population}, {@code stratum}
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.NotFound if the study isn't there
   */
  public EndpointTable table(ResourceKey study, OperationArguments arguments) {
    return analysis.analyse(question(study, arguments), disclosure.ofEverybody());
  }

  /**
   * The picture of a table, in SVG.
   *
   * @param arguments as for {@link #table}, and {@code figure}; of several populations the first is
   *     drawn, {@code observed} if none is asked for
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.NotFound if the study isn't there
   * @throws FhirFailure.Forbidden if single subjects are to be drawn, and may not be shown
   */
  public byte[] figure(ResourceKey study, OperationArguments arguments) {
    EndpointFigure figure =
        arguments.text("figure").map(EndpointFigure::of).orElse(EndpointFigure.BARS);
    EndpointAnalysis.Question asked = question(study, arguments);
    AnalysisSet set =
        arguments.named("population").isEmpty()
            ? AnalysisSet.OBSERVED
            : asked.populations().getFirst();
    EndpointAnalysis.Question drawn =
        new EndpointAnalysis.Question(
            asked.study(),
            asked.measure(),
            asked.baseline(),
            asked.visits(),
            List.of(set),
            asked.strata(),
            asked.correlate(),
            asked.responder(),
            false);
    if (figure == EndpointFigure.SUBJECTS) {
      disclosure.requireSubjects("figure=subjects");
      return EndpointFigure.of(set, analysis.courses(drawn)).svg();
    }
    return figure.of(analysis.analyse(drawn, disclosure.ofEverybody())).svg();
  }

  /** Whether there is a picture of single subjects for whoever asks. */
  public boolean showsSubjects() {
    return disclosure.ofEverybody().subjects();
  }

  private EndpointAnalysis.Question question(ResourceKey study, OperationArguments arguments) {
    arguments.requireOnly(NAMES);
    read.read(study);
    String measure =
        arguments
            .text("measure")
            .orElseThrow(() ->
                OperationArguments.malformed("measure", "expected it, a token such as mrss-total"));
    oneMeasure("measure", measure);
    arguments.text("figure").ifPresent(EndpointFigure::of);
    List<String> visits = split(arguments.texts("visit"));
    if (visits.size() > VISITS_MAX) {
      throw OperationArguments.malformed(
          "visit", "found " + visits.size() + ", expected at most " + VISITS_MAX);
    }
    List<String> populations = split(arguments.texts("population"));
    List<AnalysisSet> sets =
        populations.isEmpty()
            ? Arrays.asList(AnalysisSet.values())
            : populations.stream().map(AnalysisSet::of).distinct().toList();
    List<Criterion> strata = arguments.named("stratum").stream().map(this::stratum).toList();
    if (strata.size() > CohortDefinition.CRITERIA_MAX) {
      throw OperationArguments.malformed(
          "stratum",
          "found " + strata.size() + ", expected at most " + CohortDefinition.CRITERIA_MAX);
    }
    Set<String> names = new LinkedHashSet<>(List.of(EndpointTable.ALL));
    for (Criterion stratum : strata) {
      if (!names.add(stratum.name())) {
        throw OperationArguments.malformed("stratum", "found '" + stratum.name() + "' twice");
      }
    }
    return new EndpointAnalysis.Question(
        study,
        measure,
        arguments.text("baseline").orElse(EndpointAnalysis.BASELINE),
        visits,
        sets,
        strata,
        arguments.text("correlate").map(token -> oneMeasure("correlate", token)),
        arguments
            .text("responder")
            .map(text -> OptionalDouble.of(number(text)))
            .orElseGet(OptionalDouble::empty),
        false);
  }

  private static String oneMeasure(String name, String token) {
    if (token.contains(",") || token.endsWith("|")) {
      throw OperationArguments.malformed(
          name, "found '" + token + "', expected the code of one measure");
    }
    return token;
  }

  private static double number(String text) {
    if (!text.matches("[+-]?\\d{1,12}(\\.\\d{1,9})?")) {
      throw OperationArguments.malformed(
          "responder", "found '" + text + "', expected a change such as -5");
    }
    return Double.parseDouble(text);
  }

  private Criterion stratum(ParametersParameterComponent given) {
    if (!given.hasPart()) {
      return CohortOperation.criterion(given);
    }
    OperationArguments parts = new OperationArguments(given.getPart());
    parts.requireOnly(Set.of("name", "criterion"));
    List<ParametersParameterComponent> criteria = parts.named("criterion");
    if (criteria.size() != 1) {
      throw OperationArguments.malformed(
          "stratum", "found " + criteria.size() + " parts 'criterion', expected one");
    }
    Criterion criterion = CohortOperation.criterion(criteria.getFirst());
    return new Criterion(
        parts.text("name").orElse(criterion.name()),
        criterion.type(),
        criterion.parameters(),
        criterion.visit(),
        criterion.change(),
        criterion.excludes());
  }

  /** In a URL several may stand in one parameter, separated by commas. */
  private static List<String> split(List<String> texts) {
    return texts.stream()
        .flatMap(text -> Arrays.stream(text.split(",", -1)))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .distinct()
        .toList();
  }

  /** One row for each population, stratum and visit. */
  public static Table csv(EndpointTable table) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Row row : table.rows()) {
      List<@Nullable Object> cells = new ArrayList<>();
      cells.add(row.population().code());
      cells.add(row.stratum());
      cells.add(row.visit());
      cells.add(row.change().n());
      for (double number :
          new double[] {
            row.baseline().mean(),
            row.baseline().sd(),
            row.atVisit().mean(),
            row.atVisit().sd(),
            row.change().mean(),
            row.change().sd(),
            row.changeCiLow(),
            row.changeCiHigh(),
            row.percentChange().mean(),
            row.pairedT().p(),
            row.wilcoxon().p(),
            row.baseline().median(),
            row.baseline().q1(),
            row.baseline().q3(),
            row.atVisit().median(),
            row.atVisit().q1(),
            row.atVisit().q3(),
            row.change().median(),
            row.change().q1(),
            row.change().q3(),
            row.percentChange().sd()
          }) {
        cells.add(Double.isFinite(number) ? number : null);
      }
      cells.add(table.unit());
      cells.add(row.correlation().map(Test::statistic).filter(Double::isFinite).orElse(null));
      cells.add(row.correlation().map(Test::p).filter(Double::isFinite).orElse(null));
      cells.add(row.responders().isPresent() ? row.responders().getAsInt() : null);
      rows.add(cells);
    }
    return new Table(COLUMNS, rows);
  }

  /** Populations and results in the shape of published ones. */
  public Bundle bundle(ResourceKey study, OperationArguments arguments, EndpointTable table) {
    return new EndpointBundle(study, arguments.text("measure").orElseThrow(), table, ids).bundle();
  }
}
