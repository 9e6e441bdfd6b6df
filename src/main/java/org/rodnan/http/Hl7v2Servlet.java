package org.rodnan.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.hl7v2.Hl7v2Receiver;
import org.rodnan.hl7v2.Hl7v2Receiver.Received;
import org.rodnan.hl7v2.Hl7v2Receiver.Replayed;
import org.rodnan.store.Origin;

/**
 * {@code POST /hl7v2}: a message of HL7 v2, answered with its acknowledgement. The status is 200
 * for AA, 422 for AE, 400 for AR, and 503 if the sender is to try again. {@code POST
 * /hl7v2/replay[?id=]} tries parked messages again, answered in JSON.
 */
final class Hl7v2Servlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final String TYPE = "application/hl7-v2";
  private static final String REPLAY = "/replay";

  private final transient Hl7v2Receiver receiver;
  private final transient IdGenerator ids;

  Hl7v2Servlet(Hl7v2Receiver receiver, IdGenerator ids) {
    this.receiver = receiver;
    this.ids = ids;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = Optional.ofNullable(request.getPathInfo()).orElse("");
    boolean isReplay = path.equals(REPLAY);
    if (!isReplay && !path.isEmpty() && !path.equals("/")) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
    } else if (!request.getMethod().equals("POST")) {
      response.setHeader("Allow", "POST");
      response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
    } else if (isReplay) {
      replay(request, response);
    } else {
      receive(request, response);
    }
  }

  private Origin origin(HttpServletRequest request) {
    return new Origin(Origin.ANONYMOUS, request.getHeader("User-Agent"), ids.next(), null);
  }

  private void receive(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    byte[] message = request.getInputStream().readNBytes(receiver.messageBytesMax() + 1);
    Received received = receiver.receive(message, origin(request));
    response.setStatus(status(received));
    if (received.busy()) {
      response.setHeader("Retry-After", "1");
    }
    if (!request.getInputStream().isFinished()) {
      response.setHeader("Connection", "close");
    }
    response.setContentType(TYPE);
    response.setContentLength(received.acknowledgement().length);
    response.getOutputStream().write(received.acknowledgement());
  }

  private static int status(Received received) {
    if (received.busy()) {
      return HttpServletResponse.SC_SERVICE_UNAVAILABLE;
    }
    return switch (received.code()) {
      case "AA" -> HttpServletResponse.SC_OK;
      case "AE" -> 422;
      default -> HttpServletResponse.SC_BAD_REQUEST;
    };
  }

  private void replay(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try {
      List<Replayed> replayed =
          receiver.replay(Optional.ofNullable(request.getParameter("id")), origin(request));
      JsonText text = new JsonText().raw("{\"replayed\":[");
      String comma = "";
      for (Replayed each : replayed) {
        text.raw(comma + "{")
            .member("communication", each.id())
            .raw(",")
            .member("controlId", each.received().controlId())
            .raw(",")
            .member("code", each.received().code())
            .raw(",\"problems\":[");
        String inner = "";
        for (String problem : each.received().problems()) {
          text.raw(inner).string(problem);
          inner = ",";
        }
        text.raw("]}");
        comma = ",";
      }
      JsonBytes body = text.raw("]}").toBytes();
      response.setContentType("application/json");
      response.setContentLengthLong(body.length());
      body.writeTo(response.getOutputStream());
    } catch (FhirFailure.NotFound e) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND, e.getMessage());
    } catch (FhirFailure.Malformed e) {
      response.sendError(HttpServletResponse.SC_BAD_REQUEST, e.getMessage());
    } catch (FhirFailure.Busy e) {
      response.setHeader("Retry-After", "1");
      response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, e.getMessage());
    }
  }
}
