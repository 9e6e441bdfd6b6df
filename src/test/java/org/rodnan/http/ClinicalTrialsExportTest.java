package org.rodnan.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** {@code ResearchStudy/[id]/$clinicaltrials}, and what it writes back into another server. */
class ClinicalTrialsExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IN = "/$ingest?source=clinicaltrials&file=study.json&_format=csv";
  private static final int SUBJECTS = 30;

  private static TestServer server;
  private static TestServer other;
  private static FhirClient client;

  @BeforeAll
  static void load() throws IOException {
    server = TestServer.start();
    other = TestServer.start();
    client = server.client();
    for (String trial : List.of("spiera-2011", "pope-2011", "khanna-2011")) {
      post(client, resource("/trials/" + trial + "/study.json"));
    }
    for (int i = 1; i <= SUBJECTS; i++) {
      post(client, resource("/trials/spiera-2011/subject-%03d.json".formatted(i)));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    other.close();
  }

  /** What the registry gave comes out again, but for what clinicaltrials.md names. */
  @Test
  void writesWhatWasReadFromTheRegistry() throws IOException {
    String given = resource("/clinicaltrials/spiera-2011.json");
    read(other.client(), given);
    JsonNode written = export(other.client(), "NCT00555581", "");
    ObjectNode expected = (ObjectNode) JSON.readTree(given);
    forget(expected);
    assertThat(written.path("protocolSection")).isEqualTo(expected.path("protocolSection"));
    assertThat(written.path("resultsSection")).isEqualTo(expected.path("resultsSection"));
  }

  /** What clinicaltrials.md says does not survive. */
  private static void forget(ObjectNode study) {
    ObjectNode protocol = (ObjectNode) study.path("protocolSection");
    ((ObjectNode) protocol.at("/statusModule/completionDateStruct")).remove("type");
    ((ObjectNode) protocol.at("/sponsorCollaboratorsModule/leadSponsor")).remove("class");
    ((ObjectNode) protocol.at("/designModule")).remove("enrollmentInfo");
    ((ObjectNode) protocol.at("/designModule/designInfo")).remove("allocation");
    ((ObjectNode) protocol.at("/armsInterventionsModule/armGroups/0")).remove("interventionNames");
    ((ObjectNode) protocol.at("/armsInterventionsModule/interventions/0")).remove("type");
    ObjectNode results = (ObjectNode) study.path("resultsSection");
    ((ObjectNode) results.path("adverseEventsModule")).remove("frequencyThreshold");
    for (JsonNode groups : results.findValues("groups")) {
      groups.forEach(each -> ((ObjectNode) each).remove("description"));
    }
  }

  @Test
  void computesTheResultsOfAStudyThatHasSubjects() {
    JsonNode study = export(client, "spiera-2011", "");
    assertThat(study.at("/protocolSection/identificationModule/nctId").asText())
        .isEqualTo("NCT00555581");
    JsonNode flow = study.at("/resultsSection/participantFlowModule/periods/0");
    assertThat(count(flow.path("milestones"), "STARTED")).isEqualTo("30");
    assertThat(count(flow.path("milestones"), "COMPLETED")).isEqualTo("24");
    assertThat(count(flow.path("milestones"), "NOT COMPLETED")).isEqualTo("6");

    JsonNode outcome = outcome(study, "Modified Rodnan skin score", "12 months");
    assertThat(outcome.path("type").asText()).isEqualTo("PRIMARY");
    assertThat(outcome.at("/denoms/0/counts/0/value").asText()).isEqualTo("24");
    assertThat(outcome.at("/classes/0/categories/0/measurements/0/value").asText())
        .isEqualTo("-6.625");
    assertThat(outcome.at("/analyses/0/pValue").asText()).isEqualTo("<0.0001");

    JsonNode events = study.at("/resultsSection/adverseEventsModule");
    JsonNode table = client.get("/ResearchStudy/spiera-2011/$adverse-events?serious=true").json();
    int serious = part(table, "total", "subjects");
    assertThat(events.at("/eventGroups/0/seriousNumAffected").asInt()).isEqualTo(serious);
    assertThat(events.at("/eventGroups/0/deathsNumAffected").asInt()).isEqualTo(1);
    int all = 0;
    for (JsonNode event : events.path("seriousEvents")) {
      all += event.at("/stats/0/numEvents").asInt();
    }
    for (JsonNode event : events.path("otherEvents")) {
      all += event.at("/stats/0/numEvents").asInt();
    }
    assertThat(all)
        .isEqualTo(
            part(
                client.get("/ResearchStudy/spiera-2011/$adverse-events").json(),
                "total",
                "events"));
    JsonNode sex = study.at("/resultsSection/baselineCharacteristicsModule/measures/0");
    assertThat(sex.at("/classes/0/categories/0/measurements/0/value").asText()).isEqualTo("24");
  }

  private static String count(JsonNode milestones, String type) {
    for (JsonNode each : milestones) {
      if (each.path("type").asText().equals(type)) {
        return each.at("/achievements/0/numSubjects").asText();
      }
    }
    return "";
  }

  private static JsonNode outcome(JsonNode study, String title, String timeFrame) {
    for (JsonNode each : study.at("/resultsSection/outcomeMeasuresModule/outcomeMeasures")) {
      if (each.path("title").asText().contains(title)
          && each.path("timeFrame").asText().endsWith(timeFrame)) {
        return each;
      }
    }
    throw new AssertionError("There is no outcome " + title);
  }

  private static int part(JsonNode parameters, String name, String part) {
    for (JsonNode each : parameters.path("parameter")) {
      if (each.path("name").asText().equals(name)) {
        for (JsonNode inner : each.path("part")) {
          if (inner.path("name").asText().equals(part)) {
            return inner.path("valueInteger").asInt();
          }
        }
      }
    }
    throw new AssertionError("There is no " + name + " " + part);
  }

  /** Whichever figures it has: another server takes them, and writes the same. */
  @Test
  void anotherServerTakesTheSeedTrialsAndWritesTheSame() throws IOException {
    String[][] trials = {
      {"spiera-2011", "?figures=computed", "NCT00000001"},
      {"spiera-2011", "?figures=published", "NCT00000002"},
      {"khanna-2011", "", "NCT00000003"}
    };
    for (String[] trial : trials) {
      ObjectNode first = (ObjectNode) export(client, trial[0], trial[1]);
      assertThat(first.path("hasResults").asBoolean()).isTrue();
      ((ObjectNode) first.at("/protocolSection/identificationModule")).put("nctId", trial[2]);
      read(other.client(), first.toString());
      assertThat(export(other.client(), trial[2], "")).isEqualTo(first);
    }
  }

  /** Each arm is a group, and both are compared. */
  @Test
  void comparesArms() {
    SmallTrial trial = new SmallTrial(other.client());
    for (int i = 0; i < 8; i++) {
      boolean isPlacebo = i % 2 == 1;
      String id = "arm-" + i;
      ObjectNode subject = (ObjectNode) other.client().get(trial.subject(id)).json();
      String arm = isPlacebo ? "Placebo" : "Active";
      trial.put(subject.put("assignedArm", arm).put("actualArm", arm));
      trial.both("ssc-mrss-valid-total-only", id, 30, isPlacebo ? 28 + i : 18 + i);
    }
    JsonNode study = export(other.client(), "example-study", "");
    JsonNode outcome = outcome(study, "Modified Rodnan skin score", "12 months");
    assertThat(outcome.path("groups"))
        .extracting(each -> each.path("title").asText())
        .containsExactly("Active", "Placebo");
    assertThat(outcome.at("/classes/0/categories/0/measurements"))
        .extracting(each -> each.path("value").asText())
        .containsExactly("-9", "2");
    assertThat(outcome.path("denoms").findValuesAsText("value")).containsExactly("4", "4");
    assertThat(outcome.path("analyses"))
        .extracting(each -> each.path("groupIds").size())
        .containsExactly(1, 1, 2);
    assertThat(Double.parseDouble(outcome.at("/analyses/2/pValue").asText())).isBetween(1e-4, 0.01);
    assertThat(study.at("/resultsSection/adverseEventsModule/eventGroups"))
        .extracting(each -> each.path("title").asText())
        .containsExactly("Active", "Placebo");
  }

  @Test
  void writesTheFiguresOfAPaperAsTheyWerePrinted() {
    JsonNode study = export(client, "khanna-2011", "");
    assertThat(study.at("/resultsSection/participantFlowModule/periods/0/milestones"))
        .extracting(each -> each.at("/achievements/0/numSubjects").asText())
        .containsExactly("20", "12");
    assertThat(study.at("/resultsSection/outcomeMeasuresModule").toString())
        .contains("3.9")
        .doesNotContain("-3.9");
  }

  @Test
  void leavesOutAPhaseThatIsOnlyInWords() {
    Answer answer = client.get("/ResearchStudy/pope-2011/$clinicaltrials");
    assertThat(answer.json().at("/protocolSection/designModule").has("phases")).isFalse();
    assertThat(answer.header("X-Left-Out").orElseThrow()).contains("phases in words");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(client.get("/ResearchStudy/spiera-2011/$clinicaltrials?figures=all").text())
        .contains("figures is 'all'; expected computed or published");
    assertThat(client.get("/ResearchStudy/spiera-2011/$clinicaltrials?other=x").status())
        .isEqualTo(400);
    assertThat(client.get("/ResearchStudy/khanna-2011/$clinicaltrials?figures=computed").status())
        .isEqualTo(422);
    assertThat(client.get("/ResearchStudy/none/$clinicaltrials").status()).isEqualTo(404);
  }

  private static JsonNode export(FhirClient from, String study, String query) {
    Answer answer = from.get("/ResearchStudy/" + study + "/$clinicaltrials" + query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/json");
    return answer.json();
  }

  private static void read(FhirClient into, String study) {
    Answer answer = into.postBytes(IN, study.getBytes(UTF_8), "application/json");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.text().lines()).noneMatch(line -> line.contains("rejected"));
  }

  private static void post(FhirClient to, String bundle) {
    Answer answer = to.post("/", bundle);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
  }

  private static String resource(String path) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ClinicalTrialsExportTest.class.getResourceAsStream(path))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
