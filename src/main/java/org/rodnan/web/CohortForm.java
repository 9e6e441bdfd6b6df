package org.rodnan.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.Change;
import org.rodnan.cohort.CohortDefinition;
import org.rodnan.cohort.Criterion;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;

/**
 * A cohort as the fields of a form have it. A row without a search is no criterion yet.
 *
 * @param study its id; empty for all patients
 * @param combine as {@code $cohort} takes it; empty for all
 */
record CohortForm(String study, List<Row> rows, String combine) {
  private static final int ROWS_MAX = CohortDefinition.CRITERIA_MAX;

  /**
   * One criterion as text.
   *
   * @param kind of a change; empty for none
   * @param takes empty if whoever meets it is kept
   */
  record Row(
      String name,
      String search,
      String visit,
      String kind,
      String from,
      String to,
      String comparator,
      String value,
      String takes) {
    static final Row EMPTY = new Row("", "", "", "", "baseline", "month-12", "le", "", "");

    static Row of(Criterion criterion) {
      Optional<Change> change = criterion.change();
      String text = criterion.text();
      boolean isNamed = !criterion.name().equals(text);
      return new Row(
          isNamed ? criterion.name() : "",
          criterion.search(),
          criterion.visit().orElse(""),
          change.map(each -> each.kind().code()).orElse(""),
          change.map(Change::from).orElse(EMPTY.from()),
          change.map(Change::to).orElse(EMPTY.to()),
          change.map(each -> each.comparator().code()).orElse(EMPTY.comparator()),
          change.map(each -> each.value().toPlainString()).orElse(""),
          criterion.excludes() ? "not" : "");
    }

    boolean isCriterion() {
      return !search.isBlank();
    }

    /**
     * In the short form of {@code $cohort}.
     *
     * @throws FhirFailure.Malformed if it is no criterion that can be understood
     */
    String text() {
      String bare = search.strip();
      Criterion unnamed =
          Criterion.of(
              bare,
              bare,
              Optional.of(visit.strip()).filter(each -> !each.isEmpty()),
              kind.isEmpty()
                  ? Optional.empty()
                  : Optional.of(
                      new Change(
                          from.strip(),
                          to.strip(),
                          Change.Kind.of(kind),
                          Change.Comparator.of(comparator),
                          Change.value(value.strip()))),
              takes.equals("not"));
      String shortened = unnamed.text();
      String text =
          shortened.startsWith(bare + "::") ? shortened.substring(bare.length() + 2) : shortened;
      return name.isBlank() ? text : name.strip() + "::" + text;
    }
  }

  CohortForm {
    rows = List.copyOf(rows);
  }

  /**
   * @throws FhirFailure.Malformed for more rows than a cohort has criteria
   */
  static CohortForm of(PageRequest request) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < request.all("s").size(); i++) {
      rows.add(
          new Row(
              request.at("n", i, ""),
              request.at("s", i, ""),
              request.at("t", i, ""),
              request.at("k", i, ""),
              request.at("f", i, Row.EMPTY.from()),
              request.at("o", i, Row.EMPTY.to()),
              request.at("c", i, Row.EMPTY.comparator()),
              request.at("v", i, ""),
              request.at("x", i, "")));
    }
    return new CohortForm(
        request.first("study").orElse(""),
        request.edited(rows, Row.EMPTY, ROWS_MAX, "s"),
        request.first("combine").orElse(""));
  }

  static CohortForm of(CohortDefinition definition) {
    List<Row> rows = new ArrayList<>(definition.criteria().stream().map(Row::of).toList());
    if (rows.isEmpty()) {
      rows.add(Row.EMPTY);
    }
    return new CohortForm(
        definition.study().map(ResourceKey::id).orElse(""),
        rows,
        definition.combine().equals(CohortDefinition.COMBINE_DEFAULT) ? "" : definition.combine());
  }

  /** The criteria in the short form. */
  List<String> criteria() {
    return rows.stream().filter(Row::isCriterion).map(Row::text).toList();
  }

  /**
   * @param studies titles by id
   */
  void write(Html html, Map<String, String> studies) {
    Map<String, String> populations = new LinkedHashMap<>();
    populations.put("", "all patients");
    populations.putAll(studies);
    html.open("form", "action", "/cohort", "id", "cohort", "data-live", "answer");
    html.open("div", "class", "row");
    Fields.select(html, "study", "Subjects of", populations, study);
    html.element("button", "Count", "type", "submit", "class", "main").close();
    html.open("div", "class", "criteria");
    for (int i = 0; i < rows.size(); i++) {
      row(html, i);
    }
    html.close();
    html.open("p", "class", "actions");
    html.element("button", "Add a criterion", "type", "submit", "name", "add", "value", "1");
    html.close().open("div", "class", "row");
    Fields.text(
        html,
        "combine",
        "Combine, by names or numbers",
        combine,
        "all, any, or such as all(1,any(2,not(3)))");
    html.close().close();
  }

  private void row(Html html, int place) {
    Row row = rows.get(place);
    String title = "Criterion " + (place + 1);
    html.open("fieldset", "class", "row").element("legend", title);
    Fields.text(html, "n", "Name", row.name(), "high skin score");
    html.open("div", "class", "long");
    Fields.text(
        html,
        "s",
        "FHIR search about patients",
        row.search(),
        "Observation?code=mrss-total&value-quantity=ge16");
    html.close();
    Map<String, String> kinds = new LinkedHashMap<>();
    kinds.put("", "a value at any visit, or at one");
    kinds.put("absolute", "a change, in the unit");
    kinds.put("percent", "a change, in percent");
    Fields.select(html, "k", "About", kinds, row.kind());
    if (row.kind().isEmpty()) {
      Fields.text(html, "t", "Visit", row.visit(), "any");
      Fields.hidden(html, "f", row.from());
      Fields.hidden(html, "o", row.to());
      Fields.hidden(html, "c", row.comparator());
      Fields.hidden(html, "v", row.value());
    } else {
      Fields.hidden(html, "t", "");
      Fields.text(html, "f", "From visit", row.from(), "baseline");
      Fields.text(html, "o", "To visit", row.to(), "month-12");
      Fields.select(html, "c", "Change is", comparators(), row.comparator());
      Fields.text(html, "v", "Change", row.value(), "-10");
    }
    Map<String, String> takes = new LinkedHashMap<>();
    takes.put("", "are kept");
    takes.put("not", "are left out");
    Fields.select(html, "x", "Who meet it", takes, row.takes());
    Fields.removal(html, place, title);
    html.close();
  }

  private static Map<String, String> comparators() {
    Map<String, String> comparators = new LinkedHashMap<>();
    comparators.put("le", "at most");
    comparators.put("lt", "less than");
    comparators.put("eq", "equal to");
    comparators.put("ge", "at least");
    comparators.put("gt", "more than");
    return comparators;
  }
}
