package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** R4, observation-operation-stats.html. */
@ExtendWith(TestServer.Shared.class)
class StatsTest {
  private static final String SYSTEM = "http://example.org/measured";

  private final FhirClient client;
  private final String id;

  StatsTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  @BeforeEach
  void store() {
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Measured"));
    put(1, "final", "2020-01-01", quantity("2", "kg"));
    put(2, "final", "2020-01-02", quantity("4000", "g"));
    put(3, "amended", "2020-01-03", quantity("4", "kg"));
    put(4, "final", "2020-01-04", quantity("6", "kg"));
    put(5, "entered-in-error", "2020-01-05", quantity("1000", "kg"));
    put(6, "final", "2020-01-06", "\"valueString\":\"heavy\"");
  }

  private void put(int number, String status, String date, String value) {
    Answer answer =
        client.put(
            "/Observation/s" + id + number,
            """
            {"resourceType":"Observation","id":"s%s%d","status":"%s","effectiveDateTime":"%s",
             "code":{"coding":[{"system":"%s","code":"mass"}]},
             "subject":{"reference":"Patient/%s"},%s}\
            """
                .formatted(id, number, status, date, SYSTEM, id, value));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(201);
  }

  private static String quantity(String value, String unit) {
    return """
    "valueQuantity":{"value":%s,"unit":"%s","system":"http://unitsofmeasure.org","code":"%s"}\
    """
        .formatted(value, unit, unit);
  }

  private JsonNode ask(String parameters) {
    Answer answer = client.get("/Observation/$stats?subject=Patient/" + id + "&" + parameters);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("resourceType").asText()).isEqualTo("Parameters");
    return answer.json().path("parameter");
  }

  private static JsonNode byStatistic(JsonNode observation) {
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    observation
        .path("component")
        .forEach(each -> found.set(each.at("/code/coding/0/code").asText(), each));
    return found;
  }

  @Test
  void saysWhatIsWrongWithTheTimeOrTheSubject() {
    String rest = "&code=mass&statistic=count";
    String mine = "/Observation/$stats?subject=Patient/" + id + rest;
    assertThat(client.get(mine + "&period=2009/2007").status()).isEqualTo(400);
    assertThat(client.get(mine + "&period=2020-01-02/2020").status()).isEqualTo(200);
    assertThat(client.get(mine + "&duration=99999999999").text()).contains("at most");
    assertThat(client.get("/Observation/$stats?subject=Patient/none-" + id + rest).status())
        .isEqualTo(404);
  }

  /** 2, 4, 4 and 6 kg: mean 4, squares 4 + 0 + 0 + 4, so a variance of 8/3. */
  @Test
  void computesStatisticsInOneUnit() {
    JsonNode parameters =
        ask(
            "code=mass&system="
                + SYSTEM
                + "&statistic=average&statistic=maximum&statistic=minimum&statistic=count"
                + "&statistic=total-count&statistic=median&statistic=std-dev&statistic=sum"
                + "&statistic=variance&statistic=4-lower&statistic=skew&statistic=4-dev");
    assertThat(parameters).hasSize(1);
    assertThat(parameters.at("/0/name").asText()).isEqualTo("statistics");
    JsonNode observation = parameters.at("/0/resource");
    assertThat(observation.at("/code/coding/0/code").asText()).isEqualTo("mass");
    assertThat(observation.at("/subject/reference").asText()).isEqualTo("Patient/" + id);
    JsonNode by = byStatistic(observation);
    Map.of(
            "average",
            4.0,
            "maximum",
            6.0,
            "minimum",
            2.0,
            "count",
            4.0,
            "total-count",
            5.0,
            "median",
            4.0,
            "std-dev",
            Math.sqrt(8.0 / 3),
            "sum",
            16.0,
            "variance",
            8.0 / 3,
            "4-lower",
            2.5)
        .forEach((code, value) ->
            assertThat(by.path(code).at("/valueQuantity/value").asDouble())
                .describedAs(code)
                .isCloseTo(value, org.assertj.core.data.Offset.offset(1e-9)));
    assertThat(by.path("4-dev").at("/valueQuantity/value").asDouble()).isEqualTo(1.5);
    assertThat(by.path("skew").at("/valueQuantity/value").asDouble()).isZero();
    assertThat(by.path("average").at("/valueQuantity/code").asText()).isEqualTo("kg");
    assertThat(by.path("count").at("/valueQuantity/code").asText()).isEqualTo("1");
    assertThat(by.path("variance").at("/valueQuantity").has("code")).isFalse();
  }

  /** A line through (0, 2), (1, 4), (2, 4), (3, 6). */
  @Test
  void fitsALine() {
    JsonNode component =
        ask("coding=" + FhirClient.encode(SYSTEM + "|mass") + "&statistic=regression")
            .at("/0/resource/component");
    assertThat(component).hasSize(2);
    assertThat(component.at("/0/valueQuantity/value").asDouble()).isEqualTo(1.2);
    assertThat(component.at("/1/valueQuantity/value").asDouble()).isEqualTo(2.2);
  }

  @Test
  void keepsToThePeriodAndIncludesTheSources() {
    JsonNode parameters =
        ask(
            "code=mass&period=2020-01-02/2020-01-03&statistic=sum&statistic=std-dev"
                + "&include=true&limit=1");
    assertThat(
            byStatistic(parameters.at("/0/resource"))
                .path("sum")
                .at("/valueQuantity/value")
                .asInt())
        .isEqualTo(8);
    assertThat(parameters.at("/0/resource/effectivePeriod/start").asText()).isEqualTo("2020-01-02");
    assertThat(parameters).hasSize(2);
    assertThat(parameters.at("/1/name").asText()).isEqualTo("source");
    assertThat(parameters.at("/1/resource/id").asText()).isEqualTo("s" + id + 3);
  }

  @Test
  void saysThatThereIsNoValue() {
    JsonNode by =
        byStatistic(
            ask("code=mass&duration=1&statistic=average&statistic=count").at("/0/resource"));
    assertThat(by.path("average").at("/dataAbsentReason/coding/0/code").asText())
        .isEqualTo("not-a-number");
    assertThat(by.path("count").at("/valueQuantity/value").asInt()).isZero();
  }

  @Test
  void looksIntoComponentsAndTakesParameters() {
    put(
        7,
        "final",
        "2020-02-01",
        "\"component\":[{\"code\":{\"coding\":[{\"system\":\"%s\",\"code\":\"fat\"}]},%s}]"
            .formatted(SYSTEM, quantity("1.5", "kg")));
    Answer answer =
        client.post(
            "/Observation/$stats",
            """
            {"resourceType":"Parameters","parameter":[
              {"name":"subject","valueUri":"Patient/%s"},
              {"name":"coding","valueCoding":{"system":"%s","code":"fat"}},
              {"name":"coding","valueCoding":{"system":"%s","code":"mass"}},
              {"name":"period","valuePeriod":{"start":"2020-01-31"}},
              {"name":"statistic","valueCode":"average"}]}\
            """
                .formatted(id, SYSTEM, SYSTEM));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("parameter")).hasSize(2);
    assertThat(answer.json().at("/parameter/0/resource/component/0/valueQuantity/value").asDouble())
        .isEqualTo(1.5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "statistic=average",
        "code=mass",
        "code=mass&statistic=mean",
        "code=mass&statistic=average&duration=none",
        "code=mass&statistic=average&duration=0",
        "code=mass&statistic=average&period=2020",
        "code=mass&statistic=average&period=x/y",
        "code=mass&statistic=average&duration=1&period=2020/2021",
        "code=mass&statistic=average&limit=0",
        "code=mass&statistic=average&include=some",
        "code=mass&statistic=average&nonsense=1",
        "code=mass&statistic=average&subject=Patient/other"
      })
  void saysWhatIsWrong(String parameters) {
    Answer answer = client.get("/Observation/$stats?subject=Patient/" + id + "&" + parameters);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
  }
}
