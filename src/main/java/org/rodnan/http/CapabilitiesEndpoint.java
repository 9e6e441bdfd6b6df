package org.rodnan.http;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.rodnan.fhir.FhirFailure;

/** Capabilities (R4, http.html#capabilities). */
final class CapabilitiesEndpoint {
  private static final Set<String> MODES = Set.of("full", "normative", "terminology");

  private final CurrentCapabilities document;
  private final Supplier<byte[]> terminology;

  /**
   * @param terminology a TerminologyCapabilities in JSON, as of now: releases may be loaded
   *     meanwhile
   */
  CapabilitiesEndpoint(CurrentCapabilities document, Supplier<byte[]> terminology) {
    this.document = document;
    this.terminology = terminology;
  }

  /** The whole statement, but for the mode of terminology. */
  Answer capabilities(FhirRequest request) {
    request.requireParameters(Set.of("mode"));
    request
        .query()
        .only("mode")
        .filter(mode -> !MODES.contains(mode))
        .ifPresent(mode -> {
          throw new FhirFailure.Malformed(
              "mode is '" + mode + "'; expected full, normative or terminology", "mode");
        });
    if (request.query().only("mode").equals(Optional.of("terminology"))) {
      return Answer.of(
          200,
          JsonBytes.of(
              request
                  .representation()
                  .projection()
                  .apply("TerminologyCapabilities", terminology.get())));
    }
    byte[] whole = document.of(request.links().base()).joined();
    return Answer.of(
        200,
        JsonBytes.of(request.representation().projection().apply("CapabilityStatement", whole)));
  }
}
