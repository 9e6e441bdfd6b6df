package org.rodnan.index;

import java.util.List;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * How references by canonical URL and the resources they name share a term (R4,
 * references.html#canonical): a reference with a version leads to that version, one without to any.
 */
public final class CanonicalTerms {
  private CanonicalTerms() {}

  /**
   * @param canonical with or without version, a fragment is left out
   */
  public static BytesRef ofReference(String canonical) {
    int fragment = canonical.indexOf('#');
    String whole = fragment < 0 ? canonical : canonical.substring(0, fragment);
    return Terms.exact(whole.indexOf('|') < 0 ? whole + "|" : whole);
  }

  static List<BytesRef> ofResource(String url, @Nullable String version) {
    return version == null || version.isEmpty()
        ? List.of(Terms.exact(url + "|"))
        : List.of(Terms.exact(url + "|"), Terms.exact(url + "|" + version));
  }
}
