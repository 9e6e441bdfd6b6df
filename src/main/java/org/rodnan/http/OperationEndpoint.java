package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Parameters;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.EverythingOperation;
import org.rodnan.operation.Operations;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest.Parameter;

/** The operations by their names (R4, operations.html). */
final class OperationEndpoint {
  private final Operations operations;

  OperationEndpoint(Operations operations) {
    this.operations = operations;
  }

  Answer answer(Target.Operation target, FhirRequest request) {
    return switch (target.operation()) {
      case EVERYTHING -> everything(request, target.key().orElseThrow());
      case LASTN -> lastn(request);
      case META -> meta(request, target.key().orElseThrow());
      case META_ADD -> metaAdd(request, target.key().orElseThrow());
      case META_DELETE -> metaDelete(request, target.key().orElseThrow());
      case VALIDATE -> validate(request, target.type().orElseThrow(), target.key());
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

  private Answer lastn(FhirRequest request) {
    SearchPage page =
        operations.lastn().lastn(request.input().values(), request.preferences().lenient());
    return Answer.of(200, request.bundles().searchset("/Observation/$lastn", page));
  }

  private Answer meta(FhirRequest request, ResourceKey key) {
    request.input().requireOnly(Set.of());
    return meta(operations.meta().meta(key));
  }

  private Answer metaAdd(FhirRequest request, ResourceKey key) {
    return meta(
        operations
            .meta()
            .add(key, givenMeta(request), request.header("If-Match"), request.origin()));
  }

  private Answer metaDelete(FhirRequest request, ResourceKey key) {
    return meta(
        operations
            .meta()
            .delete(key, givenMeta(request), request.header("If-Match"), request.origin()));
  }

  private static Meta givenMeta(FhirRequest request) {
    OperationInput input = request.input();
    input.requireOnly(Set.of("meta"));
    return input
        .value("meta", Meta.class)
        .orElseThrow(() -> new FhirFailure.Malformed("There is no parameter 'meta'", "meta"));
  }

  private static Answer meta(Meta meta) {
    Parameters parameters = new Parameters();
    parameters.addParameter().setName("return").setValue(meta);
    return Answer.of(
        200,
        JsonBytes.of(
            FhirContexts.r4()
                .newJsonParser()
                .encodeResourceToString(parameters)
                .getBytes(StandardCharsets.UTF_8)));
  }

  /** The answer is 200 whatever the verdict (R4, resource-operation-validate.html). */
  private Answer validate(FhirRequest request, String type, Optional<ResourceKey> key) {
    OperationInput input = request.input();
    input.requireOnly(Set.of("resource", "mode", "profile"));
    Optional<ParsedResource> resource = input.resource("resource");
    if (resource.filter(each -> !each.type().equals(type)).isPresent()) {
      throw new FhirFailure.Malformed(
          "The resource is a " + resource.get().type() + "; expected a " + type,
          resource.get().type());
    }
    return Answer.of(
        200,
        OperationOutcomes.json(
            operations
                .validate()
                .validate(key, resource, input.value("mode"), input.value("profile"))));
  }
}
