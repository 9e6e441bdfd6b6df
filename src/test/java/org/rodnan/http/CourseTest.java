package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.Fixtures;

/** How subjects fared: timelines, composite response, progression of lung disease. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CourseTest {
  private static final String MRSS = "ssc-mrss-valid-total-only";
  private static final String FVC = "ssc-fvc-valid-percent-predicted";
  private static final String DLCO = "ssc-dlco-valid-hb-adjusted-percent";
  private static final String PHYSICIAN = "ssc-outcome-score-valid-physician-global";
  private static final String HAQ = "ssc-outcome-score-valid-haq-di-with-loinc";
  private static final String VAS = "ssc-outcome-score-valid-vas-raynaud";

  private TestServer server;
  private FhirClient client;
  private SmallTrial trial;

  @BeforeAll
  void start() {
    server = TestServer.start("rodnan.trials.load=true");
    client = server.client();
    trial = new SmallTrial(client);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private List<CSVRecord> rows(String path) {
    return client.get(path).rows();
  }

  private CSVRecord row(String subject, String operation) {
    return rows(subject + "/" + operation + (operation.contains("?") ? "&" : "?") + "_format=csv")
        .getFirst();
  }

  private void patientGlobal(String subject, double baseline, double then) {
    for (Map.Entry<String, Double> each :
        Map.of("baseline", baseline, "month-12", then).entrySet()) {
      boolean isBaseline = each.getKey().equals("baseline");
      ObjectNode score =
          trial.value(
              VAS,
              subject,
              each.getKey(),
              isBaseline ? 1 : 367,
              isBaseline ? "2008-01-15" : "2009-01-15",
              each.getValue());
      ((ObjectNode) score.path("code").path("coding").path(0))
          .put("code", "patient-global")
          .put("display", "Patient global assessment");
      trial.create(score);
    }
  }

  /** The check value of the paper's formula, with the patient's global on 0 to 100. */
  private String whole(String id) {
    String subject = trial.subject(id);
    trial.both(MRSS, id, 30, 24);
    trial.both(FVC, id, 82.9, 89.3);
    patientGlobal(id, 50, 40.4);
    trial.both(PHYSICIAN, id, 6.2, 4);
    trial.both(HAQ, id, 1, 1.02);
    return subject;
  }

  @Test
  void reckonsTheProbability() {
    CSVRecord row = row(whole("criss-whole"), "$criss");
    // -5.54 + 0.81 * 6 + 0.21 * 6.4 + 0.40 * 0.96 + 0.44 * 2.2 - 3.41 * 0.02
    assertThat(row.get("sum")).isEqualTo("1.9478");
    assertThat(Double.parseDouble(row.get("probability"))).isEqualTo(1 / (1 + Math.exp(-1.9478)));
    assertThat(row.get("patient_global_change")).isEqualTo("-0.96");
    assertThat(row.get("responder")).isEqualTo("true");
    assertThat(row.get("step1")).isEqualTo("false");
    assertThat(row.get("improved_measures")).isEqualTo("3");
    assertThat(row.get("revised_improved")).isEqualTo("true");
    assertThat(row.get("arm")).isNotEmpty();
  }

  @Test
  void saysWhatIsMissingAndWhatWasInError() {
    String subject = trial.subject("criss-missing");
    trial.both(MRSS, "criss-missing", 30, 24);
    ObjectNode wrong = trial.value(FVC, "criss-missing", "baseline", 1, "2008-01-15", 80);
    trial.create(wrong.put("status", "entered-in-error"));
    trial.create(trial.value(FVC, "criss-missing", "month-12", 367, "2009-01-15", 80));
    CSVRecord row = row(subject, "$criss");
    assertThat(row.get("probability")).isEmpty();
    assertThat(row.get("why_not")).isEqualTo("missing: fvc patient_global physician_global haq_di");
    assertThat(row.get("mrss_change")).isEqualTo("-6.0");
    assertThat(row.get("revised_improved")).isEmpty();
  }

  /** Of two values at a visit the one of the later date counts. */
  @Test
  void takesTheLaterOfTwoValuesOfAVisit() {
    String subject = trial.subject("criss-two");
    trial.both(MRSS, "criss-two", 30, 24);
    trial.create(trial.value(MRSS, "criss-two", "month-12", 366, "2009-01-14", 10));
    trial.create(trial.value(MRSS, "criss-two", "month-12", 368, "2009-01-16", 21));
    assertThat(row(subject, "$criss").get("mrss_visit")).isEqualTo("21.0");
  }

  @ParameterizedTest
  @CsvSource({
    "Scleroderma renal crisis, 2008-07-01, yes", // between baseline and visit
    "Scleroderma renal crisis, 2009-01-15, yes", // on the day of the visit
    "Scleroderma renal crisis, 2008-01-15, no", // not new
    "Scleroderma renal crisis, 2009-02-01, no", // after the visit
    "Nausea, 2008-07-01, no",
  })
  void isZeroIfAnEventCameBetween(String text, String date, String expected) {
    String id = "criss-" + text.substring(0, 3).toLowerCase(java.util.Locale.ROOT) + date;
    String subject = whole(id);
    trial.create(trial.event(id, text, date));
    CSVRecord row = row(subject, "$criss");
    assertThat(row.get("renal_crisis")).isEqualTo(expected);
    assertThat(row.get("probability").equals("0.0")).isEqualTo(expected.equals("yes"));
    String adjudicated =
        "$criss?renal-crisis=" + FhirClient.encode("AdverseEvent?event:text=nothing of the kind");
    assertThat(row(subject, adjudicated).get("renal_crisis")).isEqualTo("no");
  }

  @Test
  void countsAFallOfFvcThatIsConfirmed() {
    String id = "criss-fvc";
    String subject = trial.subject(id);
    trial.both(FVC, id, 80, 68); // exactly 15 %
    assertThat(row(subject, "$criss").get("fvc_decline")).isEqualTo("unconfirmed");
    trial.create(
        trial.observation(
            "ssc-organ-involvement-valid-lung-present", id, "baseline", 1, "2008-01-15"));
    assertThat(row(subject, "$criss?assume-confirmed=true").get("fvc_decline")).isEqualTo("yes");
    trial.create(trial.value(FVC, id, "unscheduled", 420, "2009-03-01", 60)); // too late
    assertThat(row(subject, "$criss").get("fvc_decline")).isEqualTo("unconfirmed");
    trial.create(trial.value(FVC, id, "unscheduled", 390, "2009-02-05", 67));
    CSVRecord row = row(subject, "$criss");
    assertThat(row.get("fvc_decline")).isEqualTo("yes");
    assertThat(row.get("step1")).isEqualTo("true");
    assertThat(row.get("probability")).isEqualTo("0.0");
  }

  @Test
  void tellsProgression() {
    String id = "ild";
    String subject = trial.subject(id);
    trial.both(FVC, id, 70, 63); // exactly 10 % of it, 7 points
    trial.both(DLCO, id, 60, 55);
    trial.create(trial.event(id, "Dyspnoea worse", "2008-07-01"));
    CSVRecord row = row(subject, "$ild-progression");
    assertThat(row.get("ild")).isEqualTo("unknown");
    assertThat(row.get("omeract")).isEqualTo("true");
    assertThat(row.get("omeract_criterion")).isEqualTo("FVC -10 %");
    assertThat(row.get("physiology_criterion")).isEqualTo("FVC -5 points");
    assertThat(row.get("progressive_pulmonary_fibrosis")).isEmpty();
    String asked =
        "$ild-progression?symptoms=" + FhirClient.encode("AdverseEvent?event:text=dyspnoea");
    assertThat(row(subject, asked).get("progressive_pulmonary_fibrosis")).isEqualTo("true");
  }

  /** Those of the reconstruction with lung disease whose FVC fell by 10 % or more. */
  @Test
  void tellsProgressionInATrial() {
    Map<String, Long> verdicts =
        rows("/ResearchStudy/spiera-2011/$ild-progression?_format=csv").stream()
            .collect(Collectors.groupingBy(row -> row.get("ild"), Collectors.counting()));
    assertThat(verdicts).containsEntry("yes", 16L).containsEntry("no", 14L);
    assertThat(
            rows("/ResearchStudy/spiera-2011/$ild-progression?_format=csv").stream()
                .filter(row -> row.get("omeract").equals("true"))
                .map(row -> row.get("subject")))
        .containsExactly("ResearchSubject/spiera-2011-019");
  }

  @Test
  void givesTheSameForAStudyAndASubject() {
    String studied =
        rows("/ResearchStudy/spiera-2011/$criss?_format=csv&haq-di=shaq-di").stream()
            .filter(row -> row.get("subject").endsWith("-009"))
            .map(CSVRecord::toList)
            .findFirst()
            .orElseThrow()
            .toString();
    assertThat(row("/ResearchSubject/spiera-2011-009", "$criss?haq-di=shaq-di").toList().toString())
        .isEqualTo(studied);
  }

  @Test
  void takesParametersByPost() {
    String body =
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"haq-di\",\"valueString\":"
            + "\"shaq-di\"}]}";
    JsonNode posted = client.post("/ResearchSubject/spiera-2011-009/$criss", body).json();
    assertThat(posted)
        .isEqualTo(client.get("/ResearchSubject/spiera-2011-009/$criss?haq-di=shaq-di").json());
    assertThat(posted.path("parameter").path(1).path("name").asText()).isEqualTo("subject");
  }

  @Test
  void showsEverythingOfASubjectByStudyDay() {
    List<CSVRecord> rows = rows("/ResearchSubject/spiera-2011-001/$timeline?_format=csv");
    assertThat(rows.getFirst().get("kind")).isEqualTo("enrolment");
    CSVRecord oedema =
        rows.stream().filter(row -> row.get("what").equals("Oedema")).findFirst().orElseThrow();
    assertThat(oedema.get("day")).isEqualTo("19");
    assertThat(oedema.get("end_day")).isEqualTo("25");
    assertThat(oedema.get("grade")).isEqualTo("1");
    assertThat(oedema.get("serious")).isEqualTo("false");
    assertThat(oedema.get("resource")).isEqualTo("AdverseEvent/spiera-2011-001-ae-01");
    assertThat(rows.stream().filter(row -> row.get("kind").equals("disposition")).toList())
        .singleElement()
        .satisfies(left -> assertThat(left.get("day")).isEqualTo("367"));
    List<Integer> days =
        rows.stream()
            .map(row -> row.get("day"))
            .filter(day -> !day.isEmpty())
            .map(Integer::parseInt)
            .toList();
    assertThat(days).isSorted().doesNotContain(0);
    JsonNode answer = client.get("/ResearchSubject/spiera-2011-001/$timeline").json();
    assertThat(answer.path("parameter").size()).isEqualTo(rows.size() + 5);
  }

  @Test
  void drawsASubject() {
    String timeline = "/ResearchSubject/spiera-2011-001/$timeline";
    Answer asked = client.get(timeline + "?_format=svg");
    assertThat(asked.status()).isEqualTo(200);
    assertThat(asked.header("Content-Type").orElseThrow()).startsWith("image/svg+xml");
    assertThat(asked.text())
        .contains("<title id=\"title\">Timeline of subject spiera-2011-001 by study day</title>")
        .contains("Visits: baseline on day 1; month 3 on day 88;")
        .contains("Modified Rodnan skin score, total 24 on day 1, 20 on day 367")
        .contains("Imatinib Mesylate 400 mg daily")
        .contains("Oedema day 19 to 25, grade 1, day 49")
        .doesNotContain("Disease duration");
    assertThat(client.get(timeline, "Accept", "image/svg+xml").text()).isEqualTo(asked.text());
    Answer posted = client.post(timeline + "?_format=svg", "{\"resourceType\":\"Parameters\"}");
    assertThat(posted.status()).isEqualTo(200);
    assertThat(posted.text()).isEqualTo(asked.text());
  }

  @Test
  void drawsASubjectOfWhomNothingIsKnown() {
    Answer answer = client.get(trial.subject("blank") + "/$timeline?_format=svg");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).contains("There are no numbers to draw.");
  }

  @Test
  void countsDaysAndLeavesOutWhatIsVoidOrOfAnotherStudy() {
    String id = "line";
    String subject = trial.subject(id);
    ObjectNode early = trial.value(MRSS, id, "screening", 1, "2008-01-14", 20);
    early
        .path("extension")
        .forEach(extension -> {
          if (extension.path("url").asText().endsWith("/ssc-visit")) {
            ((com.fasterxml.jackson.databind.node.ArrayNode) extension.path("extension")).remove(1);
          }
        });
    trial.create(early);
    trial.create(trial.value(MRSS, id, "baseline", 1, "2008-01-15", 21));
    trial.create(
        trial.value(MRSS, id, "baseline", 1, "2008-01-15", 22).put("status", "entered-in-error"));
    ObjectNode elsewhere = Fixtures.example("ssc-research-subject-valid-on-study");
    elsewhere.put("id", "line-elsewhere").remove(List.of("assignedArm", "actualArm"));
    ((ObjectNode) elsewhere.path("study")).put("reference", "ResearchStudy/pope-2011");
    ((ObjectNode) elsewhere.path("individual")).put("reference", "Patient/" + id);
    trial.put(elsewhere);
    ObjectNode foreign = trial.value(MRSS, id, "baseline", 1, "2008-01-15", 23);
    foreign
        .path("extension")
        .forEach(extension -> {
          if (extension.path("url").asText().endsWith("/workflow-researchStudy")) {
            ((ObjectNode) extension.path("valueReference"))
                .put("reference", "ResearchStudy/pope-2011");
          }
        });
    trial.create(foreign);
    assertThat(
            rows(subject + "/$timeline?_format=csv").stream()
                .filter(row -> row.get("kind").equals("observation"))
                .map(row -> row.get("day") + ":" + row.get("value")))
        .containsExactly("-1:20.0", "1:21.0");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(client.get("/ResearchSubject/nobody/$timeline").status()).isEqualTo(404);
    assertThat(client.get("/ResearchStudy/nothing/$criss").status()).isEqualTo(404);
    for (String asked : List.of("$criss", "$ild-progression")) {
      for (String of :
          List.of("/ResearchStudy/spiera-2011/", "/ResearchSubject/spiera-2011-009/")) {
        for (String name : List.of("visit", "baseline")) {
          Answer answer = client.get(of + asked + "?" + name + "=nope");
          assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
          assertThat(answer.text()).contains(name + ": nobody has anything at 'nope'", "month-9");
        }
        Answer answer = client.get(of + asked + "?fvc=nope,http://loinc.org%7C0-0");
        assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
        assertThat(answer.text())
            .contains("fvc: nobody in this study has a value of 'nope,", "19872-1");
        assertThat(client.get(of + asked + "?fvc=physician-global").status())
            .as("nobody has it, but the profiles know it")
            .isEqualTo(200);
      }
    }
    Answer unknown = client.get("/ResearchSubject/spiera-2011-001/$timeline?visit=baseline");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text()).contains("visit");
    assertThat(client.get("/ResearchStudy/spiera-2011/$criss?renal-crisis=Patient").status())
        .isEqualTo(400);
    assertThat(client.get("/ResearchStudy/spiera-2011/$ild-progression?tolerance=-1").status())
        .isEqualTo(400);
    assertThat(client.get("/ResearchStudy/spiera-2011/$criss?assume-confirmed=maybe").status())
        .isEqualTo(400);
  }

  @Test
  void answersForAStudyWithoutSubjects() {
    ObjectNode study = Fixtures.example("fixture-researchstudy-example-study");
    study.put("id", "empty-study");
    trial.put(study);
    assertThat(rows("/ResearchStudy/empty-study/$criss?_format=csv")).isEmpty();
    assertThat(rows("/ResearchStudy/empty-study/$ild-progression?_format=csv")).isEmpty();
  }
}
