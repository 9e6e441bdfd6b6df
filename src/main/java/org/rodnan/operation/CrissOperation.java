package org.rodnan.operation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.course.CoreMeasure;
import org.rodnan.course.Criss;
import org.rodnan.course.CrissAnalysis;
import org.rodnan.course.CrissScore;
import org.rodnan.course.CrissScore.Pair;
import org.rodnan.course.OrganEvent;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;

/**
 * {@code $criss} of a study or a subject: the composite response index of ACR, and the revised one,
 * with what they are made of. Thread safe.
 */
public final class CrissOperation {
  private static final String CONFIRMED = "assume-confirmed";

  private final CrissAnalysis analysis;
  private final Disclosure disclosure;
  private final ReadInteraction read;

  CrissOperation(CrissAnalysis analysis, Disclosure disclosure, ReadInteraction read) {
    this.disclosure = disclosure;
    this.analysis = analysis;
    this.read = read;
  }

  /**
   * @param of a ResearchStudy or ResearchSubject
   * @param arguments {@code baseline}, {@code visit}, a search of reports for each event, tokens
   *     for each measure, {@code assume-confirmed}
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.NotFound if the study or subject isn't there
   * @throws FhirFailure.Forbidden if single subjects may not be shown to whoever asks
   */
  public TableAnswer criss(ResourceKey of, OperationArguments arguments) {
    arguments.requireOnly(names());
    disclosure.requireSubjects("$criss");
    read.read(of);
    Map<CoreMeasure, String> measures = new EnumMap<>(CoreMeasure.class);
    for (CoreMeasure measure : CoreMeasure.values()) {
      measures.put(measure, arguments.text(measure.parameter()).orElse(measure.tokens()));
    }
    Map<OrganEvent, Criterion> reports = new EnumMap<>(OrganEvent.class);
    for (OrganEvent event : OrganEvent.values()) {
      event
          .search()
          .map(search -> arguments.text(named(event.code())).orElse(search))
          .ifPresent(search -> reports.put(event, report(named(event.code()), search)));
    }
    Criss criss =
        analysis.analyse(
            new CrissAnalysis.Question(
                of,
                arguments.text("baseline").orElse(CrissAnalysis.BASELINE),
                arguments.text("visit").orElse(CrissAnalysis.VISIT),
                measures,
                reports,
                arguments.flag(CONFIRMED)));
    return TableAnswer.of(criss.position(), "subject", table(criss));
  }

  private static Criterion report(String name, String search) {
    Criterion criterion = CohortOperation.naming(name, () -> Criterion.parse(search));
    if (!Set.of("AdverseEvent", "Observation", "Condition", "Procedure").contains(criterion.type())
        || criterion.excludes()) {
      throw OperationArguments.malformed(
          name,
          "found '"
              + search
              + "', expected a search of AdverseEvent, Observation, Condition or Procedure");
    }
    return criterion;
  }

  private static String named(String code) {
    return code.replace('_', '-');
  }

  private static Set<String> names() {
    Set<String> names = new HashSet<>(Set.of("baseline", "visit", CONFIRMED));
    Arrays.stream(CoreMeasure.values()).map(CoreMeasure::parameter).forEach(names::add);
    Arrays.stream(OrganEvent.values())
        .filter(each -> each.search().isPresent())
        .forEach(each -> names.add(named(each.code())));
    return names;
  }

  private static Table table(Criss criss) {
    List<String> columns = new ArrayList<>(List.of("subject", "patient", "arm"));
    for (CoreMeasure measure : CoreMeasure.values()) {
      columns.add(measure.code() + "_baseline");
      columns.add(measure.code() + "_visit");
      columns.add(measure.code() + "_change");
    }
    Arrays.stream(OrganEvent.values()).map(OrganEvent::code).forEach(columns::add);
    columns.addAll(
        List.of(
            "step1",
            "sum",
            "probability",
            "responder",
            "why_not",
            "improved_measures",
            "revised_improved"));
    List<List<@Nullable Object>> rows = criss.rows().stream().map(CrissOperation::row).toList();
    return new Table(columns, rows);
  }

  private static List<@Nullable Object> row(Criss.Row each) {
    CrissScore score = each.score();
    List<@Nullable Object> row = new ArrayList<>();
    row.add(each.subject());
    row.add(each.patient());
    row.add(each.arm());
    for (CoreMeasure measure : CoreMeasure.values()) {
      Optional<Pair> pair = score.pair(measure);
      row.add(pair.map(Pair::baseline).orElse(null));
      row.add(pair.map(Pair::then).orElse(null));
      row.add(pair.map(Pair::change).orElse(null));
    }
    for (OrganEvent event : OrganEvent.values()) {
      row.add(score.finding(event).name().toLowerCase(Locale.ROOT));
    }
    row.add(score.isWorse().orElse(null));
    row.add(number(score.sum()));
    row.add(number(score.probability()));
    row.add(score.isResponder().orElse(null));
    row.add(score.whyNot());
    row.add(score.improved());
    row.add(score.isImproved().orElse(null));
    return row;
  }

  private static @Nullable Double number(OptionalDouble number) {
    return number.isPresent() ? Double.valueOf(number.getAsDouble()) : null;
  }
}
