package org.rodnan.http;

import java.util.Locale;
import java.util.Optional;

/** The two formats of FHIR that are spoken (R4, http.html#mime-type). */
enum Format {
  JSON("application/fhir+json"),
  XML("application/fhir+xml");

  private final String mediaType;

  Format(String mediaType) {
    this.mediaType = mediaType;
  }

  /** The formal media type. */
  String mediaType() {
    return mediaType;
  }

  /**
   * The format of a media type: the formal one, a generic one, or the one of DSTU2.
   *
   * @param type without parameters
   */
  static Optional<Format> ofMediaType(String type) {
    return switch (type.strip().toLowerCase(Locale.ROOT)) {
      case "application/fhir+json", "application/json", "text/json", "application/json+fhir" ->
          Optional.of(JSON);
      case "application/fhir+xml", "application/xml", "text/xml", "application/xml+fhir" ->
          Optional.of(XML);
      default -> Optional.empty();
    };
  }
}
