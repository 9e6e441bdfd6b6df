package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** Cohorts as of an earlier position of the log. */
class CohortAsOfTest {
  private static final String MRSS = "ssc-mrss-valid-total-only";
  private static final String HIGH =
      "high::Observation?code=mrss-total&visit=baseline&value-quantity=ge20";
  private static final String FELL =
      "fell::Observation?code=mrss-total#change=baseline,month-12,absolute,le,-5";
  private static final String SAFE = "safe::!AdverseEvent?seriousness=serious";
  private static final String OLD = "chained::Observation?code=mrss-total&patient.gender=female";

  private static String cohort(String... criteria) {
    StringBuilder path = new StringBuilder(SmallTrial.study() + "/$cohort?_format=json");
    for (String each : criteria) {
      path.append("&criterion=").append(URLEncoder.encode(each, StandardCharsets.UTF_8));
    }
    return path.toString();
  }

  private static Answer ok(Answer answer) {
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer;
  }

  private static String position(Answer answer) {
    return answer.json().path("parameter").path(0).path("valueDecimal").asText();
  }

  private static List<Integer> remaining(Answer answer) {
    List<Integer> counts = new ArrayList<>();
    for (JsonNode step : ok(answer).json().path("parameter")) {
      for (JsonNode part : step.path("part")) {
        if (part.path("name").asText().equals("remaining")) {
          counts.add(part.path("valueInteger").asInt());
        }
      }
    }
    return counts;
  }

  @Test
  void seesWhatWasChangedAndDeletedSince() {
    try (TestServer server = TestServer.start()) {
      FhirClient client = server.client();
      SmallTrial trial = new SmallTrial(client);
      List.of("a", "b", "c").forEach(trial::subject);
      trial.both(MRSS, "a", 30, 20);
      trial.both(MRSS, "b", 25, 24);
      String changed = trial.create(trial.value(MRSS, "c", "baseline", 1, "2008-01-15", 10));
      String path = cohort(HIGH, FELL);
      Answer before = client.get(path);
      assertThat(remaining(before)).containsExactly(3, 2, 1);
      String then = position(before);

      ObjectNode higher = trial.value(MRSS, "c", "baseline", 1, "2008-01-15", 40);
      higher.put("id", changed);
      trial.put(higher);
      trial.create(trial.value(MRSS, "c", "month-12", 367, "2009-01-15", 12));
      JsonNode found = client.get("/Observation?patient=a&visit=baseline").json();
      String deleted = found.at("/entry/0/resource/id").asText();
      assertThat(client.delete("/Observation/" + deleted).status()).isEqualTo(204);
      trial.subject("d");
      Answer now = client.get(path);
      assertThat(remaining(now)).containsExactly(4, 2, 1);

      Answer again = client.get(path + "&asOf=" + then);
      assertThat(again.json()).isEqualTo(before.json());
      assertThat(client.get(path + "&asOf=" + position(now)).json()).isEqualTo(now.json());
      assertThat(client.get(path).json()).isEqualTo(now.json());
    }
  }

  @Test
  void runsADefinitionAsOfThen() {
    try (TestServer server = TestServer.start()) {
      FhirClient client = server.client();
      SmallTrial trial = new SmallTrial(client);
      trial.subject("a");
      trial.both(MRSS, "a", 30, 20);
      Answer first = ok(client.get(cohort(HIGH)));
      Answer stored =
          ok(client.post(cohort(HIGH) + "&store=definition", "{\"resourceType\": \"Parameters\"}"));
      String id = stored.json().findPath("resource").path("id").asText();
      for (JsonNode parameter : stored.json().path("parameter")) {
        if (parameter.path("name").asText().equals("definition")) {
          id = parameter.path("resource").path("id").asText();
        }
      }
      trial.subject("b");
      trial.both(MRSS, "b", 30, 20);
      String definition = "/Group/" + id + "/$cohort";
      assertThat(remaining(client.get(definition))).containsExactly(2, 2);
      // Data are of then, the definition is as it is now.
      assertThat(client.get(definition + "?asOf=" + position(first)).json())
          .isEqualTo(first.json());
      assertThat(client.get(cohort(HIGH) + "&asOf=0").status()).isEqualTo(404);
      assertThat(ok(client.get("/$cohort?asOf=0")).json().path("parameter").path(0).toString())
          .contains("\"valueDecimal\":0");
    }
  }

  @Test
  void equalsWhatWasAnsweredThen() {
    long seed = Long.getLong("rodnan.seed", 20261126);
    Random random = new Random(seed);
    try (TestServer server = TestServer.start()) {
      FhirClient client = server.client();
      SmallTrial trial = new SmallTrial(client);
      List<String> subjects = List.of("a", "b", "c", "d", "e", "f", "g", "h");
      subjects.forEach(trial::subject);
      List<String> paths = List.of(cohort(HIGH, FELL, SAFE), cohort(OLD), cohort(SAFE, HIGH));
      Map<String, List<JsonNode>> answers = new LinkedHashMap<>();
      for (int round = 0; round < 40; round++) {
        for (int i = random.nextInt(4); i >= 0; i--) {
          write(client, trial, random, subjects.get(random.nextInt(subjects.size())));
        }
        List<JsonNode> told = paths.stream().map(path -> ok(client.get(path)).json()).toList();
        answers.put(told.getFirst().path("parameter").path(0).path("valueDecimal").asText(), told);
      }
      answers.forEach((position, told) -> {
        for (int i = 0; i < paths.size(); i++) {
          assertThat(ok(client.get(paths.get(i) + "&asOf=" + position)).json())
              .as("seed %s, %s as of %s", seed, paths.get(i), position)
              .isEqualTo(told.get(i));
        }
      });
    }
  }

  private static void write(FhirClient client, SmallTrial trial, Random random, String subject) {
    String visit = random.nextBoolean() ? "baseline" : "month-12";
    String date = visit.equals("baseline") ? "2008-01-15" : "2009-01-15";
    String id = subject + "-" + visit;
    switch (random.nextInt(6)) {
      case 0 -> client.delete("/Observation/" + id);
      case 1 -> {
        ObjectNode event = trial.event(subject, "Fluid overload", "2008-02-15");
        event.put("id", "event-" + subject);
        trial.put(event);
      }
      case 2 -> client.delete("/AdverseEvent/event-" + subject);
      case 3 -> {
        JsonNode patient = client.get("/Patient/" + subject).json();
        ((ObjectNode) patient).put("gender", random.nextBoolean() ? "female" : "male");
        trial.put((ObjectNode) patient);
      }
      default -> {
        ObjectNode value = trial.value(MRSS, subject, visit, 1, date, random.nextInt(52));
        value.put("id", id);
        trial.put(value);
      }
    }
  }

  @Test
  void refusesPositionsThatCanNotBeAnswered() {
    try (TestServer server = TestServer.start("rodnan.limits.as-of-changes-max=2")) {
      FhirClient client = server.client();
      SmallTrial trial = new SmallTrial(client);
      List.of("a", "b", "c").forEach(trial::subject);
      long then = Long.parseLong(position(ok(client.get(cohort(HIGH)))));
      refused(client, "x", 400, "asOf", "'x'", "whole number");
      refused(client, Long.toString(then + 1), 400, "up to " + then);
      ok(
          client.post(
              "",
              """
              {"resourceType": "Bundle", "type": "transaction", "entry": [
                {"resource": {"resourceType": "Patient"},
                  "request": {"method": "POST", "url": "Patient"}},
                {"resource": {"resourceType": "Patient"},
                  "request": {"method": "POST", "url": "Patient"}}]}
              """));
      refused(client, Long.toString(then + 1), 400, "inside of a transaction");
      for (String subject : List.of("a", "b")) {
        rename(client, trial, subject);
        ok(client.get(cohort(HIGH) + "&asOf=" + then));
      }
      rename(client, trial, "c");
      refused(client, Long.toString(then), 422, "rodnan.limits.as-of-changes-max", "2");
      refused(client, Long.toString(then + 2), 422, "expected a later position");
      ok(client.get(cohort(HIGH) + "&asOf=" + (then + 3)));
    }
  }

  private static void rename(FhirClient client, SmallTrial trial, String subject) {
    ObjectNode patient = (ObjectNode) client.get("/Patient/" + subject).json();
    trial.put(patient.put("birthDate", "1950"));
  }

  @Test
  void refusesToAnswerWithoutWhatWasExpunged() {
    try (TestServer server = TestServer.start("rodnan.expunge=allow")) {
      FhirClient client = server.client();
      SmallTrial trial = new SmallTrial(client);
      trial.subject("a");
      ObjectNode value = trial.value(MRSS, "a", "baseline", 1, "2008-01-15", 30);
      value.put("id", "gone");
      trial.put(value);
      String then = position(ok(client.get(cohort(HIGH))));
      trial.put(trial.value(MRSS, "a", "baseline", 1, "2008-01-15", 10).put("id", "gone"));
      assertThat(remaining(client.get(cohort(HIGH) + "&asOf=" + then))).containsExactly(1, 1);
      ok(
          client.post(
              "/Observation/gone/$expunge",
              "expungePreviousVersions=true",
              "Content-Type",
              "application/x-www-form-urlencoded"));
      refused(client, then, 422, "Observation/gone version 1", "expunged");
    }
  }

  private static void refused(FhirClient client, String asOf, int status, String... told) {
    Answer answer = client.get(cohort(HIGH) + "&asOf=" + asOf);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(status);
    assertThat(answer.text()).contains(told);
  }
}
