package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the three trials printed, beside what the server computes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishedNumbersTest {
  private TestServer server;

  @BeforeAll
  void start() {
    server = TestServer.start("rodnan.trials.load=true");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private List<CSVRecord> numbers(String study) {
    return server.client().get("/ResearchStudy/" + study + "/$published?_format=csv").rows();
  }

  private static List<CSVRecord> of(List<CSVRecord> numbers, String verdict) {
    return numbers.stream().filter(row -> row.get("verdict").equals(verdict)).toList();
  }

  @Test
  void everyNumberOfSpieraIsEqualOrAMisprintOrSaysWhyItIsNotComputed() {
    List<CSVRecord> numbers = numbers("spiera-2011");
    assertThat(of(numbers, "differs")).isEmpty();
    assertThat(of(numbers, "equal")).hasSizeGreaterThan(400);
    assertThat(of(numbers, "misprint"))
        .hasSizeGreaterThan(25)
        .allSatisfy(row -> assertThat(row.get("reason")).startsWith("Misprint: "));
    assertThat(of(numbers, "not-computed"))
        .allSatisfy(row -> assertThat(row.get("reason")).isNotBlank());
  }

  /** Tables 3 and 4 and figure 1 are computed whole. */
  @Test
  void tablesOfOutcomesAndFigureOneAreComputedWhole() {
    List<CSVRecord> numbers = numbers("spiera-2011");
    for (String place : List.of("Table 3", "Table 4", "Results, figure 1")) {
      List<CSVRecord> printed =
          numbers.stream().filter(row -> row.get("place").equals(place)).toList();
      assertThat(printed).as(place).hasSizeGreaterThan(15);
      assertThat(of(printed, "not-computed")).as(place).isEmpty();
    }
    Set<String> missing = new TreeSet<>();
    of(numbers, "not-computed").stream()
        .filter(row -> row.get("place").matches("Table [12]"))
        .forEach(row -> missing.add(row.get("measure")));
    assertThat(missing)
        .containsExactly(
            "age",
            "race: african american",
            "race: white hispanic",
            "race: white non hispanic",
            "sae: one patient",
            "treatment: none");
  }

  @Test
  void whatIsHereOnlyAsPublishedIsNotComputed() {
    for (String study : List.of("pope-2011", "khanna-2011")) {
      List<CSVRecord> numbers = numbers(study);
      assertThat(numbers).as(study).hasSizeGreaterThan(8);
      assertThat(numbers)
          .allSatisfy(row -> {
            assertThat(row.get("verdict")).isEqualTo("not-computed");
            assertThat(row.get("computed")).isEmpty();
            assertThat(row.get("reason")).contains("No subject of this study is here");
          });
    }
    assertThat(
            numbers("khanna-2011").stream()
                .map(row -> row.get("measure") + " " + row.get("printed"))
                .collect(Collectors.toSet()))
        .contains("FVC measured/predicted 65.2", "FVC measured/predicted 14.0");
  }

  @Test
  void tellsTheSameAsParameters() {
    JsonNode answer = server.client().get("/ResearchStudy/spiera-2011/$published").json();
    List<CSVRecord> numbers = numbers("spiera-2011");
    assertThat(answer.path("resourceType").asText()).isEqualTo("Parameters");
    assertThat(answer.path("parameter")).hasSize(numbers.size() + 4);
    assertThat(answer.at("/parameter/0/valueDecimal").asInt())
        .isEqualTo(of(numbers, "equal").size());
    assertThat(server.client().get("/ResearchStudy/nowhere/$published").status()).isEqualTo(404);
    assertThat(server.client().get("/ResearchStudy/spiera-2011/$published?x=1").status())
        .isEqualTo(400);
  }
}
