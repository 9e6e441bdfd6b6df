package org.rodnan.cohort;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;
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
      Pattern.compile("(?s)(?:(?<name>.+?)::)?(?<not>!)?(?<search>[A-Z][A-Za-z]+(?:[?#].*)?)");

  /** What begins so, with a type of R4, has no name. */
  private static final Pattern SEARCH = Pattern.compile("!?[A-Z][A-Za-z]+\\?");

  /** As long as a search in a URL may be. */
  private static final int NAME_MAX = 65_536;

  private static final int NAME_SHOWN = 60;

  /** R4, search.html#return, and general parameters that select nothing. */
  private static final Set<String> OF_THE_ANSWER =
      Set.of(
          "_sort",
          "_count",
          "_include",
          "_revinclude",
          "_summary",
          "_total",
          "_elements",
          "_contained",
          "_containedType",
          "_score",
          "_format",
          "_pretty");

  private static final String VISIT = "visit=";
  private static final String CHANGE = "change=";

  public Criterion {
    if (name.isBlank()) {
      throw new FhirFailure.Malformed(
          "A criterion's name is blank; expected one, or none", "criterion");
    }
    if (name.length() > NAME_MAX) {
      throw new FhirFailure.Malformed(
          "A criterion that begins with '"
              + name.substring(0, NAME_SHOWN)
              + "…' has a name, or a search without one, of "
              + name.length()
              + " characters; expected at most "
              + NAME_MAX,
          "criterion");
    }
    parameters = List.copyOf(parameters);
    for (Parameter parameter : parameters) {
      if (OF_THE_ANSWER.contains(parameter.name().replaceFirst(":.*", ""))) {
        throw new FhirFailure.Malformed(
            "Criterion '"
                + name
                + "' has "
                + parameter.name()
                + ", which says what an answer looks like; expected what its resources meet",
            "criterion");
      }
    }
    if (change.isPresent() && visit.isPresent()) {
      throw new FhirFailure.Malformed(
          "Criterion '" + name + "' has a visit and a change; expected one of them", "criterion");
    }
    if (change.isPresent() && !type.equals("Observation")) {
      throw new FhirFailure.Malformed(
          "Criterion '" + name + "' has a change of " + type + "; expected Observation",
          "criterion");
    }
    if (change.isPresent() && !isOfOneMeasure(parameters)) {
      throw new FhirFailure.Malformed(
          "Criterion '"
              + name
              + "' has a change of what may be several measures; expected code= with one code",
          "criterion");
    }
  }

  /**
   * A criterion in its short form: {@code Observation?code=…&value-quantity=ge16}, with {@code !}
   * before it one that excludes, with {@code name::} before both one that has a name. After the
   * search {@code #visit=baseline} is its visit, {@code #change=baseline,month-12,percent,le,-10}
   * its change.
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
    // A search may have :: in a value; then what looks like a name is the beginning of the search.
    boolean isSearch = SEARCH.matcher(text).lookingAt() && startsWithType(text);
    String name = isSearch || form.group("name") == null ? text : form.group("name");
    String bare = isSearch ? text : form.group("search");
    if (!isSearch && name.startsWith("!") && !name.equals(text)) {
      throw new FhirFailure.Malformed(
          "criterion is '"
              + text
              + "'; expected ! after the name, such as "
              + name.substring(1)
              + "::!"
              + bare,
          "criterion");
    }
    boolean excludes = isSearch ? text.startsWith("!") : form.group("not") != null;
    String search = bare.startsWith("!") ? bare.substring(1) : bare;
    int mark = search.indexOf('#');
    String more = mark < 0 ? "" : search.substring(mark + 1);
    if (more.contains("#")) {
      throw new FhirFailure.Malformed(
          "Criterion '" + name + "' has more than one part after #; expected a visit or a change",
          "criterion");
    }
    return of(
        name,
        mark < 0 ? search : search.substring(0, mark),
        more.startsWith(VISIT)
            ? Optional.of(decoded(name, more.substring(VISIT.length())))
            : Optional.empty(),
        mark < 0 || more.startsWith(VISIT) ? Optional.empty() : Optional.of(change(name, more)),
        excludes);
  }

  private static boolean isOfOneMeasure(List<Parameter> parameters) {
    return parameters.stream()
        .anyMatch(each ->
            (each.name().equals("code") || each.name().equals("combo-code"))
                && !each.value().contains(",")
                && !each.value().endsWith("|"));
  }

  private static boolean startsWithType(String text) {
    String search = text.startsWith("!") ? text.substring(1) : text;
    return ResourceTypes.isType(search.substring(0, search.indexOf('?')));
  }

  private static Change change(String name, String text) {
    String[] parts = text.substring(text.indexOf('=') + 1).split(",", -1);
    if (!text.startsWith(CHANGE) || parts.length != 5) {
      throw new FhirFailure.Malformed(
          "Criterion '"
              + name
              + "': found '#"
              + text
              + "', expected #visit=code, or #change=from,to,kind,comparator,value such as"
              + " #change=baseline,month-12,percent,le,-10",
          "criterion");
    }
    return new Change(
        decoded(name, parts[0]),
        decoded(name, parts[1]),
        Change.Kind.of(parts[2]),
        Change.Comparator.of(parts[3]),
        Change.value(parts[4]));
  }

  /** In the short form, which {@link #parse} takes again. */
  public String text() {
    String text = (excludes ? "!" : "") + search();
    if (visit.isPresent()) {
      text += "#" + VISIT + part(visit.get());
    }
    if (change.isPresent()) {
      Change asked = change.get();
      text +=
          "#"
              + CHANGE
              + String.join(
                  ",",
                  part(asked.from()),
                  part(asked.to()),
                  asked.kind().code(),
                  asked.comparator().code(),
                  asked.value().toPlainString());
    }
    return name.equals(text) ? text : name + "::" + text;
  }

  private static String part(String code) {
    return encoded(code).replace(",", "%2C");
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
    if (search.contains("#")) {
      throw new FhirFailure.Malformed(
          "Criterion '"
              + name
              + "': found # in the search '"
              + search
              + "', expected it as %23, and a visit or a change as a part of its own",
          "criterion");
    }
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
