package org.rodnan.web;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.rodnan.endpoint.EndpointTable;
import org.rodnan.endpoint.EndpointTable.Comparison;
import org.rodnan.endpoint.EndpointTable.Row;
import org.rodnan.endpoint.EndpointTable.Test;
import org.rodnan.endpoint.Sample;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.EndpointOperation;

/**
 * What {@code $endpoint} tells of a study: the skin score, lung function by interstitial lung
 * disease, and the skin score of subgroups. What wasn't measured has no section.
 */
final class EndpointSections {
  private static final String SKIN = "mrss-total";
  private static final String LUNG_DISEASE =
      "Observation?code=involvement-interstitial-lung-disease&value-concept=";
  private static final String DURATION = "Observation?code=disease-duration&value-quantity=";
  private static final String ANTIBODY = "Observation?code=anti-scl-70&value-concept=";
  private static final String MONTHS = "%7Chttp://unitsofmeasure.org%7Cmo";
  private static final double P_MIN = 0.001;

  private static final Map<String, String> LUNGS = lungs();

  private static final List<String> LUNG_STRATA =
      List.of("With lung disease::" + LUNG_DISEASE + "Y", "Without::" + LUNG_DISEASE + "N");

  private static final List<String> SUBGROUPS =
      List.of(
          "Disease under 18 months::" + DURATION + "lt18" + MONTHS,
          "18 months or longer::" + DURATION + "ge18" + MONTHS,
          "Disease under 4 years::" + DURATION + "lt48" + MONTHS,
          "4 years or longer::" + DURATION + "ge48" + MONTHS,
          "Anti-Scl-70 positive::" + ANTIBODY + "POS",
          "Anti-Scl-70 negative::" + ANTIBODY + "NEG",
          "Lung disease::" + LUNG_DISEASE + "Y",
          "No lung disease::" + LUNG_DISEASE + "N",
          "Women::Patient?gender=female",
          "Men::Patient?gender=male");

  private static final List<String> COLUMNS =
      List.of(
          "n",
          "Baseline, mean (SD)",
          "Visit, mean (SD)",
          "Change (95 % CI)",
          "Change in %",
          "p, paired t",
          "p, Wilcoxon");

  private final EndpointOperation endpoint;

  EndpointSections(EndpointOperation endpoint) {
    this.endpoint = endpoint;
  }

  List<StudySection> of(ResourceKey study) {
    List<StudySection> sections = new ArrayList<>();
    EndpointQuery skin = EndpointQuery.of(study, SKIN);
    EndpointTable course = table(skin);
    if (hasNumbers(course)) {
      sections.add(
          new StudySection(
              "skin", "Skin score", html -> skin(html, skin, course, endpoint.showsSubjects())));
    }
    lungs(study, sections);
    if (hasNumbers(course)) {
      EndpointQuery subgroups =
          with(skin, SUBGROUPS).with("visit", course.rows().getLast().visit());
      EndpointTable table = table(subgroups);
      sections.add(
          new StudySection(
              "subgroups", "Skin score of subgroups", html -> subgroups(html, subgroups, table)));
    }
    return sections;
  }

  private void lungs(ResourceKey study, List<StudySection> sections) {
    Map<EndpointQuery, EndpointTable> tables = new LinkedHashMap<>();
    LUNGS
        .keySet()
        .forEach(measure -> {
          EndpointQuery query = with(EndpointQuery.of(study, measure), LUNG_STRATA);
          EndpointTable table = table(query);
          if (hasNumbers(table)) {
            tables.put(query, table);
          }
        });
    if (!tables.isEmpty()) {
      sections.add(
          new StudySection(
              "lungs",
              "Lung function by interstitial lung disease",
              html -> tables.forEach((query, table) -> lung(html, query, table))));
    }
  }

  private EndpointTable table(EndpointQuery query) {
    return endpoint.table(query.study(), query.arguments());
  }

  private static EndpointQuery with(EndpointQuery query, List<String> strata) {
    EndpointQuery whole = query;
    for (String stratum : strata) {
      whole = whole.with("stratum", stratum);
    }
    return whole;
  }

  private static boolean hasNumbers(EndpointTable table) {
    return table.rows().stream().anyMatch(row -> row.change().n() > 0);
  }

  private static void skin(
      Html html, EndpointQuery query, EndpointTable table, boolean showsSubjects) {
    lead(
        html,
        "Subjects with a score at baseline and at the visit (observed cases). Error bars are"
            + " standard deviations.");
    picture(html, query, "bars", table.name() + ", means at baseline and at each visit");
    if (showsSubjects) {
      picture(html, query, "subjects", table.name() + ", a line for each subject and the mean");
    }
    rows(html, query, table, "Skin score at baseline and at each visit", "Visit");
  }

  private static void lung(Html html, EndpointQuery query, EndpointTable table) {
    String name = LUNGS.getOrDefault(query.parameters().getFirst().value(), table.name());
    html.element("h3", name);
    picture(html, query, "change", name + ", mean change by interstitial lung disease");
    rows(html, query, table, name + " by interstitial lung disease", "Subjects");
    for (Comparison each : table.comparisons()) {
      String tests = tests(each.welch(), each.mannWhitney());
      if (tests.isEmpty()) {
        continue;
      }
      lead(
          html,
          "Change at "
              + words(each.visit())
              + ", "
              + each.left().toLowerCase(Locale.ROOT)
              + " against "
              + each.right().toLowerCase(Locale.ROOT)
              + ": "
              + tests
              + ".");
    }
  }

  /** Those that there are numbers enough for. */
  private static String tests(Test... tests) {
    return Arrays.stream(tests)
        .filter(test -> Double.isFinite(test.p()))
        .map(test -> "p = " + p(test.p()) + " (" + test.variant() + ")")
        .collect(Collectors.joining(", "));
  }

  private static void subgroups(Html html, EndpointQuery query, EndpointTable table) {
    lead(
        html,
        "Mean change with its 95 % confidence interval. A subgroup's own change is shown; whether"
            + " two subgroups differ is another question, for which $endpoint has its"
            + " comparisons.");
    picture(html, query, "forest", "Forest plot of the change in subgroups");
    rows(html, query, table, "Change of the skin score in subgroups", "Subjects");
  }

  private static void lead(Html html, String text) {
    html.element("p", text, "class", "lead");
  }

  private static void picture(Html html, EndpointQuery query, String figure, String title) {
    Layout.picture(html, query.with("figure", figure).path("svg"), title);
  }

  private static void rows(
      Html html, EndpointQuery query, EndpointTable table, String caption, String first) {
    boolean hasStrata = first.equals("Subjects");
    boolean hasVisits = hasStrata && table.rows().stream().map(Row::visit).distinct().count() > 1;
    List<String> columns = new ArrayList<>(COLUMNS);
    columns.addFirst(first);
    Layout.table(html, caption, columns, Set.copyOf(COLUMNS));
    for (Row row : table.rows()) {
      String stratum = row.stratum().equals(EndpointTable.ALL) ? "All" : row.stratum();
      String name = hasVisits ? stratum + ", " + words(row.visit()) : stratum;
      html.open("tr").element("th", hasStrata ? name : words(row.visit()), "scope", "row");
      for (String cell :
          List.of(
              Integer.toString(row.change().n()),
              level(row.baseline()),
              level(row.atVisit()),
              number(row.change().mean())
                  + (Double.isFinite(row.changeCiLow())
                      ? " (" + number(row.changeCiLow()) + " to " + number(row.changeCiHigh()) + ")"
                      : ""),
              number(row.percentChange().mean()),
              p(row.pairedT().p()),
              p(row.wilcoxon().p()))) {
        html.element("td", cell, "class", "number card");
      }
      html.close();
    }
    Layout.endTable(html);
    html.open("p", "class", "actions");
    Layout.link(html, query.path("csv"), "As CSV, not rounded");
    html.close();
  }

  private static String level(Sample sample) {
    return Double.isFinite(sample.sd())
        ? number(sample.mean()) + " (" + number(sample.sd()) + ")"
        : number(sample.mean());
  }

  /** Month 12 for month-12. */
  private static String words(String visit) {
    String words = visit.replace('-', ' ');
    return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  private static String number(double number) {
    return Double.isFinite(number) ? String.format(Locale.ROOT, "%.1f", number) : "";
  }

  private static String p(double p) {
    if (!Double.isFinite(p)) {
      return "";
    }
    return p < P_MIN ? "<0.001" : String.format(Locale.ROOT, "%.3f", p);
  }

  private static Map<String, String> lungs() {
    Map<String, String> lungs = new LinkedHashMap<>();
    lungs.put("http://loinc.org|19872-1", "FVC, % predicted");
    lungs.put("dlco-hb-adjusted-percent-predicted", "DLCO adjusted for haemoglobin, % predicted");
    return lungs;
  }
}
