package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

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
    Answer answer = client.get(path + (path.contains("?") ? "&" : "?") + "_format=csv");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    try {
      return CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .get()
          .parse(new StringReader(answer.text()))
          .getRecords();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
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
    assertThat(all.getFirst().get("change_mean")).isEqualTo("-6.625");

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
