package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.EverythingOperation;
import org.rodnan.operation.OperationArguments;
import org.rodnan.operation.Operations;
import org.rodnan.operation.TerminologyOperations;
import org.rodnan.search.SearchPage;

/** The operations by their names (R4, operations.html). */
final class OperationEndpoint {
  private final Operations operations;
  private final AsyncJobs jobs;

  OperationEndpoint(Operations operations, AsyncJobs jobs) {
    this.operations = operations;
    this.jobs = jobs;
  }

  /** The answer, or if the client prefers that, the address under which it will be. */
  Answer answer(Target.Operation target, FhirRequest request) {
    OperationCall call = request.call(target);
    return jobs.answer(request, () -> answer(call));
  }

  Answer answer(OperationCall call) {
    return switch (call.target().operation()) {
      case CLOSURE, EXPAND, LOOKUP, SUBSUMES, TRANSLATE, VALIDATE_CODE -> terminology(call);
      case EVERYTHING -> everything(call);
      case LASTN -> lastn(call);
      case META -> meta(call);
      case META_ADD -> metaAdd(call);
      case META_DELETE -> metaDelete(call);
      case VALIDATE -> validate(call);
    };
  }

  private Answer everything(OperationCall call) {
    EverythingOperation everything = operations.everything();
    ResourceKey key = call.key();
    String path = "/" + key + "/$everything";
    Optional<String> cursor = call.input().query().first(BundleWriter.CURSOR);
    if (cursor.isPresent()) {
      if (!call.lenient()) {
        call.input().requireOnly(Set.of(BundleWriter.CURSOR));
      }
      SearchPage page = everything.next(key, cursor.get());
      return Answer.of(200, call.bundles().searchset(path, cursor.get(), page));
    }
    return Answer.of(
        200, call.bundles().searchset(path, everything.everything(key, call.input().values())));
  }

  private Answer terminology(OperationCall call) {
    TerminologyOperations terminology = operations.terminology();
    OperationArguments arguments = call.input().arguments();
    Optional<ResourceKey> key = call.target().key();
    Resource answer =
        switch (call.target().operation()) {
          case CLOSURE -> terminology.closure(arguments, call.origin());
          case EXPAND -> terminology.expand(key, arguments);
          case LOOKUP -> terminology.lookup(arguments);
          case SUBSUMES -> terminology.subsumes(key, arguments);
          case TRANSLATE -> terminology.translate(key, arguments);
          case VALIDATE_CODE ->
              terminology.validateCode(call.target().type().orElseThrow(), key, arguments);
          default -> throw new IllegalArgumentException(call.target().operation().code());
        };
    return Answer.of(
        200,
        JsonBytes.of(
            FhirContexts.r4()
                .newJsonParser()
                .encodeResourceToString(answer)
                .getBytes(StandardCharsets.UTF_8)));
  }

  private Answer lastn(OperationCall call) {
    SearchPage page = operations.lastn().lastn(call.input().values(), call.lenient());
    return Answer.of(200, call.bundles().searchset("/Observation/$lastn", page));
  }

  private Answer meta(OperationCall call) {
    call.input().requireOnly(Set.of());
    return meta(operations.meta().meta(call.key()));
  }

  private Answer metaAdd(OperationCall call) {
    return meta(operations.meta().add(call.key(), givenMeta(call), call.ifMatch(), call.origin()));
  }

  private Answer metaDelete(OperationCall call) {
    return meta(
        operations.meta().delete(call.key(), givenMeta(call), call.ifMatch(), call.origin()));
  }

  private static Meta givenMeta(OperationCall call) {
    call.input().requireOnly(Set.of("meta"));
    return call.input()
        .value("meta", Meta.class)
        .orElseThrow(() -> new FhirFailure.Malformed("There is no parameter 'meta'", "meta"));
  }

  private static Answer meta(Meta meta) {
    return Answer.of(200, JsonBytes.of(MetaAnswers.json(meta)));
  }

  /** The answer is 200 whatever the verdict (R4, resource-operation-validate.html). */
  private Answer validate(OperationCall call) {
    OperationInput input = call.input();
    input.requireOnly(Set.of("resource", "mode", "profile"));
    String type = call.target().type().orElseThrow();
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
                .validate(
                    call.target().key(), resource, input.value("mode"), input.value("profile"))));
  }
}
