package org.rodnan.http;

import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.interaction.ValidateInteraction;

/**
 * {@code POST Type/$validate} with the resource itself as the body (R4,
 * resource-operation-validate.html). The answer is 200 whatever the verdict.
 */
final class ValidateEndpoint {
  private final ValidateInteraction validating;

  ValidateEndpoint(ValidateInteraction validating) {
    this.validating = validating;
  }

  Answer validate(FhirRequest request, String type) {
    request.requireParameters(Set.of());
    ParsedResource resource = request.body();
    if (!resource.type().equals(type)) {
      throw new FhirFailure.Malformed(
          "The body is a " + resource.type() + "; expected a " + type, resource.type());
    }
    return Answer.of(200, OperationOutcomes.json(validating.validate(resource)));
  }
}
