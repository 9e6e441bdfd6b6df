package org.rodnan.http;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other sites away from a server that asks nobody who they are and trusts in being
 * reachable from its own machine only: the browser on that machine reaches it, too. A page whose
 * name was made to point here (DNS rebinding) betrays itself by the Host header: 421. A page that
 * writes from elsewhere does by the Origin header: 403. Thread safe.
 */
final class HostGuard extends Handler.Wrapper {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

  private static final Pattern PORT = Pattern.compile(":[0-9]*$");

  private final Set<String> hosts = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
  private final Optional<String> baseOrigin;
  private final List<Pattern> origins;

  /**
   * @param baseUrl of the settings, or null
   * @param allowedHosts names under which the server is reached besides
   * @param origins regular expressions for the origins whose pages may write
   */
  HostGuard(
      Handler inner, @Nullable String baseUrl, List<String> allowedHosts, List<String> origins) {
    super(inner);
    Optional<URI> base = Optional.ofNullable(baseUrl).map(URI::create);
    base.map(URI::getHost).ifPresent(host -> hosts.add(normalized(host)));
    allowedHosts.forEach(host -> hosts.add(normalized(host)));
    this.baseOrigin = base.map(url -> url.getScheme() + "://" + url.getRawAuthority());
    this.origins = origins.stream().map(Pattern::compile).toList();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String host = host(request);
    if (!hosts.contains(host)) {
      Response.writeError(
          request,
          response,
          callback,
          HttpStatus.MISDIRECTED_REQUEST_421,
          "the Host is '"
              + host
              + "'; expected one of "
              + hosts.stream().sorted().toList()
              + ", for the server is there for its own machine only (rodnan.http.allowed-hosts"
              + " names more)");
      return true;
    }
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origin != null && !SAFE_METHODS.contains(request.getMethod()) && !isOurs(origin, request)) {
      Response.writeError(
          request,
          response,
          callback,
          HttpStatus.FORBIDDEN_403,
          "the Origin is '"
              + origin
              + "'; pages of other sites may write only if rodnan.http.cors-origins names them");
      return true;
    }
    return super.handle(request, response, callback);
  }

  private boolean isOurs(String origin, Request request) {
    String asked = request.getHttpURI().getScheme() + "://" + request.getHttpURI().getAuthority();
    return origin.equalsIgnoreCase(asked)
        || baseOrigin.filter(origin::equalsIgnoreCase).isPresent()
        || origins.stream().anyMatch(pattern -> pattern.matcher(origin).matches());
  }

  /** As the client sent it, whatever a proxy says about it; without the port. */
  private static String host(Request request) {
    String header = Request.unWrap(request).getHeaders().get(HttpHeader.HOST);
    String authority = header == null ? Request.getServerName(request) : header.strip();
    return normalized(PORT.matcher(authority).replaceFirst(""));
  }

  private static String normalized(String host) {
    String lower = host.strip().toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
