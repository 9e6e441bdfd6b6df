package org.rodnan.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.store.Origin;

/** Takes from an HTTP request what FHIR has to say about it. Thread safe. */
final class RequestReader {
  private static final int TEXT_LENGTH_MAX = 200;
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:\\-]{1,64}");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final RequestBody bodies;
  private final IdGenerator ids;
  private final Optional<String> fixedBase;

  /**
   * @param fixedBase the base URL of all links; empty to take it from each request
   */
  RequestReader(RequestBody bodies, IdGenerator ids, Optional<String> fixedBase) {
    this.bodies = bodies;
    this.ids = ids;
    this.fixedBase = fixedBase;
  }

  /** The client's {@code X-Request-Id} if it is 1 to 64 plain characters, otherwise a new one. */
  String requestId(HttpServletRequest http) {
    String given = http.getHeader("X-Request-Id");
    return given != null && REQUEST_ID.matcher(given).matches() ? given : ids.next();
  }

  /**
   * @throws FhirFailure if the parameters, the form or the wanted representation can't be
   *     understood
   */
  FhirRequest read(HttpServletRequest http, Target target, String requestId) {
    QueryParameters query = query(http);
    if (target instanceof Target.Search && http.getMethod().equals("POST")) {
      query = query.and(bodies.form(http));
    }
    return new FhirRequest(
        http,
        query,
        representation(http, target, query),
        Preferences.parse(FhirRequest.values(http.getHeaders("Prefer"))),
        new Links(fixedBase.orElseGet(() -> base(http))),
        origin(http, requestId),
        bodies);
  }

  private static Representation representation(
      HttpServletRequest http, Target target, QueryParameters query) {
    if (target instanceof Target.Export
        || target instanceof Target.Operation operation && operation.operation().hasFormats()) {
      return Representation.DEFAULT;
    }
    try {
      return Negotiation.negotiate(FhirRequest.values(http.getHeaders("Accept")), query);
    } catch (FhirFailure.NotAcceptable e) {
      List<String> accept = FhirRequest.values(http.getHeaders("Accept"));
      if (target instanceof Target.Operation operation
          && AnswerForm.of(accept, query) != AnswerForm.RESOURCE
          && operation.operation().has(AnswerForm.of(accept, query))) {
        // What is wrong with it is told as a resource.
        return Representation.DEFAULT;
      }
      if (isBinary(target) && !query.has("_format")) {
        return Negotiation.negotiate(List.of(), query);
      }
      throw e;
    }
  }

  /** Whether it can go out in whatever media type it has. */
  private static boolean isBinary(Target target) {
    return switch (target) {
      case Target.OfType type -> RawBinary.isType(type.type());
      case Target.Instance instance -> RawBinary.isType(instance.key().type());
      case Target.Version version -> RawBinary.isType(version.key().type());
      default -> false;
    };
  }

  /** The representation of an error, whatever else is wrong with the request. */
  static Representation representationOfError(HttpServletRequest http) {
    QueryParameters query;
    try {
      query = query(http);
    } catch (FhirFailure e) {
      query = new QueryParameters(List.of());
    }
    return Negotiation.orDefault(FhirRequest.values(http.getHeaders("Accept")), query);
  }

  private static QueryParameters query(HttpServletRequest http) {
    String query = http.getQueryString();
    return query == null ? new QueryParameters(List.of()) : QueryParameters.parse(query);
  }

  private static String base(HttpServletRequest http) {
    String scheme = http.getScheme();
    int port = http.getServerPort();
    boolean isDefault = port == (scheme.equals("https") ? 443 : 80);
    return scheme
        + "://"
        + http.getServerName()
        + (isDefault ? "" : ":" + port)
        + http.getContextPath()
        + http.getServletPath();
  }

  private static Origin origin(HttpServletRequest http, String requestId) {
    return new Origin(
        Origin.ANONYMOUS,
        text(http.getHeader("User-Agent")),
        requestId,
        text(http.getHeader("X-Reason")));
  }

  private static @Nullable String text(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return null;
    }
    String text = CONTROL.matcher(header).replaceAll(" ").strip();
    return text.length() <= TEXT_LENGTH_MAX ? text : text.substring(0, TEXT_LENGTH_MAX);
  }
}
