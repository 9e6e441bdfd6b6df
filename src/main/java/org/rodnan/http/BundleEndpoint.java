package org.rodnan.http;

import java.util.Set;
import java.util.function.Supplier;
import org.rodnan.fhir.ParsedBundle;
import org.rodnan.interaction.BundleInteraction;
import org.rodnan.store.Origin;

/**
 * Batch and transaction (R4, http.html#transaction). A client without a preference gets no bodies
 * back: it has just sent them.
 */
final class BundleEndpoint {
  private final BundleInteraction processing;
  private final CurrentCapabilities capabilities;
  private final OperationEndpoint operations;
  private final AsyncJobs jobs;

  BundleEndpoint(
      BundleInteraction processing,
      CurrentCapabilities capabilities,
      OperationEndpoint operations,
      AsyncJobs jobs) {
    this.processing = processing;
    this.capabilities = capabilities;
    this.operations = operations;
    this.jobs = jobs;
  }

  Answer process(FhirRequest request) {
    request.requireParameters(Set.of());
    ParsedBundle body = request.bundle();
    Origin origin = request.origin();
    BundleWriter bundles = request.bundles();
    Preferences.Return wanted = request.preferences().answer().orElse(Preferences.Return.MINIMAL);
    Supplier<JsonBytes> metadata = () -> capabilities.of(request.links().base());
    return jobs.answer(
        request,
        () ->
            Answer.of(
                200,
                bundles.response(
                    processing.process(body, origin, new OperationEntries(operations, bundles)),
                    wanted,
                    metadata)));
  }
}
