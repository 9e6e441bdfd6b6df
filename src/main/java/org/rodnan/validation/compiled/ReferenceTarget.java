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
    Matcher literal = LITERAL.matcher(reference);
    return literal.find() ? literal.group(1) : null;
  }
}
