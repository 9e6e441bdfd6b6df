package org.rodnan.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the edge; {@code server.port} and {@code server.address} are Spring Boot's.
 *
 * @param threads platform threads that handle requests; each may hold one search or one body
 * @param baseUrl the base of all links, such as {@code https://trials.example.org/fhir}; absent, it
 *     is taken from each request
 * @param corsOrigins regular expressions for the origins whose pages may call the server; none by
 *     default
 * @param allowedHosts names by which clients may reach a server that listens on the loopback
 *     address, besides {@code localhost}, {@code 127.0.0.1}, {@code [::1]} and that of {@code
 *     baseUrl}
 */
@ConfigurationProperties("rodnan.http")
record HttpSettings(
    @DefaultValue("32") int threads,
    @Nullable String baseUrl,
    @DefaultValue List<String> corsOrigins,
    @DefaultValue List<String> allowedHosts) {

  /** Below this, Jetty's own threads leave none for requests. */
  private static final int THREADS_MIN = 8;

  HttpSettings {
    if (threads < THREADS_MIN) {
      throw new IllegalArgumentException(
          "rodnan.http.threads is " + threads + "; expected " + THREADS_MIN + " or more");
    }
    corsOrigins = List.copyOf(corsOrigins);
    allowedHosts = List.copyOf(allowedHosts);
  }
}
