package org.rodnan.ingest;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * What addresses of files begin with: the same scheme, host and port, and its path or one below it.
 */
record UrlPrefix(String scheme, String host, int port, String path) {

  /**
   * @throws IllegalArgumentException if it is no absolute http or https address, or has more than a
   *     path
   */
  static UrlPrefix of(String text) {
    Optional<UrlPrefix> prefix = Optional.empty();
    try {
      URI url = new URI(text);
      prefix = url.getRawQuery() == null ? parts(url) : prefix;
    } catch (URISyntaxException e) {
      // Said below.
    }
    return prefix.orElseThrow(() ->
        new IllegalArgumentException(
            ImportSettings.PREFIXES
                + " has '"
                + text
                + "'; expected addresses such as https://other.example/fhir/"));
  }

  /** Empty for what could be read in more than one way, or isn't fetched by HTTP. */
  private static Optional<UrlPrefix> parts(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    boolean isSecure = scheme.equals("https");
    String path = Optional.ofNullable(url.getRawPath()).orElse("");
    if ((!isSecure && !scheme.equals("http"))
        || url.getHost() == null
        || url.getRawUserInfo() != null
        || url.getRawFragment() != null
        || path.matches("(?i).*(%2e|%2f|%5c|%00|\\\\).*")
        || !url.normalize().equals(url)
        || path.matches("(.*/)?\\.\\.(/.*)?")) {
      return Optional.empty();
    }
    int port = url.getPort() >= 0 ? url.getPort() : isSecure ? 443 : 80;
    return Optional.of(new UrlPrefix(scheme, url.getHost().toLowerCase(Locale.ROOT), port, path));
  }

  boolean holds(URI url) {
    return parts(url)
        .filter(
            other -> other.scheme.equals(scheme) && other.host.equals(host) && other.port == port)
        .filter(other ->
            other.path.equals(path)
                || other.path.startsWith(path.endsWith("/") ? path : path + "/"))
        .isPresent();
  }
}
