package org.rodnan.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Requests too long to stand in a next link, by a digest of their bytes; dropped when they were not
 * used for a while, the oldest first when there are too many. Thread safe.
 */
final class KeptRequests {
  private static final long CHARS_MAX = 32_000_000;

  private final Cache<String, SearchRequest> byDigest;

  KeptRequests(Duration age) {
    this.byDigest =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .expireAfterAccess(age)
            .maximumWeight(CHARS_MAX)
            .weigher((String digest, SearchRequest request) -> weight(request))
            .build();
  }

  /** About how many characters it takes to keep a request. */
  static int weight(SearchRequest request) {
    int weight = 200;
    for (SearchRequest.Parameter parameter : request.parameters()) {
      weight += parameter.name().length() + parameter.value().length() + 50;
    }
    return weight;
  }

  /** The name under which it can be found again. */
  String keep(SearchRequest request) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(request.toString().getBytes(StandardCharsets.UTF_8));
      String name = HexFormat.of().formatHex(digest);
      byDigest.put(name, request);
      return name;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  Optional<SearchRequest> find(String name) {
    return Optional.ofNullable(byDigest.getIfPresent(name));
  }
}
