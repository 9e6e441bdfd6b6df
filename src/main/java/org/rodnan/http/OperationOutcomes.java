package org.rodnan.http;

import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;

/**
 * The one place where a failure becomes an HTTP status and an OperationOutcome (R4,
 * operationoutcome.html and the status codes of http.html). Nothing that a client sends has a
 * status of 500 or more, but for 503 with Retry-After; 507 says that the disk is full.
 */
final class OperationOutcomes {
  private OperationOutcomes() {}

  static int status(FhirFailure failure) {
    return switch (failure) {
      case FhirFailure.Malformed malformed -> 400;
      case FhirFailure.Unauthorized unauthorized -> 401;
      case FhirFailure.Forbidden forbidden -> 403;
      case FhirFailure.NotFound notFound -> 404;
      case FhirFailure.NotAllowed notAllowed -> 405;
      case FhirFailure.NotAcceptable notAcceptable -> 406;
      case FhirFailure.Conflict conflict -> 409;
      case FhirFailure.Gone gone -> 410;
      case FhirFailure.PreconditionFailed preconditionFailed -> 412;
      case FhirFailure.TooLarge tooLarge -> 413;
      case FhirFailure.UnsupportedMedia unsupportedMedia -> 415;
      case FhirFailure.Unprocessable unprocessable -> 422;
      case FhirFailure.Fault fault -> 500;
      case FhirFailure.Busy busy -> 503;
      case FhirFailure.DiskFull full -> 507;
    };
  }

  static Answer answer(FhirFailure failure) {
    Answer answer = Answer.of(status(failure), json(failure.issues()));
    return failure instanceof FhirFailure.Busy busy
        ? answer.with("Retry-After", Long.toString(Math.max(1, busy.retryAfter().toSeconds())))
        : answer;
  }

  /**
   * Anything thrown: a failure as above, an exception of HAPI's or Jetty's by its own status, and
   * all else as the server's own fault, of which the client learns only where to find it.
   */
  static Answer answer(Throwable thrown, String requestId) {
    return switch (thrown) {
      case FhirFailure.Fault fault -> fault(requestId);
      case FhirFailure failure -> answer(failure);
      case HttpException http -> answer(http.getCode(), http.getReason());
      case BaseServerResponseException hapi when hapi.getStatusCode() < 500 ->
          answer(hapi.getStatusCode(), withoutNumber(hapi.getMessage()));
      default -> fault(requestId);
    };
  }

  /**
   * An error that the container noticed.
   *
   * @param status 501 and 505, which blame the request, become 400
   * @param reason may be null or empty
   */
  static Answer answer(int status, @Nullable String reason) {
    int answered =
        status == HttpStatus.NOT_IMPLEMENTED_501
                || status == HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505
            ? HttpStatus.BAD_REQUEST_400
            : status;
    String phrase = HttpStatus.getMessage(status);
    String message =
        reason == null || reason.isBlank() || reason.equals(phrase)
            ? phrase
            : phrase + ": " + reason;
    return Answer.of(answered, json(List.of(Issue.error(code(answered), message + hint(status)))));
  }

  private static Answer fault(String requestId) {
    return Answer.of(
        500,
        json(
            List.of(
                Issue.error(
                    IssueType.EXCEPTION,
                    "The server failed; its log says more under request id " + requestId))));
  }

  private static IssueType code(int status) {
    return switch (status) {
      case 401 -> IssueType.LOGIN;
      case 403 -> IssueType.FORBIDDEN;
      case 404 -> IssueType.NOTFOUND;
      case 405, 406, 415 -> IssueType.NOTSUPPORTED;
      case 408 -> IssueType.TIMEOUT;
      case 413, 414, 431 -> IssueType.TOOLONG;
      case 503 -> IssueType.TRANSIENT;
      default -> status < 500 ? IssueType.INVALID : IssueType.EXCEPTION;
    };
  }

  private static String hint(int status) {
    return switch (status) {
      case HttpStatus.NOT_FOUND_404 -> "; the FHIR interface is under /fhir";
      case HttpStatus.URI_TOO_LONG_414, HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 ->
          "; rodnan.limits.uri-bytes-max is the limit, and a long search can be sent by POST";
      default -> "";
    };
  }

  private static String withoutNumber(@Nullable String message) {
    return message == null ? "" : message.replaceAll("HAPI-\\d+: ", "");
  }

  /** The resource, without id; an empty list of issues becomes one that says that all is well. */
  static JsonBytes json(List<Issue> issues) {
    List<Issue> written =
        issues.isEmpty()
            ? List.of(Issue.information(IssueType.INFORMATIONAL, "No issues found"))
            : issues;
    JsonText text = new JsonText().raw("{\"resourceType\":\"OperationOutcome\",\"issue\":[");
    String separator = "";
    for (Issue issue : written) {
      text.raw(separator + "{")
          .member("severity", issue.severity().name().toLowerCase(Locale.ROOT))
          .raw(",")
          .member("code", issue.code().toCode());
      if (!issue.diagnostics().isEmpty()) {
        text.raw(",").member("diagnostics", issue.diagnostics());
      }
      expression(text, issue.expression());
      text.raw("}");
      separator = ",";
    }
    return text.raw("]}").toBytes();
  }

  private static void expression(JsonText text, List<String> expression) {
    if (expression.isEmpty()) {
      return;
    }
    text.raw(",\"expression\":[");
    String separator = "";
    for (String path : expression) {
      text.raw(separator).string(path);
      separator = ",";
    }
    text.raw("]");
  }
}
