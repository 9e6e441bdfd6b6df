package org.rodnan.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Sends pages and files that are the same for everybody. Each is made at its first use and kept: a
 * site must have a bounded number of paths, and none that a client can make up.
 */
final class PageServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient Function<String, Optional<Content>> site;
  private final transient Map<String, Sent> kept = new ConcurrentHashMap<>();

  /** What stands at a path. */
  record Content(String type, byte[] bytes) {
    static Content page(String html) {
      return new Content("text/html;charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
    }
  }

  private record Sent(Content content, String etag) {}

  /**
   * @param site by path within the servlet, beginning with a slash or empty
   */
  PageServlet(Function<String, Optional<Content>> site) {
    this.site = site;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!PageHeaders.isReading(request, response)) {
      return;
    }
    String path = request.getPathInfo() == null ? "" : request.getPathInfo();
    Sent sent =
        kept.computeIfAbsent(
            path, absent -> site.apply(absent).map(PageServlet::sent).orElse(null));
    if (sent == null) {
      send(request, response, 404, Content.page(notFound()));
      return;
    }
    response.setHeader("ETag", sent.etag());
    if (sent.etag().equals(request.getHeader("If-None-Match"))) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    send(request, response, 200, sent.content());
  }

  private static String notFound() {
    return Layout.page(
        "There is no such page",
        html -> {
          html.open("p").text("The ");
          Layout.link(html, "/ig/", "implementation guide");
          html.text(" lists all that there are in it; ");
          Layout.link(html, "/", "the first page");
          html.text(" leads to everything else.").close();
        });
  }

  private static void send(
      HttpServletRequest request, HttpServletResponse response, int status, Content content)
      throws IOException {
    response.setStatus(status);
    response.setContentType(content.type());
    response.setHeader("Cache-Control", "no-cache");
    PageHeaders.set(response);
    response.setContentLength(content.bytes().length);
    if (!request.getMethod().equals("HEAD")) {
      response.getOutputStream().write(content.bytes());
    }
  }

  private static Sent sent(Content content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.bytes());
      return new Sent(content, '"' + HexFormat.of().formatHex(hash, 0, 16) + '"');
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
