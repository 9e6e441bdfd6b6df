package org.rodnan.http;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ValidateInteraction;
import org.rodnan.operation.EverythingOperation;
import org.rodnan.operation.Operations;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest.Parameter;

/** The operations by their names (R4, operations.html). */
final class OperationEndpoint {
  private final Operations operations;
  private final ValidateInteraction validating;

  OperationEndpoint(Operations operations, ValidateInteraction validating) {
    this.operations = operations;
    this.validating = validating;
  }

  Answer answer(Target.Operation target, FhirRequest request) {
    return switch (target.operation()) {
      case EVERYTHING -> everything(request, target.key().orElseThrow());
      case VALIDATE -> validate(request, target.type().orElseThrow());
    };
  }

  private Answer everything(FhirRequest request, ResourceKey key) {
    EverythingOperation everything = operations.everything();
    String path = "/" + key + "/$everything";
    Optional<String> cursor = request.query().first(BundleWriter.CURSOR);
    if (cursor.isPresent()) {
      request.requireParameters(Set.of(BundleWriter.CURSOR));
      SearchPage page = everything.next(key, cursor.get());
      return Answer.of(200, request.bundles().searchset(path, cursor.get(), page));
    }
    List<Parameter> parameters = request.input().values();
    return Answer.of(
        200, request.bundles().searchset(path, everything.everything(key, parameters)));
  }

  /** The answer is 200 whatever the verdict (R4, resource-operation-validate.html). */
  private Answer validate(FhirRequest request, String type) {
    request.requireParameters(Set.of());
    ParsedResource resource = request.body();
    if (!resource.type().equals(type)) {
      throw new FhirFailure.Malformed(
          "The body is a " + resource.type() + "; expected a " + type, resource.type());
    }
    return Answer.of(200, OperationOutcomes.json(validating.validate(resource)));
  }
}
