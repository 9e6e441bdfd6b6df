package org.rodnan.fhir;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names one resource: its type and its logical id, as in {@code Observation/17}. The id obeys the
 * R4 datatype {@code id} (1 to 64 of letters, digits, hyphen and dot); whether the type exists in
 * R4 is {@link ResourceTypes}' to say.
 */
public record ResourceKey(String type, String id) implements Comparable<ResourceKey> {
  private static final Pattern TYPE = Pattern.compile("[A-Z][A-Za-z]{1,63}");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9\\-.]{1,64}");

  /**
   * @throws FhirFailure.Malformed if the type or the id is not of the standard's form
   */
  public ResourceKey {
    if (!TYPE.matcher(type).matches()) {
      throw new FhirFailure.Malformed("'" + type + "' is not the name of a resource type");
    }
    if (!isId(id)) {
      throw new FhirFailure.Malformed(
          "'" + id + "' is not a FHIR id: expected 1 to 64 letters, digits, '-' or '.'");
    }
  }

  /** Whether the text is a FHIR id (R4, datatypes, id). */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /**
   * Reads {@code Type/id} or {@code Type/id/_history/v}; empty for anything else, such as an
   * absolute URL, a fragment or a URN.
   */
  public static Optional<ResourceKey> parse(String reference) {
    int slash = reference.indexOf('/');
    if (slash < 1) {
      return Optional.empty();
    }
    String type = reference.substring(0, slash);
    int history = reference.indexOf("/_history/", slash + 1);
    String id = reference.substring(slash + 1, history < 0 ? reference.length() : history);
    boolean versionIsWell =
        history < 0 || isId(reference.substring(history + "/_history/".length()));
    return TYPE.matcher(type).matches() && isId(id) && versionIsWell
        ? Optional.of(new ResourceKey(type, id))
        : Optional.empty();
  }

  @Override
  public int compareTo(ResourceKey other) {
    int byType = type.compareTo(other.type);
    return byType != 0 ? byType : id.compareTo(other.id);
  }

  /** {@code Type/id}, the form of a relative reference. */
  @Override
  public String toString() {
    return type + "/" + id;
  }
}
