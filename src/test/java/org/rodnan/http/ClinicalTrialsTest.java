package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** A study in the form of ClinicalTrials.gov's API, from what a trial published. */
@ExtendWith(TestServer.Shared.class)
class ClinicalTrialsTest {
  private static final String PATH = "/$ingest?source=clinicaltrials&file=study.json&_format=csv";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FhirClient client;

  ClinicalTrialsTest(TestServer server) {
    this.client = server.client();
  }

  private static String study() {
    try (InputStream in =
        ClinicalTrialsTest.class.getResourceAsStream("/clinicaltrials/spiera-2011.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> send(String json) {
    Answer answer =
        client.postBytes(PATH, json.getBytes(StandardCharsets.UTF_8), "application/json");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer.text().lines().skip(1).toList();
  }

  @Test
  void takesAStudyWithItsResultsAndTheSameFileTwice() {
    List<String> first = send(study());
    assertThat(first).isNotEmpty().noneMatch(line -> line.contains("rejected"));
    assertThat(send(study())).hasSameSizeAs(first).allMatch(line -> line.contains("unchanged"));

    JsonNode study = client.get("/ResearchStudy/NCT00555581").json();
    assertThat(study.at("/meta/profile/0").asText()).endsWith("ssc-research-study");
    assertThat(study.at("/phase/coding/0/code").asText()).isEqualTo("phase-2");
    assertThat(
            study
                .at("/objective/0/extension/0/extension/0/valueCodeableConcept/coding/0/code")
                .asText())
        .isEqualTo("mrss-total");
    assertThat(client.get("/Group/NCT00555581-eligible").json().path("characteristic"))
        .filteredOn(each -> each.path("exclude").asBoolean())
        .hasSize(2);

    JsonNode found =
        client.get("/Observation?study=ResearchStudy/NCT00555581&code=mrss-total&_count=50").json();
    assertThat(found.path("entry")).hasSize(3);
    String text = found.toString();
    assertThat(text).contains("\"comparator\":\"<\"", "\"value\":0.001", "paired-t");
    assertThat(text).contains("ci-lower", "-8.7", "month-12", "std-dev");
  }

  /** Whoever stored the study before keeps all that they said of it. */
  @Test
  void joinsAStudyThatIsStoredWithItsNumber() throws IOException {
    ObjectNode own =
        (ObjectNode)
            JSON.readTree(
                Path.of("profiles/examples/ssc-research-study-valid-two-arms.json").toFile());
    own.put("id", "our-study").put("title", "Our own title");
    own.putArray("identifier")
        .addObject()
        .put("system", "http://clinicaltrials.gov")
        .put("value", "NCT09999993");
    own.remove(List.of("protocol", "sponsor", "site", "enrollment", "principalInvestigator"));
    assertThat(client.put("/ResearchStudy/our-study", own.toString()).status()).isEqualTo(201);
    JsonNode before = client.get("/ResearchStudy/our-study").json();

    String registry = study().replace("NCT00555581", "NCT09999993");
    List<String> first = send(registry);
    assertThat(first)
        .noneMatch(line -> line.contains("rejected"))
        .anyMatch(line -> line.contains("updated,ResearchStudy,our-study"))
        .anyMatch(line -> line.contains("left-out") && line.contains("title"));
    assertThat(send(registry))
        .hasSameSizeAs(first)
        .allMatch(line -> line.contains("unchanged") || line.contains("left-out"));

    assertThat(client.get("/ResearchStudy/NCT09999993").status()).isEqualTo(404);
    JsonNode after = client.get("/ResearchStudy/our-study").json();
    before
        .properties()
        .forEach(each -> {
          JsonNode now = after.path(each.getKey());
          if (each.getValue().isArray()) {
            assertThat(now).as(each.getKey()).containsAll(each.getValue());
          } else if (!each.getKey().equals("meta")) {
            assertThat(now).as(each.getKey()).isEqualTo(each.getValue());
          }
        });
    assertThat(after.path("arm")).isEqualTo(before.path("arm"));
    assertThat(after.path("site")).isNotEmpty();
    assertThat(after.path("identifier")).hasSizeGreaterThan(1);
    assertThat(
            client
                .get("/Observation?study=ResearchStudy/our-study&code=mrss-total&_count=50")
                .json()
                .path("entry"))
        .hasSize(3);
  }

  @Test
  void joinsNoneOfSeveralStudiesWithOneNumber() throws IOException {
    for (String id : List.of("one-of-two", "other-of-two")) {
      ObjectNode own = JSON.createObjectNode().put("resourceType", "ResearchStudy").put("id", id);
      own.put("status", "active");
      own.putArray("identifier")
          .addObject()
          .put("system", "http://clinicaltrials.gov")
          .put("value", "NCT09999994");
      assertThat(client.put("/ResearchStudy/" + id, own.toString()).status()).isEqualTo(201);
    }
    assertThat(send(study().replace("NCT00555581", "NCT09999994")))
        .anyMatch(line -> line.contains("rejected") && line.contains("one-of-two"));
    assertThat(client.get("/ResearchStudy/NCT09999994").status()).isEqualTo(404);
  }

  @Test
  void saysThatAFileIsOnePageOfASearch() {
    List<String> page = send("{\"studies\":[" + study() + "],\"nextPageToken\":\"NF0g5\"}");
    assertThat(page)
        .filteredOn(line -> line.contains("one page of a search"))
        .singleElement()
        .asString()
        .startsWith("study.json,0,left-out")
        .contains("pageToken=NF0g5");
    assertThat(send("{\"studies\":[" + study() + "]}"))
        .hasSize(page.size() - 1)
        .noneMatch(line -> line.contains("one page"));
  }

  @Test
  void takesAStudyOfAnotherDiseaseWithNothingButItsName() {
    List<String> lines =
        send(
            "[{\"protocolSection\":{\"identificationModule\":{\"nctId\":\"NCT09999991\",\"briefTitle\":"
                + "\"Asthma\"},\"statusModule\":{\"overallStatus\":\"TERMINATED\"},"
                + "\"conditionsModule\":{\"conditions\":[\"Asthma\"]}}},{}]");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("study.json,1,created,ResearchStudy,NCT09999991");
    assertThat(lines.get(1)).contains("study.json,2,rejected").contains("nctId");
  }

  @Test
  void refusesAFigureOfAGroupThatIsNotThereAndKeepsTheRest() throws IOException {
    ObjectNode study = (ObjectNode) JSON.readTree(study().replace("NCT00555581", "NCT09999992"));
    ((ObjectNode) study.at("/resultsSection/adverseEventsModule/otherEvents/0/stats/0"))
        .put("groupId", "EG009");
    assertThat(send(study.toString()))
        .filteredOn(line -> line.contains("rejected"))
        .singleElement()
        .asString()
        .contains("EG009", "Nausea");
  }

  @Test
  void withdrawsTheFiguresThatANewerFileNoLongerHas() throws IOException {
    String given = study().replace("NCT00555581", "NCT09999995");
    ObjectNode newer = (ObjectNode) JSON.readTree(given);
    ((ObjectNode) newer.at("/resultsSection/adverseEventsModule")).putArray("otherEvents");
    send(given);
    String published = "/ResearchStudy/NCT09999995/$published?_format=csv";
    assertThat(client.get(published).text()).contains("Nausea");
    assertThat(send(newer.toString()))
        .filteredOn(line -> !line.contains("unchanged"))
        .isNotEmpty()
        .allMatch(line -> line.contains("updated,Observation,NCT09999995-"));
    assertThat(send(newer.toString())).allMatch(line -> line.contains("unchanged"));
    String path = "/ResearchStudy/NCT09999995/$clinicaltrials?figures=published";
    JsonNode written = client.get(path).json();
    assertThat(written.at("/resultsSection/adverseEventsModule").has("otherEvents")).isFalse();
    assertThat(written.at("/resultsSection/adverseEventsModule").has("seriousEvents")).isTrue();
    assertThat(client.get(published).text()).contains("NCT09999995").doesNotContain("Nausea");
    assertThat(send(given)).anyMatch(line -> line.contains("updated,Observation"));
    assertThat(client.get(path).json().at("/resultsSection/adverseEventsModule/otherEvents"))
        .isNotEmpty();
  }

  /** It may be the figure that can't be read. */
  @Test
  void withdrawsNothingOfAStudyOfWhichSomethingCannotBeRead() throws IOException {
    String given = study().replace("NCT00555581", "NCT09999996");
    send(given);
    ObjectNode newer = (ObjectNode) JSON.readTree(given);
    ((ObjectNode) newer.at("/resultsSection/adverseEventsModule/otherEvents/0/stats/0"))
        .put("groupId", "EG009");
    assertThat(send(newer.toString())).anyMatch(line -> line.contains("rejected"));
    String ofStudy = "/Observation?study=ResearchStudy/NCT09999996&_summary=count&status=";
    assertThat(client.get(ofStudy + "entered-in-error").json().path("total").asInt()).isZero();
    assertThat(client.get(ofStudy + "final").json().path("total").asInt()).isPositive();
  }

  @Test
  void changesNoFigureForASiteThatIsGone() throws IOException {
    ObjectNode study = (ObjectNode) JSON.readTree(study().replace("NCT00555581", "NCT09999997"));
    ArrayNode sites = (ArrayNode) study.at("/protocolSection/contactsLocationsModule/locations");
    sites.addObject().put("facility", "Another hospital").put("country", "France");
    send(study.toString());
    sites.remove(sites.size() - 1);
    assertThat(send(study.toString()))
        .filteredOn(line -> !line.contains("unchanged"))
        .singleElement()
        .asString()
        .contains("updated,ResearchStudy,NCT09999997");
  }

  @ParameterizedTest
  @CsvSource({
    "TERMINATED, administratively-completed",
    "WITHDRAWN, withdrawn",
    "SUSPENDED, temporarily-closed-to-accrual-and-intervention",
    "ACTIVE_NOT_RECRUITING, closed-to-accrual",
    "NOT_YET_RECRUITING, approved",
    "COMPLETED, completed"
  })
  void hasTheStatusOfTheRegistryInAndOut(String registry, String ours) {
    send(withStatus(registry));
    assertThat(client.get("/ResearchStudy/NCT09999998").json().path("status").asText())
        .isEqualTo(ours);
    assertThat(
            client
                .get("/ResearchStudy/NCT09999998/$clinicaltrials")
                .json()
                .at("/protocolSection/statusModule/overallStatus")
                .asText())
        .isEqualTo(registry);
  }

  private static String withStatus(String registry) {
    return "{\"protocolSection\":{\"identificationModule\":{\"nctId\":\"NCT09999998\",\"briefTitle\":"
        + "\"A\"},\"statusModule\":{\"overallStatus\":\"STATUS\"}}}".replace("STATUS", registry);
  }

  @Test
  void refusesAStudyWhoseStatusIsWithheld() {
    assertThat(send(withStatus("WITHHELD")))
        .singleElement()
        .asString()
        .contains("rejected", "overallStatus is 'WITHHELD'");
  }

  @ParameterizedTest
  @CsvSource({
    "conditionsModule, '{\"conditions\":\"SSc\"}', conditionsModule.conditions is the text 'SSc';"
        + " expected an array",
    "designModule, '{\"phases\":\"PHASE2\"}', designModule.phases is the text 'PHASE2'; expected an"
        + " array",
    "designModule, '{\"phases\":[2]}', designModule.phases[0] is 2; expected a text",
    "armsInterventionsModule, '[]', armsInterventionsModule is an array; expected an object",
    "armsInterventionsModule, '{\"armGroups\":{}}', armsInterventionsModule.armGroups is an object;"
        + " expected an array"
  })
  void refusesElementsOfAWrongTypeAndNamesThem(String module, String json, String reason)
      throws IOException {
    ObjectNode study = (ObjectNode) JSON.readTree(study().replace("NCT00555581", "NCT09999999"));
    ((ObjectNode) study.path("protocolSection")).set(module, JSON.readTree(json));
    assertThat(send(study.toString()))
        .singleElement()
        .asString()
        .contains("rejected", "protocolSection." + reason);
    assertThat(client.get("/ResearchStudy/NCT09999999").status()).isEqualTo(404);
  }

  @Test
  void answersWhateverIsSent() {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    byte[] whole = study().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 60; i++) {
      byte[] broken = java.util.Arrays.copyOf(whole, random.nextInt(whole.length));
      if (random.nextBoolean()) {
        broken = whole.clone();
        for (int j = 0; j < 5; j++) {
          broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
        }
      }
      Answer answer = client.postBytes(PATH, broken, "application/json");
      assertThat(answer.status()).describedAs("seed %d, %s", seed, answer.text()).isEqualTo(200);
    }
  }
}
