package org.rodnan.http;

import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.interaction.EntryOperations;
import org.rodnan.store.Origin;

/** The operations that entries of a batch or transaction call, by the same routes as requests. */
record OperationEntries(OperationEndpoint operations, BundleWriter bundles)
    implements EntryOperations {
  @Override
  public boolean changes(Call call) {
    Target.Operation target = target(call);
    String method = call.isPost() ? "POST" : "GET";
    if (!target.methods().contains(method)) {
      throw new FhirFailure.NotAllowed(
          method + " of " + call.path() + " is not offered; expected one of " + target.methods());
    }
    return !target.operation().reads();
  }

  @Override
  public byte[] answer(Call call, Origin origin) {
    OperationInput input =
        new OperationInput(
            new QueryParameters(call.parameters()),
            call.isPost() ? call.resource() : Optional.empty());
    return operations
        .answer(
            new OperationCall(
                target(call),
                input,
                call.isPost(),
                false,
                Optional.empty(),
                AnswerForm.RESOURCE,
                List.of(),
                origin,
                bundles))
        .asResource()
        .joined();
  }

  private static Target.Operation target(Call call) {
    return (Target.Operation) Routes.target(call.path());
  }
}
