package org.rodnan.interaction;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.IdentifierCriterion;

/** The criteria of a conditional interaction or reference: a type and search parameters. */
record Criteria(String type, List<Parameter> parameters) {
  private static final Pattern TYPE_BEFORE = Pattern.compile("/?([A-Za-z]+)\\?");

  Criteria {
    parameters = List.copyOf(parameters);
    if (parameters.isEmpty()) {
      throw new FhirFailure.PreconditionFailed(
          IssueType.REQUIRED,
          "A conditional interaction on " + type + " has no criteria; expected name=value");
    }
  }

  /**
   * Reads {@code name=value&name=value}, percent-encoded. A '?' before it, with or without the type
   * before that, says the same.
   *
   * @throws FhirFailure.Malformed if it names another type
   */
  static Criteria parse(String type, String query) {
    Matcher prefixed = TYPE_BEFORE.matcher(query);
    if (!prefixed.lookingAt()) {
      return new Criteria(type, parameters(query));
    }
    if (!prefixed.group(1).equals(type)) {
      throw new FhirFailure.Malformed(
          "The criteria '"
              + query
              + "' are about "
              + prefixed.group(1)
              + "; expected criteria of "
              + type);
    }
    return new Criteria(type, parameters(query.substring(prefixed.end())));
  }

  /** The parameters of a query string, in order; names without value are left out. */
  static List<Parameter> parameters(String query) {
    String text = query.startsWith("?") ? query.substring(1) : query;
    List<Parameter> parameters = new ArrayList<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && equals < pair.length() - 1) {
        parameters.add(
            new Parameter(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1))));
      }
    }
    return parameters;
  }

  /** Reads {@code Type?name=value}; empty if the text has another form. */
  static Optional<Criteria> ofReference(String reference) {
    int question = reference.indexOf('?');
    if (question < 1 || !reference.substring(0, question).matches("[A-Z][A-Za-z]+")) {
      return Optional.empty();
    }
    return Optional.of(parse(reference.substring(0, question), reference.substring(question + 1)));
  }

  /** The one identifier that is asked for, if that is all: the store itself can answer it. */
  Optional<IdentifierCriterion> asIdentifier() {
    if (parameters.size() != 1 || !parameters.getFirst().name().equals("identifier")) {
      return Optional.empty();
    }
    String value = parameters.getFirst().value();
    if (value.indexOf(',') >= 0 || value.indexOf('\\') >= 0 || value.endsWith("|")) {
      return Optional.empty();
    }
    int bar = value.indexOf('|');
    if (bar < 0) {
      return Optional.of(new IdentifierCriterion.AnySystem(value));
    }
    String rest = value.substring(bar + 1);
    if (rest.indexOf('|') >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        bar == 0
            ? new IdentifierCriterion.NoSystem(rest)
            : new IdentifierCriterion.InSystem(value.substring(0, bar), rest));
  }

  private static String decode(String text) {
    String decoded;
    try {
      decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new FhirFailure.Malformed("'" + text + "' is not percent-encoded text");
    }
    if (decoded.indexOf('\0') >= 0) {
      throw new FhirFailure.Malformed("'" + text + "' holds a NUL, which no text of FHIR may hold");
    }
    return decoded;
  }

  /** As a query: {@code Type?name=value&name=value}, not encoded, for messages. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(type);
    char separator = '?';
    for (Parameter parameter : parameters) {
      text.append(separator).append(parameter.name()).append('=').append(parameter.value());
      separator = '&';
    }
    return text.toString();
  }
}
