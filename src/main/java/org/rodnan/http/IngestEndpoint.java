package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.ingest.Ingest;
import org.rodnan.ingest.IngestReport;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.operation.Table;

/** {@code $ingest?source=}: a file as the body, a report as the answer. */
final class IngestEndpoint {
  /** The counts are exact; of what is told one by one so many are enough for people. */
  private static final int TOLD_MAX = 100;

  /** How much larger than the body its files may be, unpacked. */
  private static final long UNPACKED_MAX = 10;

  private static final List<String> COLUMNS =
      List.of("file", "line", "action", "type", "id", "reason");

  private final Ingest ingest;
  private final Limits limits;

  IngestEndpoint(Ingest ingest, Limits limits) {
    this.ingest = ingest;
    this.limits = limits;
  }

  Answer ingest(OperationCall call) {
    OperationInput input = call.input();
    input.requireOnly(Set.of("source", "file", "content"));
    byte[] content = Base64.getDecoder().decode(input.text("content").orElse(""));
    String source = input.text("source").orElse("");
    String file = input.text("file").orElse("body");
    IngestReport report =
        switch (source) {
          case "fhir" -> ingest.fhir(file, content, call.origin());
          case "sdtm" -> ingest.sdtm(content, UNPACKED_MAX * limits.bodyBytesMax(), call.origin());
          default ->
              throw new FhirFailure.Malformed(
                  IssueType.NOTSUPPORTED,
                  "source is '" + source + "'; expected fhir or sdtm",
                  "source");
        };
    return call.wantsTable()
        ? OperationEndpoint.csv(table(report), "ingest")
        : Answer.of(
            200,
            JsonBytes.of(
                FhirContexts.r4()
                    .newJsonParser()
                    .encodeResourceToString(outcome(report))
                    .getBytes(StandardCharsets.UTF_8)));
  }

  private static Table table(IngestReport report) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Row row : report.rows()) {
      rows.add(
          List.of(row.file(), row.line(), row.action().code(), row.type(), row.id(), row.reason()));
    }
    return new Table(COLUMNS, rows);
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
    List<Row> told =
        report.rows().stream()
            .filter(row -> row.action() == Action.REJECTED || row.action() == Action.LEFT_OUT)
            .toList();
    told.stream()
        .limit(TOLD_MAX)
        .forEach(row ->
            outcome
                .addIssue()
                .setSeverity(
                    row.action() == Action.REJECTED ? IssueSeverity.ERROR : IssueSeverity.WARNING)
                .setCode(IssueType.PROCESSING)
                .setDiagnostics(row.file() + ", line " + row.line() + ": " + row.reason()));
    if (told.size() > TOLD_MAX) {
      outcome
          .addIssue()
          .setSeverity(IssueSeverity.WARNING)
          .setCode(IssueType.INFORMATIONAL)
          .setDiagnostics(
              (told.size() - TOLD_MAX) + " more are not shown; _format=csv has all of them");
    }
    return outcome;
  }
}
