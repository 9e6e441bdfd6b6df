package org.rodnan.cohort;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * One condition that subjects meet or don't.
 *
 * @param name as it stands in the attrition
 * @param type resource type that is searched
 * @param parameters FHIR search parameters, decoded
 * @param visit code, or system and code with a bar between, of the visit that the data are of;
 *     empty means any
 * @param change how much the value that the search is about has to change between two visits
 * @param excludes whether those who meet it are left out
 */
public record Criterion(
    String name,
    String type,
    List<Parameter> parameters,
    Optional<String> visit,
    Optional<Change> change,
    boolean excludes) {
  private static final Pattern SHORT =
      Pattern.compile("(?s)(?:(?<name>.+?)::)?(?<not>!)?(?<search>[A-Z][A-Za-z]+(?:\\?.*)?)");

  public Criterion {
    parameters = List.copyOf(parameters);
    if (change.isPresent() && visit.isPresent()) {
      throw new FhirFailure.Malformed(
          "Criterion '" + name + "' has a visit and a change; expected one of them", "criterion");
    }
    if (change.isPresent() && !type.equals("Observation")) {
      throw new FhirFailure.Malformed(
          "Criterion '" + name + "' has a change of " + type + "; expected Observation",
          "criterion");
    }
  }

  /**
   * A criterion in its short form: {@code Observation?code=…&value-quantity=ge16}, with {@code !}
   * before it one that excludes, with {@code name::} before both one that has a name.
   *
   * @throws FhirFailure.Malformed if it has another form
   */
  public static Criterion parse(String text) {
    Matcher form = SHORT.matcher(text);
    if (!form.matches()) {
      throw new FhirFailure.Malformed(
          "criterion is '"
              + text
              + "'; expected a search such as Observation?code=mrss-total&value-quantity=ge16",
          "criterion");
    }
    String name = form.group("name");
    return of(
        name == null ? text : name,
        form.group("search"),
        Optional.empty(),
        Optional.empty(),
        form.group("not") != null);
  }

  /**
   * @param search {@code Type?name=value&…}, the names and values encoded as in a URL
   * @throws FhirFailure.Malformed if it has another form
   */
  public static Criterion of(
      String name,
      String search,
      Optional<String> visit,
      Optional<Change> change,
      boolean excludes) {
    int mark = search.indexOf('?');
    String type = mark < 0 ? search : search.substring(0, mark);
    if (!type.matches("[A-Z][A-Za-z]+")) {
      throw new FhirFailure.Malformed(
          "Criterion '" + name + "': found the search '" + search + "', expected Type?name=value",
          "criterion");
    }
    List<Parameter> parameters = new ArrayList<>();
    for (String part : mark < 0 ? new String[0] : search.substring(mark + 1).split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw new FhirFailure.Malformed(
            "Criterion '" + name + "': found '" + part + "', expected name=value", "criterion");
      }
      parameters.add(
          new Parameter(
              decoded(name, part.substring(0, equals)), decoded(name, part.substring(equals + 1))));
    }
    return new Criterion(name, type, parameters, visit, change, excludes);
  }

  /** The search, with its names and values encoded as in a URL: {@code of} takes it again. */
  public String search() {
    StringBuilder text = new StringBuilder(type);
    char separator = '?';
    for (Parameter parameter : parameters) {
      text.append(separator)
          .append(encoded(parameter.name()))
          .append('=')
          .append(encoded(parameter.value()));
      separator = '&';
    }
    return text.toString();
  }

  /** What need not be encoded in a query stays readable (RFC 3986, 3.4). */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%3A", ":")
        .replace("%2F", "/")
        .replace("%2C", ",")
        .replace("%24", "$");
  }

  /** Does what may find the search wrong, and has the failure name this criterion. */
  <T> T naming(Supplier<T> asked) {
    try {
      return asked.get();
    } catch (FhirFailure.Malformed e) {
      throw new FhirFailure.Malformed("Criterion '" + name + "': " + e.getMessage(), "criterion");
    }
  }

  private static String decoded(String name, String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new FhirFailure.Malformed(
          "Criterion '" + name + "': '" + text + "' is not encoded as in a URL", "criterion");
    }
  }
}
