package org.rodnan.web;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.CohortDefinition;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.CohortOperation;
import org.rodnan.operation.OperationArguments;
import org.rodnan.operation.Table;
import org.rodnan.store.Origin;

/**
 * Who of a study's subjects meets criteria: the funnel while they are added, by {@code $cohort},
 * with the request that a program makes for the same. What the server refuses is shown with the
 * reason.
 */
final class CohortPage {
  private static final int STUDIES_MAX = 200;

  /** Nothing is written, so nobody is asked for. */
  private static final Origin READER = new Origin(Origin.ANONYMOUS, null, "page", null);

  /** Of an attrition: the step and its name, then counts. */
  private static final int WORDS = 2;

  private final StoredResources resources;
  private final CohortOperation operation;

  CohortPage(StoredResources resources, CohortOperation operation) {
    this.resources = resources;
    this.operation = operation;
  }

  private record Asked(List<String> criteria, String combine, Optional<String> study) {
    /** The request by GET, its path relative to the base. */
    String url() {
      StringBuilder url =
          new StringBuilder(study.map(id -> "ResearchStudy/" + id + "/").orElse(""))
              .append("$cohort");
      char separator = '?';
      for (String criterion : criteria) {
        url.append(separator).append("criterion=").append(FhirQuery.encoded(criterion));
        separator = '&';
      }
      if (!combine.isEmpty()) {
        url.append(separator).append("combine=").append(FhirQuery.encoded(combine));
      }
      return url.toString();
    }

    OperationArguments arguments() {
      List<ParametersParameterComponent> all = new ArrayList<>();
      criteria.forEach(text -> all.add(argument("criterion", text)));
      if (!combine.isEmpty()) {
        all.add(argument("combine", combine));
      }
      return new OperationArguments(all);
    }

    private static ParametersParameterComponent argument(String name, String value) {
      ParametersParameterComponent argument = new ParametersParameterComponent();
      argument.setName(name).setValue(new StringType(value));
      return argument;
    }
  }

  private record Found(
      Optional<Asked> asked, Optional<Table> attrition, Optional<FhirFailure> failure) {}

  /**
   * @throws FhirFailure.NotFound if there is no definition of the id that is asked for
   */
  Page page(PageRequest request) {
    CohortForm form =
        request
            .first("definition")
            .map(id ->
                CohortForm.of(
                    CohortDefinition.read(
                        resources.read(new ResourceKey("Group", id)).as(Group.class))))
            .orElseGet(() -> CohortForm.of(request));
    Found found = found(form);
    return new Page(
        found.failure().isPresent() ? 400 : 200,
        Layout.page(
            "Cohort",
            "/cohort",
            true,
            html -> {
              html.element(
                  "p",
                  "Add criteria, and see how many remain after each. A criterion is a FHIR search"
                      + " about patients, at a visit if you like, or a change of what it finds"
                      + " between two visits.",
                  "class",
                  "lead");
              form.write(html, studies());
              html.element("p", "", "role", "status", "class", "unseen", "id", "said");
              html.open("div", "id", "answer");
              found.attrition().ifPresent(attrition -> funnel(html, attrition));
              found
                  .failure()
                  .ifPresent(failure -> {
                    html.element("h2", "The server refuses this");
                    FailurePage.issues(html, failure);
                  });
              found.asked().ifPresent(asked -> request(html, asked, request.fhirBase()));
              html.close();
            }));
  }

  private Map<String, String> studies() {
    Map<String, String> titles = new LinkedHashMap<>();
    resources
        .search("ResearchStudy", "_sort", "title", "_count", Integer.toString(STUDIES_MAX))
        .forEach(study ->
            titles.put(
                study.key().id(),
                StudiesPage.title(study.as(ResearchStudy.class), study.key().id())));
    return titles;
  }

  private Found found(CohortForm form) {
    Optional<Asked> asked = Optional.empty();
    try {
      asked =
          Optional.of(
              new Asked(
                  form.criteria(),
                  form.combine(),
                  Optional.of(form.study()).filter(id -> !id.isEmpty())));
      Optional<ResourceKey> study = asked.get().study().map(CohortPage::study);
      Table attrition = operation.cohort(study, asked.get().arguments(), READER).attrition();
      return new Found(asked, Optional.of(attrition), Optional.empty());
    } catch (FhirFailure.Malformed
        | FhirFailure.NotFound
        | FhirFailure.Gone
        | FhirFailure.TooLarge refused) {
      return new Found(asked, Optional.empty(), Optional.of(refused));
    }
  }

  private static ResourceKey study(String id) {
    return ResourceKey.parse("ResearchStudy/" + id)
        .orElseThrow(() -> new FhirFailure.NotFound("There is no study '" + id + "'"));
  }

  private static void funnel(Html html, Table attrition) {
    Object all = attrition.rows().getFirst().get(WORDS);
    Object remaining = attrition.rows().getLast().get(WORDS);
    html.element("h2", shown(remaining) + " of " + shown(all) + " remain", "id", "total");
    List<String> columns = new ArrayList<>(List.of("Step", "Criterion", "Remaining", "Share"));
    List<String> arms = attrition.columns().subList(WORDS + 1, attrition.columns().size());
    columns.addAll(arms);
    Set<String> numbers = new HashSet<>(arms);
    numbers.addAll(List.of("Step", "Remaining"));
    Layout.table(html, "How many remain after each criterion", columns, numbers);
    for (List<@Nullable Object> row : attrition.rows()) {
      html.open("tr")
          .element("td", String.valueOf(row.getFirst()), "class", "number")
          .element("th", String.valueOf(row.get(1)), "scope", "row")
          .element("td", shown(row.get(WORDS)), "class", "number")
          .open("td", "class", "share");
      share(html, row.get(WORDS), all);
      html.close();
      row.subList(WORDS + 1, row.size())
          .forEach(count -> html.element("td", shown(count), "class", "number"));
      html.close();
    }
    Layout.endTable(html);
  }

  private static String shown(@Nullable Object count) {
    return count instanceof Number number
        ? String.format("%,d", number.longValue())
        : "not shown, too few";
  }

  private static void share(Html html, @Nullable Object count, @Nullable Object all) {
    if (count instanceof Number some && all instanceof Number whole && whole.longValue() > 0) {
      long percent = Math.round(100.0 * some.longValue() / whole.longValue());
      html.element(
              "meter",
              percent + " %",
              "min",
              "0",
              "max",
              whole.toString(),
              "value",
              some.toString(),
              "aria-label",
              some + " of " + whole)
          .text(" " + percent + " %");
    }
  }

  private void request(Html html, Asked asked, String base) {
    String url = "/fhir/" + asked.url();
    html.element("h2", "The request").open("p", "class", "copied");
    html.open("code", "id", "address").text("GET ");
    Layout.link(html, url, url);
    html.close().close();
    String curl =
        "curl -H 'Accept: application/fhir+json' '"
            + base
            + "/"
            + asked.url().replace("'", "%27")
            + "'";
    html.open("p", "class", "copied").element("code", curl, "id", "curl");
    html.element("button", "Copy", "type", "button", "hidden", "hidden", "data-copy", "curl");
    html.close();
    String more = url + (url.contains("?") ? "&" : "?");
    html.open("p", "class", "actions");
    Layout.link(html, more + "_format=csv", "The table as CSV");
    if (operation.tellsSubjects(READER)) {
      Layout.link(html, more + "_format=csv&subjects=true", "The patients as CSV");
    } else {
      html.element("span", "Who remains is not told here.");
    }
    html.close();
  }
}
