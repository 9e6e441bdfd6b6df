package org.rodnan.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A media type or range as in Content-Type and Accept (RFC 9110, sections 8.3.1 and 12.5.1).
 *
 * @param type in lower case, without parameters
 * @param parameters names in lower case, values without quotes
 */
record MediaType(String type, Map<String, String> parameters) {
  /** The FHIR version that is spoken, as the parameter {@code fhirVersion} names it. */
  private static final String FHIR_VERSION = "4.0";

  static MediaType parse(String text) {
    String[] parts = text.split(";", -1);
    Map<String, String> parameters = new HashMap<>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0) {
        parameters.put(
            parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT),
            parts[i].substring(equals + 1).strip().replace("\"", ""));
      }
    }
    return new MediaType(parts[0].strip().toLowerCase(Locale.ROOT), Map.copyOf(parameters));
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** Whether it asks for no other version of FHIR than R4. */
  boolean isR4() {
    return parameter("fhirversion")
        .map(version -> version.equals(FHIR_VERSION) || version.startsWith(FHIR_VERSION + "."))
        .orElse(true);
  }

  /** The weight of a range, 0 to 1; 1 where it is absent or no number. */
  double quality() {
    try {
      return parameter("q").map(Double::parseDouble).filter(q -> q >= 0 && q <= 1).orElse(1.0);
    } catch (NumberFormatException e) {
      return 1.0;
    }
  }
}
