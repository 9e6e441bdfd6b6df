package org.rodnan.http;

import java.util.Set;
import org.rodnan.interaction.BundleInteraction;
import org.rodnan.interaction.BundleOutcome;

/**
 * Batch and transaction (R4, http.html#transaction). A client without a preference gets no bodies
 * back: it has just sent them.
 */
final class BundleEndpoint {
  private final BundleInteraction processing;
  private final CapabilityDocument capabilities;

  BundleEndpoint(BundleInteraction processing, CapabilityDocument capabilities) {
    this.processing = processing;
    this.capabilities = capabilities;
  }

  Answer process(FhirRequest request) {
    request.requireParameters(Set.of());
    BundleOutcome outcome = processing.process(request.bundle(), request.origin());
    Preferences.Return wanted = request.preferences().answer().orElse(Preferences.Return.MINIMAL);
    return Answer.of(
        200, request.bundles().response(outcome, wanted, capabilities.of(request.links().base())));
  }
}
