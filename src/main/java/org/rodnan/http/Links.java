package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * The absolute URLs of a request's answer.
 *
 * @param base the base under which the client reached the server, without a slash at the end
 */
record Links(String base) {
  /** What may stand in a query as it is: the unreserved, and what makes searches readable. */
  private static final String PLAIN = "-._~,:/$*@!()'";

  String fullUrl(ResourceKey key) {
    return base + "/" + key;
  }

  String version(ResourceKey key, VersionId version) {
    return base + "/" + relativeVersion(key, version);
  }

  static String relativeVersion(ResourceKey key, VersionId version) {
    return key + "/_history/" + version;
  }

  /**
   * @param path below the base, with a slash before it or empty
   */
  String query(String path, Collection<Parameter> parameters) {
    StringBuilder url = new StringBuilder(base).append(path);
    char separator = '?';
    for (Parameter parameter : parameters) {
      url.append(separator);
      encode(parameter.name(), url);
      url.append('=');
      encode(parameter.value(), url);
      separator = '&';
    }
    return url.toString();
  }

  private static void encode(String text, StringBuilder url) {
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      boolean isPlain = (c < 0x80 && Character.isLetterOrDigit(c)) || PLAIN.indexOf(c) >= 0;
      if (isPlain) {
        url.append(c);
      } else {
        url.append('%')
            .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
            .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
  }
}
