package org.rodnan.index;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;

/**
 * Reads the text of references (R4, references.html#literal). Immutable, thread safe.
 *
 * @param serverBases base URLs of this server: absolute references under them are local ones. If
 *     none is known, those are that name a FHIR server on a loopback address, whatever the port: to
 *     any other machine they would mean nothing
 */
public record ReferenceText(List<String> serverBases) {
  private static final Pattern LOOPBACK =
      Pattern.compile("https?://(?:localhost|127\\.0\\.0\\.1|\\[::1])(?::\\d+)?/fhir/");

  public ReferenceText {
    serverBases = serverBases.stream().map(ReferenceText::withoutSlash).toList();
  }

  /** The resource of this server that the reference names, its version left out. */
  public Optional<ResourceKey> local(String reference) {
    return ResourceKey.parse(relative(reference)).filter(key -> ResourceTypes.isType(key.type()));
  }

  /** The reference without the base of this server, if it begins with it. */
  public String relative(String reference) {
    if (serverBases.isEmpty()) {
      Matcher loopback = LOOPBACK.matcher(reference);
      return loopback.lookingAt() ? reference.substring(loopback.end()) : reference;
    }
    for (String base : serverBases) {
      if (reference.length() > base.length()
          && reference.startsWith(base)
          && reference.charAt(base.length()) == '/') {
        return reference.substring(base.length() + 1);
      }
    }
    return reference;
  }

  /** The type that a literal reference names, whatever its base; empty if it names none. */
  static String typeOf(String reference) {
    int history = reference.indexOf("/_history/");
    int end = history < 0 ? reference.length() : history;
    int id = reference.lastIndexOf('/', end - 1);
    if (id < 1) {
      return "";
    }
    return reference.substring(reference.lastIndexOf('/', id - 1) + 1, id);
  }

  private static String withoutSlash(String base) {
    return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
  }
}
