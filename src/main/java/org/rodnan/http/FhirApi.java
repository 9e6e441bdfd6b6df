package org.rodnan.http;

import java.util.Optional;

/**
 * The whole interface on one page: which endpoint answers to which method on which target (R4,
 * http.html#summary).
 */
record FhirApi(
    CapabilitiesEndpoint capabilities,
    ReadEndpoint reads,
    CreateEndpoint creates,
    UpdateEndpoint updates,
    PatchEndpoint patches,
    DeleteEndpoint deletes,
    HistoryEndpoint histories,
    SearchEndpoint searches,
    BundleEndpoint bundles,
    OperationEndpoint operations,
    AsyncEndpoint later) {

  /**
   * @param method one of the target's methods
   */
  Answer answer(String method, Target target, FhirRequest request) {
    return switch (target) {
      case Target.SystemRoot root ->
          method.equals("POST")
              ? bundles.process(request)
              : searches.search(request, Optional.empty(), Optional.empty());
      case Target.Metadata metadata -> capabilities.capabilities(request);
      case Target.OfType type ->
          switch (method) {
            case "POST" -> creates.create(request, type.type());
            case "PUT" -> updates.updateWhere(request, type.type());
            case "PATCH" -> patches.patchWhere(request, type.type());
            case "DELETE" -> deletes.deleteWhere(request, type.type());
            default -> searches.search(request, Optional.empty(), Optional.of(type.type()));
          };
      case Target.Instance instance ->
          switch (method) {
            case "PUT" -> updates.update(request, instance.key());
            case "PATCH" -> patches.patch(request, instance.key());
            case "DELETE" -> deletes.delete(request, instance.key());
            default -> reads.read(request, instance.key());
          };
      case Target.Version version -> reads.vread(request, version.key(), version.version());
      case Target.History history -> histories.history(request, history.scope());
      case Target.Search search -> searches.search(request, search.compartment(), search.type());
      case Target.Async async -> later.answer(method, request, async.id());
      case Target.Export export -> operations.exports().answer(method, request, export);
      case Target.Views views -> operations.views().read(request, views.id());
      case Target.Operation operation -> operations.answer(operation, request);
    };
  }
}
