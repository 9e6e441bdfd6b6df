package org.rodnan.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The door: each request under the base path comes in here, and its answer leaves here. */
final class FhirServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(FhirServlet.class);

  private final transient RequestReader reader;
  private final transient FhirApi api;
  private final transient ResponseWriter writer;
  private final transient Limits limits;
  private final transient Metrics metrics;

  FhirServlet(
      RequestReader reader, FhirApi api, ResponseWriter writer, Limits limits, Metrics metrics) {
    this.reader = reader;
    this.api = api;
    this.writer = writer;
    this.limits = limits;
    this.metrics = metrics;
  }

  @Override
  protected void service(HttpServletRequest http, HttpServletResponse response) throws IOException {
    long begun = System.nanoTime();
    String requestId = reader.requestId(http);
    response.setHeader("X-Request-Id", requestId);
    String interaction = "none";
    try {
      String path = http.getPathInfo();
      Target target = Routes.target(path == null ? "" : path);
      if (target.methods().contains(http.getMethod())) {
        interaction = target.interaction(http.getMethod());
      }
      answer(http, response, target, requestId);
    } catch (RuntimeException | StackOverflowError e) {
      fail(http, response, requestId, e);
    } finally {
      metrics.answered(interaction, response.getStatus(), System.nanoTime() - begun);
    }
  }

  private void answer(
      HttpServletRequest http, HttpServletResponse response, Target target, String requestId)
      throws IOException {
    String method = http.getMethod();
    if (method.equals("OPTIONS")) {
      allow(response, target);
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return;
    }
    if (!target.methods().contains(method)) {
      allow(response, target);
      throw new FhirFailure.NotAllowed(
          method + " is not offered here; expected one of " + target.methods());
    }
    FhirRequest request = reader.read(http, target, requestId);
    writer.write(api.answer(method, target, request), request.representation(), http, response);
  }

  private static void allow(HttpServletResponse response, Target target) {
    List<String> methods = new ArrayList<>(target.methods());
    methods.add("OPTIONS");
    response.setHeader("Allow", String.join(", ", methods));
  }

  private void fail(
      HttpServletRequest http, HttpServletResponse response, String requestId, Throwable thrown)
      throws IOException {
    Answer answer = OperationOutcomes.answer(thrown, requestId);
    if (answer.status() == HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
      LOG.error("Request {} failed: {} {}", requestId, http.getMethod(), path(http), thrown);
    }
    if (response.isCommitted()) {
      throw new IOException("The answer to request " + requestId + " broke off", thrown);
    }
    boolean isUnread = isUnread(http);
    if (isUnread) {
      response.setHeader("Connection", "close");
    }
    writer.write(answer, RequestReader.representationOfError(http), http, response);
    if (isUnread) {
      response.flushBuffer();
      linger(http);
    }
  }

  /** The path alone: a query may hold a name or a birth date. */
  private static String path(HttpServletRequest http) {
    return http.getRequestURI().replaceAll("\\p{Cntrl}", " ");
  }

  /** Whether there is more of a body that the client is sending without being asked. */
  private static boolean isUnread(HttpServletRequest http) throws IOException {
    boolean hasBody =
        http.getContentLengthLong() > 0 || http.getHeader("Transfer-Encoding") != null;
    return hasBody && http.getHeader("Expect") == null && !http.getInputStream().isFinished();
  }

  /**
   * Reads on for a while after the answer has gone out: a client that sends all before it reads
   * would otherwise see a reset connection instead of the answer (RFC 9112, section 9.6).
   */
  private void linger(HttpServletRequest http) {
    byte[] buffer = new byte[64 * 1024];
    long left = 4L * limits.bodyBytesMax();
    try (InputStream in = http.getInputStream()) {
      for (int read = 0; read >= 0 && left > 0; left -= read) {
        read = in.read(buffer);
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("A client broke off", e);
    }
  }
}
