package org.rodnan.web;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * A search of one type as its relative URL has it.
 *
 * @param parameters decoded, in their order
 */
record FhirQuery(String type, List<Parameter> parameters) {
  /** What may stand in a query as it is: the unreserved, and what makes searches readable. */
  private static final String PLAIN = "-._~,:/$*@";

  FhirQuery {
    parameters = List.copyOf(parameters);
  }

  /**
   * Reads {@code Type?name=value&…}, also if a base URL or a slash stands before it.
   *
   * @throws FhirFailure.Malformed if it is no such query
   * @throws FhirFailure.NotFound if it is of no type of R4
   */
  static FhirQuery parse(String text) {
    int mark = text.indexOf('?');
    String path = mark < 0 ? text : text.substring(0, mark);
    String type = ResourceTypes.require(path.substring(path.lastIndexOf('/') + 1).strip());
    List<Parameter> parameters = new ArrayList<>();
    for (String each : (mark < 0 ? "" : text.substring(mark + 1).strip()).split("&", -1)) {
      if (!each.isEmpty()) {
        int equals = each.indexOf('=');
        parameters.add(
            new Parameter(
                decoded(equals < 0 ? each : each.substring(0, equals)),
                equals < 0 ? "" : decoded(each.substring(equals + 1))));
      }
    }
    return new FhirQuery(type, parameters);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new FhirFailure.Malformed("The query isn't well encoded: found '" + text + "'");
    }
  }

  /** The value of the first parameter of the name. */
  Optional<String> first(String name) {
    return parameters.stream()
        .filter(parameter -> parameter.name().equals(name))
        .map(Parameter::value)
        .findFirst();
  }

  FhirQuery with(String name, String value) {
    List<Parameter> more = new ArrayList<>(parameters);
    more.add(new Parameter(name, value));
    return new FhirQuery(type, more);
  }

  /** Where the search page shows it. */
  String page() {
    return "/search?url=" + encoded(toString());
  }

  static String encoded(String text) {
    StringBuilder url = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      if ((c < 0x80 && Character.isLetterOrDigit(c)) || PLAIN.indexOf(c) >= 0) {
        url.append(c);
      } else {
        url.append('%')
            .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
            .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return url.toString();
  }

  /** The relative URL, {@code Type?name=value&…}. */
  @Override
  public String toString() {
    StringBuilder url = new StringBuilder(type);
    char separator = '?';
    for (Parameter parameter : parameters) {
      url.append(separator)
          .append(encoded(parameter.name()))
          .append('=')
          .append(encoded(parameter.value()));
      separator = '&';
    }
    return url.toString();
  }
}
