package org.rodnan.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.rodnan.fhir.FhirFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends pages that are made anew for each request, from what the store holds then. */
final class LivePages extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(LivePages.class);

  private final transient Function<PageRequest, Page> site;
  private final transient Optional<String> fixedBase;

  /**
   * @param fixedBase the base URL of the interface; empty to take it from each request
   */
  LivePages(Function<PageRequest, Page> site, Optional<String> fixedBase) {
    this.site = site;
    this.fixedBase = fixedBase;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!PageHeaders.isReading(request, response)) {
      return;
    }
    Page page = page(request, response);
    byte[] body = page.html().getBytes(StandardCharsets.UTF_8);
    response.setStatus(page.status());
    response.setContentType("text/html;charset=utf-8");
    response.setHeader("Cache-Control", "no-store");
    PageHeaders.set(response);
    response.setContentLength(body.length);
    if (!request.getMethod().equals("HEAD")) {
      response.getOutputStream().write(body);
    }
  }

  private Page page(HttpServletRequest request, HttpServletResponse response) {
    try {
      return site.apply(read(request));
    } catch (FhirFailure.Busy busy) {
      response.setHeader("Retry-After", Long.toString(busy.retryAfter().toSeconds() + 1));
      return FailurePage.of(busy);
    } catch (FhirFailure.Fault fault) {
      LOG.error("A page failed", fault);
      return FailurePage.of(fault);
    } catch (FhirFailure failure) {
      return FailurePage.of(failure);
    }
  }

  private PageRequest read(HttpServletRequest request) {
    return new PageRequest(
        segments(request.getRequestURI()),
        parameters(request),
        fixedBase.orElseGet(() -> {
          String url = request.getRequestURL().toString();
          return url.substring(0, url.length() - request.getRequestURI().length()) + "/fhir";
        }));
  }

  private static List<String> segments(String path) {
    return Arrays.stream(path.split("/"))
        .filter(segment -> !segment.isEmpty())
        .map(segment -> decoded(segment.replace("+", "%2B")))
        .toList();
  }

  private static Map<String, List<String>> parameters(HttpServletRequest request) {
    try {
      Map<String, List<String>> parameters = new HashMap<>();
      request.getParameterMap().forEach((name, values) -> parameters.put(name, List.of(values)));
      return parameters;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new FhirFailure.Malformed("The address isn't well encoded: " + e.getMessage());
    } catch (RuntimeException e) {
      // Jetty's failures of decoding have no type in common that a servlet can name.
      LOG.debug("A query was not decoded", e);
      throw new FhirFailure.Malformed("The part of the address after the ? isn't well encoded");
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new FhirFailure.Malformed("The address isn't well encoded: found '" + text + "'");
    }
  }
}
