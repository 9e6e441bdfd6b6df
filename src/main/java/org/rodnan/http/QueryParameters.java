package org.rodnan.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;

/** The parameters of a URL or a form, decoded, in the order given. Immutable. */
record QueryParameters(List<Parameter> all) {
  /** Parameters about the answer's form; the edge itself answers to them. */
  static final Set<String> OF_THE_ANSWER = Set.of("_format", "_pretty", "_summary", "_elements");

  /** What a decoder puts in the place of bytes that are not UTF-8, and itself encoded. */
  private static final char REPLACEMENT = '\uFFFD';

  private static final String ENCODED = "%EF%BF%BD";

  QueryParameters {
    all = List.copyOf(all);
  }

  /**
   * Reads {@code name=value&name=value}. A name without a value is one with an empty value.
   *
   * @param encoded without the question mark
   * @throws FhirFailure.Malformed if it is not percent-encoded, or holds a NUL
   */
  static QueryParameters parse(String encoded) {
    List<Parameter> parameters = new ArrayList<>();
    for (String pair : encoded.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        parameters.add(new Parameter(decoded(name), decoded(value)));
      }
    }
    return new QueryParameters(parameters);
  }

  private static String decoded(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return requireNoNul(text);
    }
    try {
      String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
      if (decoded.indexOf(REPLACEMENT) >= 0 && !text.toUpperCase(Locale.ROOT).contains(ENCODED)) {
        throw new FhirFailure.Malformed("'" + text + "' in the query is not UTF-8 text");
      }
      return requireNoNul(decoded);
    } catch (IllegalArgumentException e) {
      throw new FhirFailure.Malformed("'" + text + "' in the query is not percent-encoded text");
    }
  }

  /** No FHIR string holds a NUL, and a database may choke on it. */
  private static String requireNoNul(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new FhirFailure.Malformed("The query holds a NUL character");
    }
    return text;
  }

  /** These, then those. */
  QueryParameters and(QueryParameters others) {
    List<Parameter> both = new ArrayList<>(all);
    both.addAll(others.all);
    return new QueryParameters(both);
  }

  /**
   * The value of the parameter; an empty one counts as absent.
   *
   * @throws FhirFailure.Malformed if there are several
   */
  Optional<String> only(String name) {
    return only(name, all);
  }

  /** As {@link #only(String)}, among others. */
  static Optional<String> only(String name, List<Parameter> parameters) {
    List<String> values =
        parameters.stream()
            .filter(parameter -> parameter.name().equals(name) && !parameter.value().isEmpty())
            .map(Parameter::value)
            .toList();
    if (values.size() > 1) {
      throw new FhirFailure.Malformed(
          "'" + name + "' is given " + values.size() + " times; expected it once", name);
    }
    return values.stream().findFirst();
  }

  boolean has(String name) {
    return all.stream()
        .anyMatch(parameter -> parameter.name().equals(name) && !parameter.value().isEmpty());
  }

  /** Those of {@link #OF_THE_ANSWER}. */
  List<Parameter> ofTheAnswer() {
    return all.stream().filter(parameter -> OF_THE_ANSWER.contains(parameter.name())).toList();
  }

  /**
   * What a conditional interaction matches by: the others, but for those without a value, which
   * would match everything.
   */
  List<Parameter> criteria() {
    return all.stream()
        .filter(parameter -> !OF_THE_ANSWER.contains(parameter.name()))
        .filter(parameter -> !parameter.value().isEmpty())
        .toList();
  }

  /**
   * @throws FhirFailure.Malformed if there is a parameter that is neither among the names nor about
   *     the form of the answer
   */
  void requireOnly(Set<String> names) {
    for (Parameter parameter : all) {
      String name = parameter.name();
      if (!names.contains(name) && !OF_THE_ANSWER.contains(name)) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "The parameter '"
                + name
                + "' is not known here; Prefer: handling=lenient would ignore it",
            name);
      }
    }
  }
}
