package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.SmallStudy;

/** Adverse events of Spiera's trial beside what the paper prints, and of small studies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdverseEventsTest {
  private static final String SPIERA = "/ResearchStudy/spiera-2011/$adverse-events";
  private static final String NAUSEA = "ssc-adverse-event-valid-nausea";
  private static final String OVERLOAD = "ssc-adverse-event-valid-serious-fluid-overload";
  private static final String FATAL = "ssc-adverse-event-valid-fatal-pneumonia";

  private TestServer server;
  private FhirClient client;

  @BeforeAll
  void start() {
    server = TestServer.start("rodnan.trials.load=true");
    client = server.client();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private List<CSVRecord> rows(String path) {
    return client.get(path).rows();
  }

  private Map<String, CSVRecord> byTerm(String path) {
    return rows(path).stream().collect(Collectors.toMap(row -> row.get("term"), row -> row));
  }

  private static CSVRecord row(Map<String, CSVRecord> rows, String term) {
    CSVRecord row = rows.get(term);
    if (row == null) {
      throw new AssertionError("No " + term + " in " + rows.keySet());
    }
    return row;
  }

  private static int number(CSVRecord row, String column) {
    return Integer.parseInt(row.get(column));
  }

  @Test
  void beginsWithTheColumnsThatOthersReadBy() {
    assertThat(client.get(SPIERA + "?_format=csv").text())
        .startsWith(
            "term,subjects,percent,events,grade1,grade2,grade3,grade4,grade5,serious,related,");
  }

  /** Spiera 2011, table 2: at least possibly related, in more than one patient. */
  @Test
  void equalsThePrintedRelatedEvents() {
    Map<String, Long> printed = new TreeMap<>();
    printed.put("Oedema", 80L);
    printed.put("Nausea", 73L);
    printed.put("Myalgias", 67L);
    printed.put("CK elevation", 43L);
    printed.put("Fatigue", 40L);
    printed.put("Anaemia", 27L);
    List.of("Pyrosis", "Vomiting", "Weight loss", "Headaches")
        .forEach(term -> printed.put(term, 13L));
    printed.put("Effusions", 10L);
    List.of(
            "Hypocalcaemia",
            "Dry skin",
            "Erectile dysfunction",
            "Generalised weakness",
            "Light-headedness")
        .forEach(term -> printed.put(term, 7L));
    Map<String, Long> computed = new TreeMap<>();
    for (CSVRecord row : rows(SPIERA + "?_format=csv&related=true")) {
      if (number(row, "subjects") > 1) {
        computed.put(row.get("term"), Math.round(Double.parseDouble(row.get("percent"))));
      }
    }
    assertThat(computed).isEqualTo(printed);
  }

  /** Spiera 2011, results: 358 events; of the 171 related ones 124, 43 and 4 of grade 1, 2, 3-4. */
  @Test
  void equalsThePrintedTotals() {
    assertThat(total("", "events")).isEqualTo(358);
    assertThat(total("", "related")).isEqualTo(171);
    assertThat(total("?serious=true", "events")).isEqualTo(24);
    assertThat(total("?serious=true", "related")).isEqualTo(2);
    List<CSVRecord> related = rows(SPIERA + "?_format=csv&related=true");
    assertThat(sum(related, "events")).isEqualTo(171);
    assertThat(sum(related, "grade1")).isEqualTo(124);
    assertThat(sum(related, "grade2")).isEqualTo(43);
    assertThat(sum(related, "grade3") + sum(related, "grade4")).isEqualTo(4);
  }

  private static int sum(List<CSVRecord> rows, String column) {
    return rows.stream().mapToInt(row -> number(row, column)).sum();
  }

  private int total(String query, String name) {
    JsonNode answer = client.get(SPIERA + query).json();
    return part(named(answer.path("parameter"), "total"), name).path("valueInteger").asInt(-1);
  }

  private static JsonNode named(JsonNode parts, String name) {
    for (JsonNode each : parts) {
      if (each.path("name").asText().equals(name)) {
        return each;
      }
    }
    throw new AssertionError("No " + name + " in " + parts);
  }

  private static JsonNode part(JsonNode whole, String name) {
    return named(whole.path("part"), name);
  }

  /** Spiera 2011, table 2: serious events. */
  @ParameterizedTest
  @CsvSource({
    "Haematuria (hospitalisations), 7, 1, 0",
    "Pneumonia, 2, 2, 0",
    "C difficile infection, 2, 1, 0",
    "Infected ulcer, 2, 2, 0",
    "Death (pneumonia), 1, 1, 0",
    "Acute gastroenteritis, 1, 1, 0",
    "Acute myocardial infarction, 1, 1, 0",
    "'Anaemia, blood transfusion', 1, 1, 0",
    "Fall, 1, 1, 0",
    "Fluid overload, 1, 1, 1",
    "'Rectal prolapse, haemorrhoidal bleed', 1, 1, 0",
    "Nephrolithiasis, 1, 1, 0",
    "Partial small bowel obstruction, 1, 1, 0",
    "Bleeding post renal biopsy (hospitalisation), 1, 1, 0",
    "Tachyarrhythmia/cardiomyopathy, 1, 1, 1"
  })
  void equalsThePrintedSeriousEvents(String term, int events, int subjects, int related) {
    Map<String, CSVRecord> serious = byTerm(SPIERA + "?_format=csv&serious=true");
    assertThat(serious).hasSize(15);
    CSVRecord row = row(serious, term);
    assertThat(number(row, "events")).isEqualTo(events);
    assertThat(number(row, "serious")).isEqualTo(events);
    assertThat(number(row, "subjects")).isEqualTo(subjects);
    assertThat(number(row, "related")).isEqualTo(related);
  }

  @Test
  void addsUpInEachRow() {
    for (CSVRecord row : rows(SPIERA + "?_format=csv")) {
      int graded =
          number(row, "grade1")
              + number(row, "grade2")
              + number(row, "grade3")
              + number(row, "grade4")
              + number(row, "grade5");
      assertThat(graded + number(row, "ungraded")).isEqualTo(number(row, "events"));
      assertThat(Double.parseDouble(row.get("percent")))
          .isEqualTo(100.0 * number(row, "subjects") / 30);
    }
  }

  /** Terms that share a code are one by code and two by name. */
  @Test
  void tellsTermsApartByTheirCode() {
    Map<String, CSVRecord> byName = byTerm(SPIERA + "?_format=csv");
    Map<String, CSVRecord> byCode = byTerm(SPIERA + "?_format=csv&term=code");
    assertThat(byName).containsKeys("Anaemia", "Anaemia, blood transfusion");
    Function<String, Integer> events = term -> number(row(byName, term), "events");
    assertThat(byCode).hasSize(byName.size() - 2);
    assertThat(byCode.values().stream().mapToInt(row -> number(row, "events")).sum())
        .isEqualTo(358);
    assertThat(
            byCode.values().stream()
                .filter(row -> row.get("term").startsWith("Anaemia"))
                .mapToInt(row -> number(row, "events")))
        .containsExactly(events.apply("Anaemia") + events.apply("Anaemia, blood transfusion"));
  }

  @Test
  void countsWhatHappenedToWhoIsEnrolled() {
    SmallStudy study = new SmallStudy(client, server.newId());
    String switched = study.subject("on-study", "", "Active", "Placebo");
    String assigned = study.subject("on-study", "", "Active", "");
    study.subject("off-study", "completed", "Placebo", "Placebo");
    String without = study.subject("withdrawn", "withdrawal-by-subject", "", "");
    String failed = study.subject("ineligible", "screen-failure", "", "");
    study.event(NAUSEA, switched, event -> event.with("event").put("text", "Nausea"));
    study.event(NAUSEA, switched, event -> event.with("event").put("text", " nausea"));
    study.event(OVERLOAD, assigned, event -> {});
    study.event(FATAL, without, event -> {});
    study.event(NAUSEA, failed, event -> {});
    study.event(
        NAUSEA,
        assigned,
        event ->
            ((ObjectNode) event.path("modifierExtension").path(0))
                .put("valueCode", "entered-in-error"));
    String path = study.path() + "/$adverse-events?byArm=true";
    Map<String, CSVRecord> rows = byTerm(path + "&_format=csv");
    assertThat(rows).hasSize(3);
    CSVRecord nausea = row(rows, "Nausea");
    assertThat(number(nausea, "subjects")).isEqualTo(1);
    assertThat(nausea.get("percent")).isEqualTo("25.0");
    assertThat(number(nausea, "events")).isEqualTo(2);
    assertThat(number(nausea, "grade1")).isEqualTo(2);
    assertThat(number(nausea, "worst_grade1")).isEqualTo(1);
    assertThat(number(nausea, "related")).isEqualTo(2);
    assertThat(number(nausea, "related_subjects")).isEqualTo(1);
    assertThat(number(nausea, "Placebo subjects")).as("as treated").isEqualTo(1);
    assertThat(nausea.get("Placebo percent")).isEqualTo("50.0");
    assertThat(number(nausea, "Active subjects")).isZero();
    CSVRecord overload =
        rows.values().stream()
            .filter(row -> row.get("serious").equals("1") && row.get("grade3").equals("1"))
            .findFirst()
            .orElseThrow();
    assertThat(number(overload, "Active subjects")).isEqualTo(1);
    assertThat(overload.get("Active percent")).isEqualTo("100.0");
    CSVRecord fatal = row(rows, "Pneumonia");
    assertThat(number(fatal, "grade5")).isEqualTo(1);
    assertThat(number(fatal, "related")).isZero();
    assertThat(number(fatal, "Active subjects") + number(fatal, "Placebo subjects")).isZero();
    JsonNode answer = client.get(path).json().path("parameter");
    assertThat(named(answer, "enrolled").path("valueInteger").asInt()).isEqualTo(4);
    assertThat(named(answer, "asOf").path("valueDecimal").asInt()).isPositive();
    assertThat(answer.toString())
        .contains("{\"name\":\"reason\",\"valueCode\":\"not-actual\"}")
        .contains("{\"name\":\"reason\",\"valueCode\":\"not-enrolled\"}");
  }

  @Test
  void isAskedByParametersToo() {
    String body =
        """
        {"resourceType": "Parameters", "parameter": [
          {"name": "serious", "valueBoolean": true}, {"name": "term", "valueCode": "text"}]}\
        """;
    assertThat(client.post(SPIERA, body).text())
        .isEqualTo(client.get(SPIERA + "?serious=true").text());
  }

  /** Percentages that were published are no events. */
  @Test
  void makesNothingUpWhereThereAreNoSubjects() {
    String pope = "/ResearchStudy/pope-2011/$adverse-events";
    assertThat(rows(pope + "?_format=csv")).isEmpty();
    JsonNode answer = client.get(pope).json().path("parameter");
    assertThat(named(answer, "enrolled").path("valueInteger").asInt()).isZero();
    assertThat(named(answer, "total").toString()).doesNotContain("percent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serious=yes", "term=name", "byarm=true", "related=true&related=false"})
  void refusesWhatItCantUnderstand(String query) {
    Answer answer = client.get(SPIERA + "?" + query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
    assertThat(answer.text()).contains("expected");
  }

  @Test
  void knowsWhatIsNotThere() {
    assertThat(client.get("/ResearchStudy/nowhere/$adverse-events").status()).isEqualTo(404);
    assertThat(client.get(SPIERA + "?_format=svg").status()).isEqualTo(406);
    assertThat(client.get("/Patient/spiera-2011-001/$adverse-events").status()).isEqualTo(404);
  }
}
