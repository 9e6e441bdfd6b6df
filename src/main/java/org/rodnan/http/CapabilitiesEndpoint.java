package org.rodnan.http;

import java.util.Set;
import org.rodnan.fhir.FhirFailure;

/** Capabilities (R4, http.html#capabilities). */
final class CapabilitiesEndpoint {
  private static final Set<String> MODES = Set.of("full", "normative", "terminology");

  private final CapabilityDocument document;

  CapabilitiesEndpoint(CapabilityDocument document) {
    this.document = document;
  }

  /** The whole statement in every mode, as the standard leaves to the server. */
  Answer capabilities(FhirRequest request) {
    request.requireParameters(Set.of("mode"));
    request
        .query()
        .first("mode")
        .filter(mode -> !MODES.contains(mode))
        .ifPresent(mode -> {
          throw new FhirFailure.Malformed(
              "mode is '" + mode + "'; expected full, normative or terminology", "mode");
        });
    byte[] whole = document.of(request.links().base()).joined();
    return Answer.of(
        200,
        JsonBytes.of(request.representation().projection().apply("CapabilityStatement", whole)));
  }
}
