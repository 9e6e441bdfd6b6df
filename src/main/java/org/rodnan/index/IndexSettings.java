package org.rodnan.index;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the index.
 *
 * @param baseUrl {@code rodnan.http.base-url}: under which URL this server is known. Absolute
 *     references under it are references to this server's own resources. When it changes, the index
 *     is built anew.
 */
@ConfigurationProperties("rodnan.http")
record IndexSettings(@Nullable String baseUrl) {
  List<String> serverBases() {
    return baseUrl == null || baseUrl.isBlank() ? List.of() : List.of(baseUrl);
  }
}
