package org.rodnan.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.ee11.webapp.AbstractConfiguration;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.Limits;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Jetty as this server wants it: a bounded pool of platform threads, the limits, no version in its
 * answers, every error an OperationOutcome, and pages of other sites kept away from a server that
 * is its own machine's only.
 */
final class JettyCustomizer implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {
  private static final Duration IDLE_MAX = Duration.ofSeconds(30);

  private final HttpSettings settings;
  private final Limits limits;
  private final ContainerErrors errors;

  JettyCustomizer(HttpSettings settings, Limits limits, ContainerErrors errors) {
    this.settings = settings;
    this.limits = limits;
    this.errors = errors;
  }

  @Override
  public void customize(JettyServletWebServerFactory factory) {
    QueuedThreadPool threads =
        new QueuedThreadPool(settings.threads(), Math.min(8, settings.threads()));
    threads.setName("http");
    factory.setThreadPool(threads);
    factory.setRegisterDefaultServlet(false);
    factory.addConfigurations(new ErrorsOfTheContext(errors));
    factory.addServerCustomizers(server -> customize(server, factory.getAddress()));
  }

  /**
   * @param address where it listens; null for everywhere
   */
  private void customize(Server server, @Nullable InetAddress address) {
    server.setErrorHandler((Request.Handler) errors);
    for (Connector connector : server.getConnectors()) {
      connector.getConnectionFactories().stream()
          .filter(HttpConnectionFactory.class::isInstance)
          .map(factory -> ((HttpConnectionFactory) factory).getHttpConfiguration())
          .forEach(this::customize);
    }
    if (!settings.corsOrigins().isEmpty()) {
      server.setHandler(crossOrigin(server.getHandler()));
    }
    if (address != null && address.isLoopbackAddress()) {
      server.setHandler(
          new HostGuard(
              server.getHandler(),
              settings.baseUrl(),
              settings.allowedHosts(),
              settings.corsOrigins()));
    }
  }

  private void customize(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(limits.uriBytesMax());
    http.setIdleTimeout(IDLE_MAX.toMillis());
  }

  /** What the standard's clients need to send and to see (R4, http.html#cors). */
  private Handler crossOrigin(Handler inner) {
    CrossOriginHandler handler = new CrossOriginHandler();
    handler.setAllowedOriginPatterns(Set.copyOf(settings.corsOrigins()));
    handler.setAllowedMethods(Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"));
    handler.setAllowedHeaders(
        Set.of(
            "Accept",
            "Authorization",
            "Content-Type",
            "If-Match",
            "If-Modified-Since",
            "If-None-Exist",
            "If-None-Match",
            "Origin",
            "Prefer",
            "X-Cascade",
            "X-Reason",
            "X-Request-Id",
            "X-Requested-With"));
    handler.setExposedHeaders(
        Set.copyOf(
            List.of(
                "Content-Location",
                "ETag",
                "Last-Modified",
                "Location",
                "Retry-After",
                "X-Progress",
                "X-Request-Id")));
    handler.setAllowCredentials(false);
    handler.setHandler(inner);
    return handler;
  }

  /** Comes after Spring Boot's own, and takes its place. */
  private static final class ErrorsOfTheContext extends AbstractConfiguration {
    private final ContainerErrors errors;

    ErrorsOfTheContext(ContainerErrors errors) {
      super(new AbstractConfiguration.Builder());
      this.errors = errors;
    }

    @Override
    public void configure(WebAppContext context) {
      context.setErrorHandler((Request.Handler) errors);
      // Jetty's own servlet for unknown paths would answer to TRACE.
      context.getServletHandler().setEnsureDefaultServlet(false);
    }
  }
}
