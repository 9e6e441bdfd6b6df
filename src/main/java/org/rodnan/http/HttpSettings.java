package org.rodnan.http;

import java.time.Duration;
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
 * @param asyncThreads platform threads that work on requests that are answered later
 * @param asyncJobsMax such requests that are kept, at work or done
 * @param asyncAgeMax how long the answer to one is kept after it was asked for
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
    @DefaultValue("2") int asyncThreads,
    @DefaultValue("64") int asyncJobsMax,
    @DefaultValue("1h") Duration asyncAgeMax,
    @DefaultValue List<String> corsOrigins,
    @DefaultValue List<String> allowedHosts) {

  /** Below this, Jetty's own threads leave none for requests. */
  private static final int THREADS_MIN = 8;

  HttpSettings {
    if (threads < THREADS_MIN) {
      throw new IllegalArgumentException(
          "rodnan.http.threads is " + threads + "; expected " + THREADS_MIN + " or more");
    }
    if (asyncThreads < 1 || asyncJobsMax < 1) {
      throw new IllegalArgumentException(
          "rodnan.http.async-threads is "
              + asyncThreads
              + " and rodnan.http.async-jobs-max is "
              + asyncJobsMax
              + "; expected 1 or more");
    }
    corsOrigins = List.copyOf(corsOrigins);
    allowedHosts = List.copyOf(allowedHosts);
  }
}
