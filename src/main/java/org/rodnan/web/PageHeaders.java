package org.rodnan.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** What every answer to a browser says about itself. */
final class PageHeaders {
  /**
   * Our own stylesheet, pictures and script modules, forms that lead to our own pages, and no page
   * of others around ours.
   */
  private static final String POLICY =
      "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private PageHeaders() {}

  static void set(HttpServletResponse response) {
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("X-Content-Type-Options", "nosniff");
  }

  /** Whether the method is one that pages have; if not, the answer has been given. */
  static boolean isReading(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getMethod().equals("GET") || request.getMethod().equals("HEAD")) {
      return true;
    }
    response.setHeader("Allow", "GET, HEAD");
    response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
    return false;
  }
}
