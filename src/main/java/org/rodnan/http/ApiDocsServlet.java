package org.rodnan.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI document, and Swagger UI that shows it: {@code /api-docs} and {@code /swagger-ui/}
 * below the base. The page's files come from the class path, none from another host.
 */
final class ApiDocsServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** Where Swagger UI's own files are. */
  private static final String JAR = "META-INF/maven/org.webjars/swagger-ui/pom.properties";

  private static final String FILES = "META-INF/resources/webjars/swagger-ui/";
  private static final String PAGE = "index.html";

  /** In the place of the one that shows an example of another host. */
  private static final String INITIALIZER = "swagger-initializer.js";

  private static final String POLICY =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "png", "image/png");

  private final transient Supplier<byte[]> document;
  private final transient byte[] initializer;
  private final String folder;

  /**
   * @param document in OpenAPI, as JSON, as it is now
   */
  ApiDocsServlet(Supplier<byte[]> document) {
    this.document = document;
    this.initializer =
        """
        window.onload = function() {
          window.ui = SwaggerUIBundle({
            url: "../api-docs",
            dom_id: "#swagger-ui",
            deepLinking: true,
            docExpansion: "none",
            filter: true,
            validatorUrl: null,
            presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
            layout: "StandaloneLayout"
          });
        };
        """
            .getBytes(StandardCharsets.UTF_8);
    this.folder = FILES + version() + "/";
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream in = resource(JAR)) {
      if (in == null) {
        throw new IllegalStateException("Swagger UI is not on the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  private static @Nullable InputStream resource(String name) {
    return ApiDocsServlet.class.getClassLoader().getResourceAsStream(name);
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (request.getServletPath().endsWith("/api-docs")) {
      send(response, "application/json;charset=utf-8", document.get());
      return;
    }
    String path = Optional.ofNullable(request.getPathInfo()).orElse("");
    if (path.isEmpty()) {
      response.sendRedirect(request.getRequestURI() + "/");
      return;
    }
    String file = path.equals("/") ? PAGE : path.substring(1);
    String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
    byte[] content = type == null || !file.matches("[a-z0-9.-]+") ? null : content(file);
    if (content == null) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
      return;
    }
    response.setHeader("Content-Security-Policy", POLICY);
    send(response, type, content);
  }

  private byte @Nullable [] content(String file) throws IOException {
    if (file.equals(INITIALIZER)) {
      return initializer;
    }
    try (InputStream in = resource(folder + file)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  private static void send(HttpServletResponse response, @Nullable String type, byte[] content)
      throws IOException {
    response.setContentType(type);
    response.setContentLength(content.length);
    response.getOutputStream().write(content);
  }

  @Override
  protected void doOptions(HttpServletRequest request, HttpServletResponse response) {
    response.setHeader("Allow", "GET, HEAD, OPTIONS");
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }
}
