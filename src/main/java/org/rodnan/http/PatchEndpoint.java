package org.rodnan.http;

import java.util.Set;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.PatchInteraction;

/** Patch and conditional patch (R4, http.html#patch). */
final class PatchEndpoint {
  private final PatchInteraction patching;

  PatchEndpoint(PatchInteraction patching) {
    this.patching = patching;
  }

  Answer patch(FhirRequest request, ResourceKey key) {
    request.requireParameters(Set.of());
    return WriteAnswers.answer(
        patching.patch(key, request.patch(), request.header("If-Match"), request.origin()),
        request);
  }

  Answer patchWhere(FhirRequest request, String type) {
    return WriteAnswers.answer(
        patching.patchWhere(
            type,
            request.query().criteria(),
            request.patch(),
            request.header("If-Match"),
            request.origin()),
        request);
  }
}
