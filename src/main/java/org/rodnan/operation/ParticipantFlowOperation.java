package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Disclosure;
import org.rodnan.cohort.ParticipantFlow;
import org.rodnan.cohort.ParticipantFlow.Row;
import org.rodnan.cohort.ParticipantFlow.Verdict;
import org.rodnan.cohort.ParticipantFlowCount;
import org.rodnan.cohort.Subject.Reason;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;

/**
 * {@code $participant-flow} of a study: how many were screened, enrolled, at each visit, completed
 * and withdrew, as numbers and as a CONSORT diagram. Thread safe.
 */
public final class ParticipantFlowOperation {
  private final ParticipantFlowCount flows;
  private final Disclosure disclosure;
  private final ReadInteraction read;

  ParticipantFlowOperation(
      ParticipantFlowCount flows, Disclosure disclosure, ReadInteraction read) {
    this.flows = flows;
    this.disclosure = disclosure;
    this.read = read;
  }

  /**
   * What came out.
   *
   * @param flow as counted
   * @param parameters {@code asOf} and each {@code stage}
   * @param table one stage, or reason of a stage, a row
   * @param svg the diagram, a whole document
   */
  public record Answer(ParticipantFlow flow, Parameters parameters, Table table, String svg) {}

  /**
   * @param arguments none are known
   * @throws FhirFailure.Malformed if there are parameters
   * @throws FhirFailure.NotFound if the study isn't there
   */
  public Answer count(ResourceKey study, OperationArguments arguments) {
    arguments.requireOnly(Set.of());
    String title =
        JsonElements.text(JsonElements.read(read.read(study).json()), "title").orElse(study.id());
    ParticipantFlow flow = flows.count(study, disclosure.ofEverybody());
    return new Answer(
        flow,
        parameters(flow),
        table(flow),
        ConsortDiagram.svg(flow, "Participant flow: " + title));
  }

  private static Table table(ParticipantFlow flow) {
    List<String> columns =
        new ArrayList<>(List.of("stage", "reason", "subjects", "reason_code", "source"));
    columns.addAll(flow.arms());
    columns.addAll(List.of("published", "verdict", "why"));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Row row : flow.rows()) {
      List<@Nullable Object> cells = new ArrayList<>();
      cells.add(row.code());
      cells.add(row.reason().map(Reason::text).orElse(null));
      cells.add(row.subjects());
      cells.add(row.reason().map(Reason::code).orElse(null));
      cells.add(source(row));
      flow.arms().forEach(arm -> cells.add(row.arms().get(arm)));
      cells.add(row.published().orElse(null));
      cells.add(flow.verdict(row).map(Verdict::code).orElse(null));
      cells.add(why(flow, row).orElse(null));
      rows.add(cells);
    }
    return new Table(columns, rows);
  }

  private static String source(Row row) {
    return row.source().name().toLowerCase(Locale.ROOT);
  }

  /** Why there is nothing counted beside what was published. */
  private static Optional<String> why(ParticipantFlow flow, Row row) {
    return row.isPublished()
        ? Optional.of(
            flow.hasRecords()
                ? "Who was screened and didn't enter isn't recorded here."
                : "No subject of this study is here; it is here as it was published.")
        : Optional.empty();
  }

  private static Parameters parameters(ParticipantFlow flow) {
    Parameters answer = new Parameters();
    answer.addParameter("asOf", new DecimalType(flow.position().value()));
    if (flow.countMin() > 1) {
      answer.addParameter("smallCountMin", new IntegerType(flow.countMin()));
    }
    for (Row row : flow.rows()) {
      ParametersParameterComponent stage = answer.addParameter().setName("stage");
      stage.addPart().setName("code").setValue(new CodeType(row.code()));
      stage.addPart().setName("name").setValue(new StringType(row.title()));
      row.reason()
          .ifPresent(reason -> {
            stage.addPart().setName("reason").setValue(new StringType(reason.text()));
            stage.addPart().setName("reasonCode").setValue(new StringType(reason.code()));
          });
      stage.addPart().setName("subjects").setValue(new IntegerType(row.subjects()));
      stage.addPart().setName("source").setValue(new CodeType(source(row)));
      row.arms()
          .forEach((name, subjects) -> {
            ParametersParameterComponent arm = stage.addPart().setName("arm");
            arm.addPart().setName("name").setValue(new StringType(name));
            arm.addPart().setName("subjects").setValue(new IntegerType(subjects));
          });
      row.published()
          .ifPresent(
              number -> stage.addPart().setName("published").setValue(new IntegerType(number)));
      flow.verdict(row)
          .ifPresent(
              verdict -> stage.addPart().setName("verdict").setValue(new CodeType(verdict.code())));
      why(flow, row).ifPresent(why -> stage.addPart().setName("why").setValue(new StringType(why)));
    }
    return answer;
  }
}
