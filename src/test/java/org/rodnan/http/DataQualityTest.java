package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.rodnan.FhirClient;

/** What looks wrong in a small study, and in Spiera's reconstruction. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DataQualityTest {
  private static final String MRSS = "ssc-mrss-valid-total-only";

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

  /** Of one subject: rule, visit, measure, what was found. */
  private List<String> findings(String study, String query, String subject) {
    return Arrays.stream(
            client.get(study + "/$data-quality?_format=csv" + query).text().split("\r\n"))
        .filter(line -> line.contains("ResearchSubject/" + subject + ","))
        .map(line -> line.replaceAll("(ResearchSubject|Observation)/[^,]*,", ""))
        .toList();
  }

  private List<String> findings(String subject) {
    return findings(SmallTrial.study(), "", subject);
  }

  @Test
  void findsNothingInAGoodSubject() {
    trial.subject("good");
    trial.both(MRSS, "good", 30, 15); // a change of 15, the limit
    trial.create(trial.value(MRSS, "good", "unscheduled", 400, "2009-02-17", 15));
    trial.create(trial.value(MRSS, "good", "unscheduled", 401, "2009-02-18", 15));
    assertThat(findings("good")).isEmpty();
  }

  @Test
  void findsDuplicatesAndErrors() {
    trial.subject("twice");
    trial.create(trial.value(MRSS, "twice", "baseline", 1, "2008-01-15", 20));
    trial.create(trial.value(MRSS, "twice", "baseline", 1, "2008-01-15", 21));
    trial.create(
        trial
            .value(MRSS, "twice", "baseline", 1, "2008-01-15", 22)
            .put("status", "entered-in-error"));
    assertThat(findings("twice"))
        .containsExactly(
            "entered-in-error,baseline,mrss-total,entered-in-error,a right record",
            "duplicate,baseline,mrss-total,\"2 values: 20.0, 21.0\",one value");
  }

  @Test
  void findsWhoHasNoBaseline() {
    trial.subject("late");
    trial.create(trial.value(MRSS, "late", "month-12", 367, "2009-01-15", 20));
    assertThat(findings("late"))
        .containsExactly(
            "no-baseline,baseline,mrss-total,,no value,\"a value at baseline, as it is an"
                + " endpoint\"");
  }

  @Test
  void findsChangesThatAreTooLarge() {
    trial.subject("jump");
    trial.both(MRSS, "jump", 30, 14);
    assertThat(findings("jump"))
        .contains(
            "implausible-change,month-12,mrss-total,\"30.0, then 14.0\",a change of at most 15.0");
  }

  @Test
  void findsDaysThatDoNotFit() {
    trial.subject("days");
    trial.create(trial.value(MRSS, "days", "baseline", 3, "2008-01-15", 20));
    assertThat(findings("days"))
        .containsExactly("study-day,baseline,mrss-total,day 3,\"day 1, by 2008-01-15\"");
  }

  @Test
  void findsVisitsThatAreOffTheWindowTheyState() {
    trial.subject("window");
    ObjectNode late = trial.value(MRSS, "window", "baseline", 3, "2008-01-17", 20);
    for (JsonNode extension : late.path("extension")) {
      if (extension.path("url").asText().endsWith("/ssc-visit")) {
        ObjectNode range =
            ((com.fasterxml.jackson.databind.node.ArrayNode) extension.path("extension"))
                .addObject()
                .put("url", "window")
                .putObject("valueRange");
        for (String end : List.of("low", "high")) {
          range
              .putObject(end)
              .put("value", end.equals("low") ? -28 : 1)
              .put("unit", "d")
              .put("system", "http://unitsofmeasure.org")
              .put("code", "d");
        }
      }
    }
    trial.create(late);
    assertThat(findings("window"))
        .containsExactly("visit-window,baseline,mrss-total,day 3,day -28 to 1");
  }

  @Test
  void findsCodesThatAreNoMeasures() {
    trial.subject("code");
    trial.create(trial.value(MRSS, "code", "baseline", 1, "2008-01-15", 20));
    ObjectNode weight = trial.value(MRSS, "code", "baseline", 1, "2008-01-15", 70);
    weight.remove("meta");
    ObjectNode code = (ObjectNode) weight.path("code").path("coding").path(0);
    code.put("system", "http://loinc.org").put("code", "29463-7").put("display", "Body weight");
    ((ObjectNode) weight.path("valueQuantity")).put("unit", "kg").put("code", "kg");
    trial.create(weight);
    assertThat(findings("code"))
        .containsExactly(
            "unmapped-code,baseline,29463-7,http://loinc.org|29463-7,a code of a measure of the"
                + " profiles");
  }

  /** Spiera's subjects by the protocol: nobody has anything at the screening visit. */
  @Test
  void goesByTheProtocol() {
    String all = client.get("/ResearchStudy/spiera-2011/$data-quality?_format=csv").text();
    assertThat(all)
        .contains("missing-visit,,screening,,,nothing of any subject,")
        .doesNotContain("study-day,")
        .doesNotContain("unmapped-code,")
        .doesNotContain("duplicate,");
    // 93, then 143 % predicted
    assertThat(findings("/ResearchStudy/spiera-2011", "", "spiera-2011-014"))
        .anyMatch(line -> line.contains("\"93, then 143\""));
  }

  @Test
  void answersInFhirToo() {
    trial.subject("fhir");
    JsonNode answer =
        client
            .post(
                SmallTrial.study() + "/$data-quality",
                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"window\","
                    + "\"valueInteger\":0}]}")
            .json();
    assertThat(answer.path("parameter").path(0).path("name").asText()).isEqualTo("asOf");
    assertThat(client.get(SmallTrial.study() + "/$data-quality?window=x").status()).isEqualTo(400);
    assertThat(client.get("/ResearchStudy/none/$data-quality").status()).isEqualTo(404);
  }
}
