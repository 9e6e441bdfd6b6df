package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
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
