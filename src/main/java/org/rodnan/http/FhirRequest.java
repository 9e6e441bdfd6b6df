package org.rodnan.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedBundle;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.interaction.Patch;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceVersion;

/**
 * A request as an endpoint sees it: everything about HTTP already read, but for the body of a
 * resource, which is read when it is asked for. For one thread.
 *
 * @param query the parameters of the URL, and of the form after them
 */
record FhirRequest(
    HttpServletRequest http,
    QueryParameters query,
    Representation representation,
    Preferences preferences,
    Links links,
    Origin origin,
    RequestBody bodies) {

  /** The header's value; several of the same name are one list (RFC 9110, section 5.3). */
  Optional<String> header(String name) {
    List<String> values = values(http.getHeaders(name));
    return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
  }

  static List<String> values(@Nullable Enumeration<String> headers) {
    return headers == null ? List.of() : Collections.list(headers);
  }

  /**
   * @throws FhirFailure as {@link RequestBody#resource}
   */
  ParsedResource body() {
    return bodies.resource(http);
  }

  /**
   * The resource to be stored; of a Binary the body may be its content.
   *
   * @param id of the path, if there is one
   * @throws FhirFailure as {@link RequestBody#resource}
   */
  ParsedResource body(String type, Optional<String> id) {
    return RawBinary.isType(type) ? bodies.binary(http, id) : body();
  }

  /**
   * @throws FhirFailure as {@link RequestBody#patch}
   */
  Patch patch() {
    return bodies.patch(http);
  }

  /**
   * The call of an operation; it has a body only if it is a POST, and that may be missing.
   *
   * @throws FhirFailure as {@link RequestBody#input}
   */
  OperationCall call(Target.Operation target) {
    OperationInput input =
        http.getMethod().equals("POST")
            ? switch (target.operation()) {
              case GRAPHQL -> bodies.graphql(http, query);
              case IMPORT -> bodies.manifest(http, query);
              case INGEST -> bodies.files(http, query);
              case INSTALL -> bodies.fhirPackage(http, query);
              case RUN, EXPORT_VIEWS -> bodies.view(http, query);
              default -> bodies.input(http, query);
            }
            : new OperationInput(query, Optional.empty());
    return new OperationCall(
        target,
        input,
        http.getMethod().equals("POST"),
        preferences.lenient(),
        header("If-Match"),
        form(target.operation(), input),
        values(http.getHeaders("Accept")),
        origin,
        bundles());
  }

  /** Operations with but one form may have a parameter of that name for something else. */
  private AnswerForm form(NamedOperation operation, OperationInput input) {
    if (!operation.hasForms()) {
      return AnswerForm.RESOURCE;
    }
    AnswerForm asked =
        AnswerForm.of(values(http.getHeaders("Accept")), input.query().and(input.format()));
    if (!operation.has(asked) && input.format().has("_format")) {
      throw new FhirFailure.NotAcceptable(
          "_format is " + input.format().only("_format").orElse("") + ", which this isn't told in");
    }
    return operation.has(asked) ? asked : AnswerForm.RESOURCE;
  }

  /**
   * The body of a batch or transaction, each entry's resource read by itself.
   *
   * @throws FhirFailure as {@link RequestBody#bundle}
   */
  ParsedBundle bundle() {
    return bodies.bundle(http);
  }

  /**
   * @throws FhirFailure.Malformed if there are other parameters, unless the client wants them
   *     ignored
   */
  void requireParameters(Set<String> names) {
    if (!preferences.lenient()) {
      query.requireOnly(names);
    }
  }

  /** The part of a resource that the client wants. */
  JsonBytes projected(ResourceVersion.Content content) {
    return JsonBytes.of(representation.projection().apply(content.key().type(), content.json()));
  }

  BundleWriter bundles() {
    return new BundleWriter(links, representation.projection(), query.ofTheAnswer());
  }
}
