package org.rodnan.interaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.Binary;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleEntryComponent;
import org.hl7.fhir.r4.model.Bundle.BundleEntryRequestComponent;
import org.hl7.fhir.r4.model.Bundle.HTTPVerb;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedBundle.EntryResource;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.search.SearchRequest;
import org.rodnan.store.HistoryScope;

/**
 * One entry of a batch or transaction as the client wrote it.
 *
 * @param index its place in the Bundle
 * @param body its resource, which may be one that can't be read
 */
record BundleEntry(
    int index, Optional<String> fullUrl, BundleEntryRequestComponent request, EntryResource body) {
  /** Where it stands, as FHIRPath. */
  String path() {
    return "Bundle.entry[" + index + "]";
  }

  /** All entries in order. */
  static List<BundleEntry> of(Bundle bundle, List<EntryResource> resources) {
    List<BundleEntry> entries = new ArrayList<>();
    for (int i = 0; i < bundle.getEntry().size(); i++) {
      BundleEntryComponent entry = bundle.getEntry().get(i);
      entries.add(
          new BundleEntry(
              i, Optional.ofNullable(entry.getFullUrl()), entry.getRequest(), resources.get(i)));
    }
    return entries;
  }

  /** The resource, if there is one that can be read. */
  Optional<ParsedResource> resource() {
    return body instanceof EntryResource.Readable readable
        ? Optional.of(readable.resource())
        : Optional.empty();
  }

  /**
   * What is asked for.
   *
   * @throws FhirFailure.Malformed if the resource can't be read, or method, url and resource don't
   *     make an interaction
   */
  EntryRequest read() {
    if (body instanceof EntryResource.Unreadable unreadable) {
      throw unreadable.failure();
    }
    HTTPVerb method = request.getMethod();
    if (method == null || !request.hasUrl()) {
      throw malformed("request.method and request.url are required", "request");
    }
    String url =
        request.getUrl().startsWith("/") ? request.getUrl().substring(1) : request.getUrl();
    int question = url.indexOf('?');
    String path = question < 0 ? url : url.substring(0, question);
    String query = question < 0 ? "" : url.substring(question + 1);
    return switch (method) {
      case POST -> isOperation(path) ? postToOperation(path, query) : create(path, query);
      case PUT -> update(path, query);
      case PATCH -> patch(path, query);
      case DELETE -> delete(path, query);
      case GET, HEAD -> get(path, query);
      default ->
          throw malformed("the method " + method + " is not supported here", "request.method");
    };
  }

  private static boolean isOperation(String path) {
    return path.substring(path.lastIndexOf('/') + 1).startsWith("$");
  }

  private EntryRequest postToOperation(String path, String query) {
    int name = path.lastIndexOf('/') + 1;
    return switch (path.substring(name)) {
      case "$meta-add" -> changeMeta(path.substring(0, name), true);
      case "$meta-delete" -> changeMeta(path.substring(0, name), false);
      default -> operate(true, path, query);
    };
  }

  private EntryRequest operate(boolean isPost, String path, String query) {
    return new EntryRequest.Operate(
        new EntryOperations.Call(isPost, path, Criteria.parameters(query), resource()));
  }

  /** It is a patch, so it can be part of a transaction. */
  private EntryRequest changeMeta(String before, boolean adds) {
    ResourceKey key = key(before.isEmpty() ? before : before.substring(0, before.length() - 1));
    List<ParametersParameterComponent> given =
        resource()
            .map(ParsedResource::resource)
            .filter(Parameters.class::isInstance)
            .map(body -> ((Parameters) body).getParameter())
            .orElse(List.of());
    if (given.size() != 1
        || !"meta".equals(given.getFirst().getName())
        || !(given.getFirst().getValue() instanceof Meta meta)) {
      throw malformed("expected Parameters with one parameter, 'meta', of type Meta", "resource");
    }
    return new EntryRequest.PatchAt(
        key,
        adds ? Patch.addingMeta(meta) : Patch.removingMeta(meta),
        Optional.ofNullable(request.getIfMatch()));
  }

  private EntryRequest create(String path, String query) {
    if (path.contains("/") || path.isEmpty() || path.startsWith("$") || !query.isEmpty()) {
      throw malformed(
          "POST to '" + request.getUrl() + "'; expected a resource type", "request.url");
    }
    return new EntryRequest.Create(
        ResourceTypes.require(path),
        body(path),
        Optional.ofNullable(request.getIfNoneExist()).map(text -> Criteria.parse(path, text)));
  }

  private EntryRequest update(String path, String query) {
    Optional<String> ifMatch = Optional.ofNullable(request.getIfMatch());
    if (!query.isEmpty()) {
      return new EntryRequest.UpdateWhere(
          Criteria.parse(ResourceTypes.require(path), query), body(path), ifMatch);
    }
    ResourceKey key = key(path);
    ParsedResource resource = body(key.type());
    Preparation.requireId(key, resource);
    return new EntryRequest.Update(
        key, resource, ifMatch, Optional.ofNullable(request.getIfNoneMatch()));
  }

  private EntryRequest patch(String path, String query) {
    Optional<String> ifMatch = Optional.ofNullable(request.getIfMatch());
    return query.isEmpty()
        ? new EntryRequest.PatchAt(key(path), patch(), ifMatch)
        : new EntryRequest.PatchWhere(
            Criteria.parse(ResourceTypes.require(path), query), patch(), ifMatch);
  }

  /** Parameters are a FHIRPath Patch; other patches come in a Binary (R4, http.html#patch). */
  private Patch patch() {
    ParsedResource body =
        resource().orElseThrow(() -> malformed("the patch is missing", "resource"));
    if (!(body.resource() instanceof Binary binary)) {
      return Patch.fhirPath(body);
    }
    byte[] document = binary.hasData() ? binary.getData() : new byte[0];
    String type = String.valueOf(binary.getContentType());
    int parameters = type.indexOf(';');
    return switch ((parameters < 0 ? type : type.substring(0, parameters)).strip()) {
      case "application/json-patch+json" -> Patch.json(document);
      case "application/xml-patch+xml" -> Patch.xml(document);
      default ->
          throw malformed(
              "the Binary is "
                  + type
                  + "; expected application/json-patch+json or application/xml-patch+xml",
              "resource");
    };
  }

  private EntryRequest delete(String path, String query) {
    List<SearchRequest.Parameter> criteria = new ArrayList<>(Criteria.parameters(query));
    boolean cascades =
        DeleteInteraction.cascades(
            criteria.stream()
                .filter(each -> each.name().equals(DeleteInteraction.CASCADE))
                .toList());
    criteria.removeIf(each -> each.name().equals(DeleteInteraction.CASCADE));
    return path.contains("/") && criteria.isEmpty()
        ? new EntryRequest.Delete(key(path), Optional.ofNullable(request.getIfMatch()), cascades)
        : new EntryRequest.DeleteWhere(
            new Criteria(ResourceTypes.require(path), criteria), cascades);
  }

  private EntryRequest get(String path, String query) {
    String[] parts = path.isEmpty() ? new String[0] : path.split("/", -1);
    if (isOperation(path)) {
      return operate(false, path, query);
    }
    if (path.equals("metadata")) {
      return new EntryRequest.Capabilities();
    }
    if (parts.length > 0 && parts[parts.length - 1].equals("_history")) {
      return new EntryRequest.History(history(parts, query));
    }
    if (parts.length == 4 && parts[2].equals("_history")) {
      requireNothingAsked(query);
      return new EntryRequest.Vread(key(parts[0] + "/" + parts[1]), parts[3]);
    }
    if (parts.length == 2 && ResourceKey.isId(parts[1])) {
      requireNothingAsked(query);
      return new EntryRequest.Read(key(path), Optional.ofNullable(request.getIfNoneMatch()));
    }
    return new EntryRequest.Search(search(parts, query));
  }

  /** The form of the Bundle is that of all that it holds. */
  private void requireNothingAsked(String query) {
    for (SearchRequest.Parameter parameter : Criteria.parameters(query)) {
      switch (parameter.name()) {
        case "_format", "_pretty" -> {
          // The Bundle itself was asked for in some form.
        }
        case "_summary", "_elements" ->
            throw malformed(
                "a read in a Bundle takes no '"
                    + parameter.name()
                    + "'; expected it in the URL to which the Bundle is posted",
                "request.url");
        default ->
            throw malformed(
                "'" + parameter.name() + "' is no parameter of a read; expected none",
                "request.url");
      }
    }
  }

  private SearchRequest search(String[] parts, String query) {
    List<SearchRequest.Parameter> parameters = Criteria.parameters(query);
    return switch (parts.length) {
      case 0 -> new SearchRequest(List.of(), Optional.empty(), parameters, false);
      case 1 ->
          new SearchRequest(
              List.of(ResourceTypes.require(parts[0])), Optional.empty(), parameters, false);
      case 3 ->
          new SearchRequest(
              parts[2].equals("*") ? List.of() : List.of(ResourceTypes.require(parts[2])),
              Optional.of(key(parts[0] + "/" + parts[1])),
              parameters,
              false);
      default ->
          throw malformed(
              "GET of '" + request.getUrl() + "' is no read, search or history", "request.url");
    };
  }

  private HistoryRequest history(String[] parts, String query) {
    HistoryScope scope =
        switch (parts.length) {
          case 1 -> new HistoryScope.OfSystem();
          case 2 -> new HistoryScope.OfType(ResourceTypes.require(parts[0]));
          case 3 -> new HistoryScope.OfInstance(key(parts[0] + "/" + parts[1]));
          default -> throw malformed("'" + request.getUrl() + "' is no history", "request.url");
        };
    return HistoryRequest.of(scope, Criteria.parameters(query));
  }

  private ResourceKey key(String path) {
    ResourceKey key =
        ResourceKey.parse(path)
            .filter(parsed -> parsed.toString().equals(path))
            .orElseThrow(
                () -> malformed("'" + request.getUrl() + "'; expected Type/id", "request.url"));
    ResourceTypes.require(key.type());
    return key;
  }

  private ParsedResource body(String type) {
    ParsedResource found =
        resource().orElseThrow(() -> malformed("the resource is missing", "resource"));
    Preparation.requireType(type, found);
    return found;
  }

  private FhirFailure malformed(String what, String element) {
    String at = path() + "." + element;
    return new FhirFailure.Malformed(IssueType.INVALID, at + ": " + what, at);
  }
}
