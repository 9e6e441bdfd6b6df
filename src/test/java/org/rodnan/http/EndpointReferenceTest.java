package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.Fixtures;

/**
 * {@code $endpoint} against R, on 50 small studies with ties, zeros and missing values. {@code
 * endpoint/reference.R} made the values (seeded, synthetic) and what R 4.2.2 says of them.
 */
@ExtendWith(TestServer.Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndpointReferenceTest {
  private static final int STUDIES = 50;
  private static final double SIX_DIGITS = 1e-6;

  /** The columns of a measure begin with its name. */
  private enum Measure {
    MRSS("mrss-total", "ssc-mrss-valid-total-only"),
    FVC("http://loinc.org|19872-1", "ssc-fvc-valid-percent-predicted");

    private final String token;
    private final String example;

    Measure(String token, String example) {
      this.token = token;
      this.example = example;
    }

    String encoded() {
      return FhirClient.encode(token);
    }
  }

  private static final Map<String, String> VISITS =
      Map.of("baseline", "baseline", "month6", "month-6", "month12", "month-12");

  private final FhirClient client;
  private final SmallTrial trial;

  EndpointReferenceTest(TestServer server) {
    this.client = server.client();
    this.trial = new SmallTrial(client);
  }

  @BeforeAll
  void store() {
    Map<Integer, List<CSVRecord>> studies =
        read("values").stream()
            .collect(
                Collectors.groupingBy(
                    row -> Integer.parseInt(row.get("set")), TreeMap::new, Collectors.toList()));
    assertThat(studies).hasSize(STUDIES);
    studies.forEach((set, subjects) -> {
      String study = study(set);
      ObjectNode bundle = JsonNodeFactory.instance.objectNode();
      bundle.put("resourceType", "Bundle").put("type", "transaction");
      ArrayNode entries = bundle.putArray("entry");
      add(
          entries,
          Fixtures.example("fixture-researchstudy-example-study"),
          study,
          "NCT%08d".formatted(90_000_000 + set));
      for (CSVRecord subject : subjects) {
        addSubject(entries, study, subject);
      }
      Answer answer = client.post("", bundle.toString());
      assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    });
  }

  private void addSubject(ArrayNode entries, String study, CSVRecord subject) {
    String id = study + "-" + subject.get("subject");
    ObjectNode patient = Fixtures.example("fixture-patient-example-patient");
    patient.put("gender", subject.get("sex"));
    add(entries, patient, id, id);
    ObjectNode member = Fixtures.example("ssc-research-subject-valid-on-study");
    ((ObjectNode) member.path("study")).put("reference", "ResearchStudy/" + study);
    ((ObjectNode) member.path("individual")).put("reference", "Patient/" + id);
    add(entries, member, id, id);
    for (Measure measure : Measure.values()) {
      String name = measure.name().toLowerCase(Locale.ROOT);
      VISITS.forEach((column, visit) -> {
        String value = subject.get(name + "_" + column);
        if (!value.isEmpty()) {
          ObjectNode observation =
              trial.value(measure.example, id, visit, 1, "2008-01-15", Double.parseDouble(value));
          for (JsonNode extension : observation.path("extension")) {
            if (extension.path("url").asText().endsWith("/workflow-researchStudy")) {
              ((ObjectNode) extension.path("valueReference"))
                  .put("reference", "ResearchStudy/" + study);
            }
          }
          add(entries, observation, id + "-" + name + "-" + visit, "");
        }
      });
    }
  }

  private static void add(ArrayNode entries, ObjectNode resource, String id, String identifier) {
    resource.put("id", id);
    if (!identifier.isEmpty()) {
      ((ObjectNode) resource.path("identifier").path(0)).put("value", identifier);
    }
    ObjectNode entry = entries.addObject();
    entry.set("resource", resource);
    entry
        .putObject("request")
        .put("method", "PUT")
        .put("url", resource.path("resourceType").asText() + "/" + id);
  }

  private static String study(int set) {
    return "reference-" + set;
  }

  private static List<CSVRecord> read(String file) {
    try (InputStream in =
            EndpointReferenceTest.class.getResourceAsStream("/endpoint/" + file + ".csv");
        InputStreamReader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return CSVFormat.DEFAULT
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .get()
          .parse(reader)
          .getRecords();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String question(int set) {
    boolean isWhole = set % 2 == 0;
    return "/ResearchStudy/"
        + study(set)
        + "/$endpoint?visit=month-6&visit=month-12&responder=-2&measure="
        + (isWhole ? Measure.MRSS : Measure.FVC).encoded()
        + "&correlate="
        + (isWhole ? Measure.FVC : Measure.MRSS).encoded()
        + "&stratum=female::Patient%3Fgender%3Dfemale&stratum=male::Patient%3Fgender%3Dmale";
  }

  @Test
  void equalsRToSixDigits() {
    Map<String, CSVRecord> computed = new HashMap<>();
    for (int set = 1; set <= STUDIES; set++) {
      for (CSVRecord row : client.get(question(set) + "&_format=csv").rows()) {
        computed.put(key(set, row), row);
      }
    }
    List<CSVRecord> reference = read("table");
    assertThat(reference).hasSize(STUDIES * 4 * 3 * 2);
    SoftAssertions softly = new SoftAssertions();
    for (CSVRecord expected : reference) {
      String key = key(Integer.parseInt(expected.get("set")), expected);
      CSVRecord found = computed.get(key);
      if (expected.get("n").equals("0")) {
        softly.assertThat(found == null || found.get("n").equals("0")).as(key).isTrue();
        continue;
      }
      softly.assertThat(found).as(key).isNotNull();
      if (found != null) {
        for (String column : expected.getParser().getHeaderNames()) {
          if (!List.of("set", "population", "stratum", "visit").contains(column)) {
            compare(softly, key + " " + column, found.get(column), expected.get(column));
          }
        }
      }
    }
    softly.assertAll();
  }

  @Test
  void comparesStrataAsR() {
    Map<String, String> computed = new HashMap<>();
    for (int set = 1; set <= STUDIES; set++) {
      Map<String, String> groups = new HashMap<>();
      for (JsonNode entry : client.get(question(set)).json().path("entry")) {
        JsonNode resource = entry.path("resource");
        if (resource.path("resourceType").asText().equals("Group")) {
          groups.put("Group/" + resource.path("id").asText(), resource.path("name").asText());
        }
        if (resource.at("/category/1/coding/0/code").asText().equals("difference")) {
          computed.put(
              set
                  + " "
                  + groups.get(resource.path("subject").path("reference").asText())
                  + " "
                  + component(resource, "statistical-test")
                      .at("/valueCodeableConcept/coding/0/code")
                      .asText(),
              component(resource, "p-value").at("/valueQuantity/value").asText());
        }
      }
    }
    List<CSVRecord> reference = read("comparisons");
    assertThat(reference).hasSize(STUDIES * 4 * 2);
    SoftAssertions softly = new SoftAssertions();
    for (CSVRecord expected : reference) {
      String group =
          expected.get("set")
              + " "
              + expected.get("population")
              + ", female, "
              + expected.get("visit")
              + " ";
      compare(
          softly,
          group + "Welch",
          computed.getOrDefault(group + "unpaired-t", ""),
          expected.get("welch"));
      compare(
          softly,
          group + "Mann-Whitney",
          computed.getOrDefault(group + "mann-whitney", ""),
          expected.get("mann_whitney"));
    }
    softly.assertAll();
  }

  private static JsonNode component(JsonNode observation, String code) {
    for (JsonNode component : observation.path("component")) {
      if (component.at("/code/coding/0/code").asText().equals(code)) {
        return component;
      }
    }
    return MissingNode.getInstance();
  }

  private static String key(int set, CSVRecord row) {
    return set + " " + row.get("population") + " " + row.get("stratum") + " " + row.get("visit");
  }

  private static void compare(SoftAssertions softly, String what, String found, String expected) {
    if (found.isEmpty() || expected.isEmpty()) {
      softly.assertThat(found).as(what).isEqualTo(expected);
    } else {
      double number = Double.parseDouble(expected);
      softly
          .assertThat(Double.parseDouble(found))
          .as(what)
          .isCloseTo(number, within(SIX_DIGITS * Math.max(1e-3, Math.abs(number))));
    }
  }
}
