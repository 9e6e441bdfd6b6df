package org.rodnan.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Jetty refuses before a servlet sees it, or finds no servlet for, is an OperationOutcome like
 * any other error: a broken request line, headers over the limit, an unknown path. Thread safe.
 */
final class ContainerErrors extends ErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerErrors.class);

  private final IdGenerator ids;

  ContainerErrors(IdGenerator ids) {
    this.ids = ids;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    int status = response.getStatus();
    String message = (String) request.getAttribute(ERROR_MESSAGE);
    Throwable cause = (Throwable) request.getAttribute(ERROR_EXCEPTION);
    if (cause instanceof HttpException http) {
      status = http.getCode();
      message = message == null ? http.getReason() : message;
    }
    String requestId = requestId(response);
    if (status == HttpStatus.INTERNAL_SERVER_ERROR_500) {
      LOG.error("Request {} failed in the container", requestId, cause);
    }
    write(answer(status, message, cause, requestId), request, response, callback);
    return true;
  }

  private static Answer answer(int status, String message, Throwable cause, String requestId) {
    return status == HttpStatus.INTERNAL_SERVER_ERROR_500 && cause != null
        ? OperationOutcomes.answer(cause, requestId)
        : OperationOutcomes.answer(status, message);
  }

  private String requestId(Response response) {
    String given = response.getHeaders().get("X-Request-Id");
    if (given != null) {
      return given;
    }
    String made = ids.next();
    response.getHeaders().put("X-Request-Id", made);
    return made;
  }

  private static void write(Answer answer, Request request, Response response, Callback callback)
      throws Exception {
    Representation representation = representation(request);
    byte[] body =
        answer.body().isEmpty()
            ? new byte[0]
            : ResponseWriter.encode(answer.body().get().joined(), representation);
    response.setStatus(answer.status());
    answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, representation.contentType());
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  private static Representation representation(Request request) {
    try {
      String query = request.getHttpURI().getQuery();
      return Negotiation.orDefault(
          request.getHeaders().getValuesList(HttpHeader.ACCEPT),
          QueryParameters.parse(query == null ? "" : query));
    } catch (FhirFailure | IllegalArgumentException | NullPointerException e) {
      // The request line itself may be what is broken.
      return Representation.DEFAULT;
    }
  }
}
