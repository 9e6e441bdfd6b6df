package org.rodnan.http;

import java.util.Optional;
import java.util.Set;
import org.rodnan.interaction.CreateInteraction;

/** Create and conditional create (R4, http.html#create and #ccreate). */
final class CreateEndpoint {
  private final CreateInteraction creating;

  CreateEndpoint(CreateInteraction creating) {
    this.creating = creating;
  }

  Answer create(FhirRequest request, String type) {
    request.requireParameters(Set.of());
    return WriteAnswers.answer(
        creating.create(
            type,
            request.body(type, Optional.empty()),
            request.header("If-None-Exist"),
            request.origin()),
        request);
  }
}
