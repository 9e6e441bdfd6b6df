package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.ingest.BulkImport;
import org.rodnan.ingest.ImportManifest;
import org.rodnan.ingest.IngestReport;

/** {@code $import}: files that a manifest names are fetched; the report is answered later. */
final class ImportEndpoint {
  private final BulkImport imports;

  ImportEndpoint(BulkImport imports) {
    this.imports = imports;
  }

  /** Takes it on, once the manifest is read and all its files are in allowed places. */
  Answer start(OperationCall call, FhirRequest request, AsyncJobs jobs) {
    if (!request.preferences().async()) {
      throw new FhirFailure.Malformed(
          IssueType.REQUIRED, "$import answers later; expected the header Prefer: respond-async");
    }
    OperationInput input = call.input();
    input.requireOnly(Set.of("manifest", "provenance"));
    boolean isTraced = input.text("provenance").isEmpty() || input.flag("provenance");
    ImportManifest manifest =
        ImportManifest.parse(input.text("manifest").orElse("").getBytes(StandardCharsets.UTF_8));
    imports.requireAllowed(manifest);
    return jobs.answer(
        request,
        work -> {
          try (IngestReport report = imports.take(manifest, isTraced, call.origin(), work)) {
            return IngestEndpoint.answer(call, report);
          }
        });
  }
}
