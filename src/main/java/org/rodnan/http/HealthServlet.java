package org.rodnan.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;
import org.rodnan.fhir.LogPosition;
import org.rodnan.index.IndexStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /health}: whether the server can do its work now, for whoever watches over it. 200 if
 * the store answers and the index follows it, otherwise 503.
 */
final class HealthServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(HealthServlet.class);

  private final transient Supplier<LogPosition> head;
  private final transient Supplier<IndexStatus> index;

  HealthServlet(Supplier<LogPosition> head, Supplier<IndexStatus> index) {
    this.head = head;
    this.index = index;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      response.setHeader("Allow", "GET, HEAD");
      response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
      return;
    }
    JsonText store = new JsonText();
    boolean isStoreUp = store(store);
    JsonText view = new JsonText();
    boolean isIndexUp = index(view);
    boolean isUp = isStoreUp && isIndexUp;
    JsonBytes body =
        new JsonText()
            .raw("{\"status\":\"" + (isUp ? "up" : "down") + "\",\"store\":")
            .stored(store.toBytes())
            .raw(",\"index\":")
            .stored(view.toBytes())
            .raw("}")
            .toBytes();
    response.setStatus(isUp ? 200 : 503);
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    response.setContentLengthLong(body.length());
    body.writeTo(response.getOutputStream());
  }

  private boolean store(JsonText text) {
    try {
      text.raw("{\"status\":\"up\",\"position\":" + head.get() + "}");
      return true;
    } catch (RuntimeException e) {
      LOG.warn("The store doesn't answer", e);
      text.raw("{\"status\":\"down\"}");
      return false;
    }
  }

  private boolean index(JsonText text) {
    return switch (index.get()) {
      case IndexStatus.Current current -> {
        text.raw("{\"status\":\"up\",\"position\":" + current.position() + "}");
        yield true;
      }
      case IndexStatus.Reindexing reindexing -> {
        text.raw("{\"status\":\"up\",\"position\":" + reindexing.position())
            .raw(",\"reindexing\":{\"parameters\":[");
        String comma = "";
        for (String parameter : reindexing.parameters()) {
          text.raw(comma).string(parameter);
          comma = ",";
        }
        text.raw("],\"done\":" + reindexing.done() + ",\"of\":" + reindexing.of() + "}}");
        yield true;
      }
      case IndexStatus.Rebuilding rebuilding -> {
        text.raw("{\"status\":\"rebuilding\",\"done\":" + rebuilding.done())
            .raw(",\"of\":" + rebuilding.of() + "}");
        yield false;
      }
      case IndexStatus.Failed failed -> {
        text.raw("{\"status\":\"down\",").member("reason", failed.reason()).raw("}");
        yield false;
      }
    };
  }
}
