package org.rodnan.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;

/**
 * From {@code Accept}, {@code _format} and their companions to a {@link Representation} (R4,
 * http.html#mime-type and #parameters). {@code _format} goes before {@code Accept}. A client that
 * accepts a generic media type gets its answer under that type, as the standard wants it.
 */
final class Negotiation {
  private record Offer(Format format, String mediaType, double quality, int specificity) {}

  private Negotiation() {}

  /**
   * @param accept the values of all Accept headers
   * @throws FhirFailure.NotAcceptable if the client accepts neither FHIR JSON nor FHIR XML
   * @throws FhirFailure.Malformed if {@code _pretty}, {@code _summary} or {@code _elements} has no
   *     sense
   */
  static Representation negotiate(List<String> accept, QueryParameters query) {
    Offer offer =
        query.only("_format").map(Negotiation::ofParameter).orElseGet(() -> ofHeaders(accept));
    return new Representation(
        offer.format(), offer.mediaType(), isPretty(query), Projection.of(query));
  }

  /** As {@link #negotiate}, for the answer to a request that may itself be what is wrong. */
  static Representation orDefault(List<String> accept, QueryParameters query) {
    try {
      Representation asked = negotiate(accept, query);
      return new Representation(
          asked.format(), asked.mediaType(), asked.isPretty(), Projection.WHOLE);
    } catch (FhirFailure e) {
      return Representation.DEFAULT;
    }
  }

  private static Offer ofParameter(String value) {
    // An unescaped '+' of application/fhir+json has become a space.
    MediaType type = MediaType.parse(value.strip().replace(' ', '+'));
    Optional<Format> format =
        switch (type.type()) {
          case "json" -> Optional.of(Format.JSON);
          case "xml" -> Optional.of(Format.XML);
          default -> Format.ofMediaType(type.type());
        };
    return format
        .filter(known -> type.isR4())
        .map(known -> new Offer(known, known.mediaType(), 1, 0))
        .orElseThrow(() -> notAcceptable("_format", value));
  }

  private static Offer ofHeaders(List<String> accept) {
    List<Offer> offers = new ArrayList<>();
    boolean isAnyAsked = false;
    for (String header : accept) {
      for (String range : header.split(",", -1)) {
        isAnyAsked |= !range.isBlank();
        offer(MediaType.parse(range)).ifPresent(offers::add);
      }
    }
    if (!isAnyAsked) {
      return new Offer(Format.JSON, Format.JSON.mediaType(), 1, 0);
    }
    return offers.stream()
        .filter(offer -> offer.quality() > 0)
        .max(Comparator.comparingDouble(Offer::quality).thenComparingInt(Offer::specificity))
        .orElseThrow(() -> notAcceptable("Accept", String.join(", ", accept)));
  }

  private static Optional<Offer> offer(MediaType range) {
    double quality = range.quality();
    return switch (range.type()) {
      case "*/*" -> Optional.of(new Offer(Format.JSON, Format.JSON.mediaType(), quality, 0));
      case "application/*" ->
          Optional.of(new Offer(Format.JSON, Format.JSON.mediaType(), quality, 1));
      case "text/*" -> Optional.of(new Offer(Format.JSON, "text/json", quality, 1));
      default ->
          Format.ofMediaType(range.type())
              .filter(format -> range.isR4())
              .map(format -> new Offer(format, answered(format, range.type()), quality, 2));
    };
  }

  /** The type asked for, but for that of DSTU2, which R4 doesn't have. */
  private static String answered(Format format, String type) {
    return type.endsWith("+fhir") ? format.mediaType() : type;
  }

  private static boolean isPretty(QueryParameters query) {
    return query
        .only("_pretty")
        .map(value ->
            switch (value.toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default ->
                  throw new FhirFailure.Malformed(
                      "_pretty is '" + value + "'; expected true or false", "_pretty");
            })
        .orElse(false);
  }

  private static FhirFailure notAcceptable(String where, String value) {
    return new FhirFailure.NotAcceptable(
        where
            + " is '"
            + value
            + "'; expected application/fhir+json or application/fhir+xml of FHIR 4.0");
  }
}
