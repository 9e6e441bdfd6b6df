package org.rodnan.web;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.index.SearchParameters;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * A search as the fields of a form have it: a type, criteria row by row, and how the results are
 * shown. A row without a parameter or a value is no criterion yet.
 *
 * @param sort with {@code -} before it if falling; empty for none
 */
record QueryForm(
    String type, List<Row> rows, String sort, String count, String include, String cursor) {
  private static final int ROWS_MAX = 20;
  private static final String COUNT_DEFAULT = "20";
  private static final List<String> COUNTS = List.of("10", "20", "50", "100");

  /** Have fields of their own. */
  private static final Set<String> OF_THE_RESULTS = Set.of("_sort", "_count", "_include");

  /** R4, search.html#prefix. */
  private static final Map<String, String> PREFIXES = prefixes();

  private static final Map<ParameterKind, List<String>> MODIFIERS =
      Map.of(
          ParameterKind.TOKEN,
          List.of("not", "text", "in", "not-in", "above", "below", "of-type", "missing"),
          ParameterKind.STRING,
          List.of("exact", "contains", "missing"),
          ParameterKind.REFERENCE,
          List.of("identifier", "text", "above", "below", "missing"),
          ParameterKind.URI,
          List.of("below", "above", "missing"));

  private static final Map<ParameterKind, String> HINTS =
      Map.of(
          ParameterKind.TOKEN, "code or system|code",
          ParameterKind.STRING, "start of the text",
          ParameterKind.DATE, "2008-01-31",
          ParameterKind.NUMBER, "10",
          ParameterKind.QUANTITY, "16 or 2.5|http://unitsofmeasure.org|L",
          ParameterKind.REFERENCE, "Type/id",
          ParameterKind.URI, "https://…",
          ParameterKind.COMPOSITE, "first$second",
          ParameterKind.SPECIAL, "latitude|longitude|distance|unit");

  /**
   * @param parameter its code, for a chain or {@code _has} all of it
   * @param prefix of R4, empty for equal
   */
  record Row(String parameter, String modifier, String prefix, String value) {
    static final Row EMPTY = new Row("", "", "", "");

    boolean isCriterion() {
      return !parameter.isBlank() && !value.isBlank();
    }

    Parameter toParameter() {
      return new Parameter(
          modifier.isEmpty() ? parameter : parameter + ":" + modifier, prefix + value.strip());
    }
  }

  QueryForm {
    rows = List.copyOf(rows);
  }

  /**
   * Of a query in a URL, {@code url=Type?…}, or of the form's own fields.
   *
   * @throws FhirFailure.Malformed for more rows than a form has
   */
  static QueryForm of(PageRequest request, SearchParameters parameters) {
    Optional<String> url = request.first("url");
    if (url.isPresent()) {
      return of(FhirQuery.parse(url.get()), request.first("cursor").orElse(""), parameters);
    }
    String type = ResourceTypes.require(request.first("type").orElse("Observation"));
    List<Row> rows = new ArrayList<>();
    List<String> codes = request.all("p");
    for (int i = 0; i < codes.size(); i++) {
      rows.add(
          fitting(
              new Row(
                  codes.get(i),
                  request.at("m", i, ""),
                  request.at("c", i, ""),
                  request.at("v", i, "")),
              type,
              parameters));
    }
    return new QueryForm(
        type,
        request.edited(rows, Row.EMPTY, ROWS_MAX, "p"),
        request.first("sort").orElse(""),
        request.first("count").orElse(COUNT_DEFAULT),
        request.first("include").orElse(""),
        "");
  }

  /** What belonged to another parameter, before another one was chosen, goes. */
  private static Row fitting(Row row, String type, SearchParameters parameters) {
    Optional<ParameterKind> kind = kind(type, row.parameter(), parameters);
    if (kind.isEmpty()) {
      return row;
    }
    boolean hasModifier =
        row.modifier().isEmpty() || modifiers(kind.get()).containsKey(row.modifier());
    return new Row(
        row.parameter(),
        hasModifier ? row.modifier() : "",
        hasPrefixes(kind.get()) ? row.prefix() : "",
        row.value());
  }

  private static QueryForm of(FhirQuery query, String cursor, SearchParameters parameters) {
    List<Row> rows = new ArrayList<>();
    for (Parameter parameter : query.parameters()) {
      if (!OF_THE_RESULTS.contains(parameter.name())) {
        rows.add(row(query.type(), parameter, parameters));
      }
    }
    if (rows.size() > ROWS_MAX) {
      throw new FhirFailure.Malformed(
          "The query has " + rows.size() + " criteria; expected at most " + ROWS_MAX, "url");
    }
    if (rows.isEmpty()) {
      rows.add(Row.EMPTY);
    }
    return new QueryForm(
        query.type(),
        rows,
        query.first("_sort").orElse(""),
        query.first("_count").orElse(COUNT_DEFAULT),
        query.first("_include").orElse(""),
        cursor);
  }

  private static Row row(String type, Parameter parameter, SearchParameters parameters) {
    int colon = parameter.name().indexOf(':');
    String code = colon < 0 ? parameter.name() : parameter.name().substring(0, colon);
    String modifier = colon < 0 ? "" : parameter.name().substring(colon + 1);
    Optional<ParameterKind> kind = kind(type, code, parameters);
    if (kind.isEmpty() || (!modifier.isEmpty() && !modifiers(kind.get()).containsKey(modifier))) {
      return new Row(parameter.name(), "", "", parameter.value());
    }
    String value = parameter.value();
    boolean hasPrefix =
        hasPrefixes(kind.get())
            && value.length() > 2
            && PREFIXES.containsKey(value.substring(0, 2));
    return hasPrefix
        ? new Row(code, modifier, value.substring(0, 2), value.substring(2))
        : new Row(code, modifier, "", value);
  }

  /** The search that the form stands for. */
  FhirQuery query() {
    List<Parameter> parameters = new ArrayList<>();
    rows.stream().filter(Row::isCriterion).map(Row::toParameter).forEach(parameters::add);
    if (!include.isEmpty()) {
      parameters.add(new Parameter("_include", include));
    }
    if (!sort.isEmpty()) {
      parameters.add(new Parameter("_sort", sort));
    }
    parameters.add(new Parameter("_count", count));
    return new FhirQuery(type, parameters);
  }

  void write(Html html, SearchParameters parameters) {
    html.open("form", "action", "/search", "id", "query", "data-live", "answer");
    // First, so that it is the one that the enter key presses.
    html.open("div", "class", "row");
    Fields.select(html, "type", "Resource type", List.copyOf(ResourceTypes.all()), type);
    html.element("button", "Search", "type", "submit", "class", "main").close();
    html.open("div", "class", "criteria");
    for (int i = 0; i < rows.size(); i++) {
      row(html, i, parameters);
    }
    html.close();
    html.open("p", "class", "actions");
    html.element("button", "Add a criterion", "type", "submit", "name", "add", "value", "1");
    html.close().open("div", "class", "row");
    Fields.select(html, "sort", "Sort by", sorts(parameters), sort);
    Fields.select(html, "count", "Results on a page", COUNTS, count);
    Fields.select(html, "include", "Also show", includes(parameters), include);
    html.close().close();
  }

  private void row(Html html, int place, SearchParameters parameters) {
    Row row = rows.get(place);
    String name = "Criterion " + (place + 1);
    html.open("fieldset", "class", "row").element("legend", name);
    Fields.select(html, "p", "Parameter", codes(parameters), row.parameter());
    Optional<ParameterKind> kind = kind(type, row.parameter(), parameters);
    if (kind.map(each -> modifiers(each).size() > 1).orElse(false)) {
      Fields.select(html, "m", "Modifier", modifiers(kind.get()), row.modifier());
    } else {
      Fields.hidden(html, "m", "");
    }
    if (kind.map(QueryForm::hasPrefixes).orElse(false) && !row.modifier().equals("missing")) {
      Fields.select(html, "c", "Comparison", PREFIXES, row.prefix());
    } else {
      Fields.hidden(html, "c", "");
    }
    boolean isMissing = row.modifier().equals("missing");
    if (isMissing) {
      Fields.select(html, "v", "Value", List.of("true", "false"), row.value());
    } else {
      Fields.text(html, "v", "Value", row.value(), kind.map(HINTS::get).orElse("value"));
    }
    Fields.removal(html, place, name);
    description(row, parameters).ifPresent(text -> html.element("p", text, "class", "note"));
    html.close();
  }

  private Optional<String> description(Row row, SearchParameters parameters) {
    return definition(type, row.parameter(), parameters)
        .map(definition -> definition.kind().code() + ". " + ofType(definition.description()))
        .filter(text -> !text.isBlank());
  }

  /** R4 describes a parameter of many types line by line: {@code * [Type](…): text}. */
  private String ofType(String description) {
    for (String line : description.lines().toList()) {
      if (line.contains("[" + type + "]")) {
        return line.substring(line.indexOf("): ") + 3).strip();
      }
    }
    return description.contains("Multiple Resources:") ? "" : description;
  }

  private Map<String, String> codes(SearchParameters parameters) {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("", "choose …");
    parameters.of(type).forEach(each -> codes.put(each.code(), each.code()));
    return codes;
  }

  private Map<String, String> sorts(SearchParameters parameters) {
    Map<String, String> sorts = new LinkedHashMap<>();
    sorts.put("", "creation");
    Collection<ParameterDefinition> all = parameters.of(type);
    for (ParameterDefinition each : all) {
      if (each.kind() != ParameterKind.COMPOSITE && each.kind() != ParameterKind.SPECIAL) {
        sorts.put(each.code(), each.code() + ", rising");
        sorts.put("-" + each.code(), each.code() + ", falling");
      }
    }
    return sorts;
  }

  private Map<String, String> includes(SearchParameters parameters) {
    Map<String, String> includes = new LinkedHashMap<>();
    includes.put("", "nothing else");
    for (ParameterDefinition each : parameters.of(type)) {
      if (each.kind() == ParameterKind.REFERENCE) {
        includes.put(type + ":" + each.code(), "what " + each.code() + " refers to");
      }
    }
    return includes;
  }

  private static Optional<ParameterDefinition> definition(
      String type, String code, SearchParameters parameters) {
    return parameters.of(type).stream().filter(each -> each.code().equals(code)).findFirst();
  }

  private static Optional<ParameterKind> kind(
      String type, String code, SearchParameters parameters) {
    return definition(type, code, parameters).map(ParameterDefinition::kind);
  }

  private static boolean hasPrefixes(ParameterKind kind) {
    return kind == ParameterKind.DATE
        || kind == ParameterKind.NUMBER
        || kind == ParameterKind.QUANTITY;
  }

  private static Map<String, String> modifiers(ParameterKind kind) {
    Map<String, String> modifiers = new LinkedHashMap<>();
    modifiers.put("", "none");
    MODIFIERS
        .getOrDefault(kind, List.of("missing"))
        .forEach(modifier -> modifiers.put(modifier, ":" + modifier));
    return modifiers;
  }

  private static Map<String, String> prefixes() {
    Map<String, String> prefixes = new LinkedHashMap<>();
    prefixes.put("", "equal to");
    prefixes.put("ne", "ne: other than");
    prefixes.put("gt", "gt: more than");
    prefixes.put("ge", "ge: at least");
    prefixes.put("lt", "lt: less than");
    prefixes.put("le", "le: at most");
    prefixes.put("sa", "sa: starts after");
    prefixes.put("eb", "eb: ends before");
    prefixes.put("ap", "ap: about");
    prefixes.put("eq", "eq: equal to");
    return java.util.Collections.unmodifiableMap(prefixes);
  }
}
