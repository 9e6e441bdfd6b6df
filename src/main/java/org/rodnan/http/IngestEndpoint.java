package org.rodnan.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.ingest.Ingest;
import org.rodnan.ingest.IngestReport;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.ingest.Piece;
import org.rodnan.ingest.Source;

/** {@code $ingest?source=}: a file as the body, a report as the answer. */
final class IngestEndpoint {
  private final Ingest ingest;
  private final Upload.Spool spool;

  IngestEndpoint(Ingest ingest, Upload.Spool spool) {
    this.ingest = ingest;
    this.spool = spool;
  }

  /**
   * @param work hears how many bytes or records are done, and may end it between batches
   */
  Answer ingest(OperationCall call, LongWork work) {
    OperationInput input = call.input();
    try (Upload upload = input.upload().orElseGet(() -> inParameters(input))) {
      input.requireOnly(Set.of("source", "file", "content", "provenance"));
      Ingest.Order order =
          new Ingest.Order(
              Source.of(input.text("source").orElse("")),
              named(upload, input),
              input.text("provenance").isEmpty() || input.flag("provenance"));
      try (IngestReport report = ingest.ingest(order, call.origin(), work)) {
        return answer(call, report);
      }
    }
  }

  /** Of an entry of a Bundle, which can hold nothing else than a resource. */
  private Upload inParameters(OperationInput input) {
    String content = input.text("content").orElse("");
    try {
      return spool.take(Base64.getDecoder().decode(content));
    } catch (IllegalArgumentException e) {
      throw new FhirFailure.Malformed("content is not Base64", "content");
    }
  }

  /** A body that is no form has no name but the one that it is given. */
  private static List<Piece> named(Upload upload, OperationInput input) {
    Optional<String> file = input.text("file");
    return upload.pieces().size() == 1 && file.isPresent()
        ? List.of(new Piece(file.get(), upload.pieces().getFirst().path()))
        : upload.pieces();
  }

  /** The report, in the form that is wanted. */
  static Answer answer(OperationCall call, IngestReport report) {
    if (!call.wantsTable()) {
      return Answer.of(
          200,
          JsonBytes.of(
              FhirContexts.r4()
                  .newJsonParser()
                  .encodeResourceToString(outcome(report))
                  .getBytes(StandardCharsets.UTF_8)));
    }
    ByteArrayOutputStream csv = new ByteArrayOutputStream();
    try {
      report.writeCsv(csv);
    } catch (IOException e) {
      throw new FhirFailure.Fault("Writing to memory failed", e);
    }
    return OperationEndpoint.csv(csv.toByteArray(), "ingest");
  }

  private static OperationOutcome outcome(IngestReport report) {
    OperationOutcome outcome = new OperationOutcome();
    StringBuilder counts = new StringBuilder();
    for (Action action : Action.values()) {
      counts.append(counts.isEmpty() ? "" : ", ");
      counts.append(action.code()).append(' ').append(report.count(action));
    }
    outcome
        .addIssue()
        .setSeverity(IssueSeverity.INFORMATION)
        .setCode(IssueType.INFORMATIONAL)
        .setDiagnostics(counts.toString());
    List<Row> told = report.told();
    told.stream()
        .forEach(row ->
            outcome
                .addIssue()
                .setSeverity(
                    row.action() == Action.REJECTED ? IssueSeverity.ERROR : IssueSeverity.WARNING)
                .setCode(IssueType.PROCESSING)
                .setDiagnostics(row.place() + ": " + row.reason()));
    long untold = report.count(Action.REJECTED) + report.count(Action.LEFT_OUT) - told.size();
    if (untold > 0) {
      outcome
          .addIssue()
          .setSeverity(IssueSeverity.WARNING)
          .setCode(IssueType.INFORMATIONAL)
          .setDiagnostics(untold + " more are not shown; _format=csv has all of them");
    }
    return outcome;
  }
}
