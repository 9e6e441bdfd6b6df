package org.rodnan.http;

import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.UpdateInteraction;

/** Update, update as create and conditional update (R4, http.html#update and #cond-update). */
final class UpdateEndpoint {
  private final UpdateInteraction updating;

  UpdateEndpoint(UpdateInteraction updating) {
    this.updating = updating;
  }

  Answer update(FhirRequest request, ResourceKey key) {
    request.requireParameters(Set.of());
    return WriteAnswers.answer(
        updating.update(
            key,
            request.body(key.type(), Optional.of(key.id())),
            request.header("If-Match"),
            request.header("If-None-Match"),
            request.origin()),
        request);
  }

  Answer updateWhere(FhirRequest request, String type) {
    return WriteAnswers.answer(
        updating.updateWhere(
            type,
            request.query().criteria(),
            request.body(type, Optional.empty()),
            request.header("If-Match"),
            request.origin()),
        request);
  }
}
