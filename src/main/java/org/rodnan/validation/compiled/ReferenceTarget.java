package org.rodnan.validation.compiled;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a literal reference says about its target (R4, references.html#literal). */
public final class ReferenceTarget {
  private static final Pattern LITERAL =
      Pattern.compile("(?:^|/)([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]+)?$");

  private ReferenceTarget() {}

  /** The type in {@code Patient/1} or {@code https://elsewhere/fhir/Patient/1}; null if none. */
  public static @Nullable String typeOf(String reference) {
    int slash = reference.indexOf('/');
    if (slash > 1
        && isTypeName(reference, slash)
        && Primitives.isId(reference.substring(slash + 1))) {
      return reference.substring(0, slash);
    }
    Matcher literal = LITERAL.matcher(reference);
    return literal.find() ? literal.group(1) : null;
  }

  /** The plain form {@code Type/id}, which nearly all have, needs no pattern. */
  private static boolean isTypeName(String reference, int end) {
    for (int i = 0; i < end; i++) {
      char c = reference.charAt(i);
      if (!(c >= 'A' && c <= 'Z') && (i == 0 || !(c >= 'a' && c <= 'z'))) {
        return false;
      }
    }
    return true;
  }
}
