package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVRecord;
import org.hipparchus.distribution.continuous.TDistribution;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.SmallStudy;

/** What callers are told who may not see single subjects. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DisclosureTest {
  private static final String STUDY = "/ResearchStudy/spiera-2011";
  private static final int MIN = 5;

  private final TestServer server =
      TestServer.start("rodnan.trials.load=true", "rodnan.cohort.subject-level=false");
  private final FhirClient client = server.client();

  @AfterAll
  void stop() {
    server.close();
  }

  private List<CSVRecord> rows(String path) {
    return client.get(path + (path.contains("?") ? "&" : "?") + "_format=csv").rows();
  }

  private static void areMultiples(List<CSVRecord> rows, String column) {
    assertThat(rows).isNotEmpty();
    assertThat(rows)
        .allSatisfy(row -> {
          int number = Integer.parseInt(row.get(column));
          assertThat(number % MIN).as(row.toString()).isZero();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        STUDY + "/$criss",
        STUDY + "/$ild-progression",
        STUDY + "/$data-quality",
        STUDY + "/$published",
        STUDY + "/$endpoint?measure=mrss-total&figure=subjects&_format=svg",
        STUDY + "/$cohort?subjects=true&_format=csv",
        "/ResearchSubject/spiera-2011-001/$criss",
        "/ResearchSubject/spiera-2011-001/$ild-progression",
        "/ResearchSubject/spiera-2011-001/$timeline",
        "/ResearchSubject/spiera-2011-001/$timeline?_format=svg"
      })
  void doesNotShowSingleSubjects(String path) {
    Answer answer = client.get(path);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(403);
    assertThat(answer.text()).contains("rodnan.cohort.subject-level");
  }

  @Test
  void anEndpointHasOnlyRowsThatDoNotTellOfFew() {
    String path = STUDY + "/$endpoint?measure=mrss-total&visit=month-12&population=observed";
    List<CSVRecord> all = rows(path);
    areMultiples(all, "n");
    // Exactly 24 were there at month 12.
    assertThat(all).singleElement().satisfies(row -> assertThat(row.get("n")).isEqualTo("20"));
    CSVRecord whole = all.getFirst();
    assertThat(whole.get("change_mean"))
        .as("not -6.625, which is a fraction of 24")
        .isEqualTo("-6.6");
    assertThat(whole.get("change_sd")).isEqualTo("4.9");
    for (String column :
        List.of("change_median", "baseline_q1", "visit_q3", "p_wilcoxon", "spearman_rho")) {
      assertThat(whole.get(column)).as(column).isEmpty();
    }
    // t of Student with 19 degrees of freedom: what is told follows from what is told.
    double half = 2.093024 * 4.9 / Math.sqrt(20);
    assertThat(Double.parseDouble(whole.get("change_ci_low"))).isCloseTo(-6.6 - half, within(1e-5));
    assertThat(Double.parseDouble(whole.get("change_ci_high")))
        .isCloseTo(-6.6 + half, within(1e-5));

    for (String few :
        List.of(
            "one::Patient?_id=spiera-2011-001",
            "allButOne::!Patient?_id=spiera-2011-001",
            "some::Patient?_id=spiera-2011-001,spiera-2011-002,spiera-2011-003")) {
      List<CSVRecord> rows = rows(path + "&stratum=" + encoded(few));
      assertThat(rows).as(few).hasSize(1);
      assertThat(rows.getFirst().get("stratum")).isEqualTo("all");
    }
    // Each alone may be shown, but not both: who is in one of them alone is one subject.
    List<CSVRecord> both =
        rows(
            path
                + "&stratum="
                + encoded("a::Patient?_id=" + subjects(1, 20))
                + "&stratum="
                + encoded("b::Patient?_id=" + subjects(2, 20)));
    assertThat(both.stream().map(row -> row.get("stratum"))).containsExactly("all", "a");
    assertThat(client.get(path + "&_format=svg").status()).isEqualTo(200);
  }

  /** Of four the baseline is zero, and so there is no change in percent; the others are a few. */
  @Test
  void aRowIsThereWithoutWhatIsOfTooFewOfIt() {
    String path = STUDY + "/$endpoint?measure=vas-digital-ulcers&visit=month-12&responder=-1";
    List<CSVRecord> rows = rows(path);
    assertThat(rows).isNotEmpty();
    areMultiples(rows, "n");
    for (CSVRecord row : rows) {
      assertThat(row.get("change_mean")).isNotEmpty();
      assertThat(row.get("percent_change_mean")).isEmpty();
    }
    assertThat(client.get(path).text()).doesNotContain("percent-change").doesNotContain("wilcoxon");
  }

  /**
   * Two groups that differ by one subject: neither the number nor the statistics tell by how many.
   */
  @Test
  void statisticsDoNotTellOfHowManyTheyAre() {
    String path =
        STUDY + "/$endpoint?measure=mrss-total&visit=month-12&population=observed&stratum=";
    int told = 0;
    for (int last : List.of(20, 21, 22, 23, 24)) {
      for (CSVRecord row : rows(path + encoded("some::Patient?_id=" + subjects(1, last)))) {
        if (row.get("stratum").equals("some")) {
          double n = Double.parseDouble(row.get("n"));
          double mean = Double.parseDouble(row.get("change_mean"));
          double sd = Double.parseDouble(row.get("change_sd"));
          double half = Double.parseDouble(row.get("change_ci_high")) - mean;
          assertThat(half)
              .isCloseTo(
                  new TDistribution(n - 1).inverseCumulativeProbability(0.975) * sd / Math.sqrt(n),
                  within(1e-9));
          told++;
        }
      }
    }
    assertThat(told).isPositive();
  }

  /** What is the same of everybody would be known of each. */
  @Test
  void valuesThatAreAllTheSameAreNotTold() {
    SmallStudy study = new SmallStudy(client, server.newId());
    for (int i = 0; i < 6; i++) {
      String subject = study.subject("on-study", "", "", "");
      int value = 20 + i;
      study.mrss(
          subject,
          "baseline",
          mrss -> ((ObjectNode) mrss.path("valueQuantity")).put("value", value));
      study.mrss(
          subject,
          "month-12",
          mrss -> ((ObjectNode) mrss.path("valueQuantity")).put("value", value - 4));
    }
    CSVRecord row =
        rows(study.path() + "/$endpoint?measure=mrss-total&visit=month-12&population=observed")
            .getFirst();
    assertThat(row.get("n")).isEqualTo("5");
    assertThat(row.get("baseline_mean")).isNotEmpty();
    for (String column : List.of("change_mean", "change_sd", "change_ci_low", "p_paired_t")) {
      assertThat(row.get(column)).as(column).isEmpty();
    }
  }

  private static String subjects(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(number -> String.format("spiera-2011-%03d", number))
        .collect(Collectors.joining(","));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void adverseEventsTellOnlyHowManySubjects() {
    List<CSVRecord> terms = rows(STUDY + "/$adverse-events");
    areMultiples(terms, "subjects");
    assertThat(terms)
        .allSatisfy(row -> {
          for (String column : List.of("events", "grade1", "serious", "related", "worst_grade5")) {
            assertThat(row.get(column)).as(column).isEmpty();
          }
        });
    JsonNode answer = client.get(STUDY + "/$adverse-events?byArm=true").json();
    assertThat(answer.toString())
        .contains("\"smallCountMin\"")
        .doesNotContain("\"leftOut\"", "\"seriousSubjects\"", "\"grade\"");
  }

  @Test
  void participantFlowHasOnlyNumbersThatDoNotTellOfFew() {
    List<CSVRecord> stages =
        rows(STUDY + "/$participant-flow").stream()
            .filter(row -> row.get("source").equals("records"))
            .toList();
    areMultiples(stages, "subjects");
    assertThat(stages.stream().map(row -> row.get("stage"))).contains("enrolled");
    // Reasons are of one to three subjects each.
    assertThat(stages).allSatisfy(row -> assertThat(row.get("reason")).isEmpty());
    assertThat(client.get(STUDY + "/$participant-flow?_format=svg").text())
        .doesNotContain("No arm");
  }

  @Test
  void pagesOfferNothingThatIsRefused() throws Exception {
    String study = page("/studies/spiera-2011");
    assertThat(study)
        .contains("Participant flow", "Adverse events", "rounded down to multiples of 5")
        .doesNotContain("$data-quality", "figure=subjects", "$published");
    assertThat(page("/subjects/spiera-2011-001")).doesNotContain("$timeline");
    assertThat(page("/cohort?study=spiera-2011&search=Patient%3Fgender%3Dfemale"))
        .contains("The table as CSV")
        .doesNotContain("subjects=true");
  }

  private String page(String path) throws Exception {
    URI base = URI.create(client.base());
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(base.resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
    return answer.body();
  }
}
