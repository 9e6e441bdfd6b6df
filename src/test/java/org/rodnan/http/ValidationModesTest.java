package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.Fixtures.example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** Servers that are told to store what is not valid, wholly or but for some profiles. */
class ValidationModesTest {
  private static final String TAG =
      "https://w3id.org/rodnan/CodeSystem/validation-verdict|not-valid";

  private static TestServer lenient;
  private static TestServer mixed;

  @BeforeAll
  static void start() {
    lenient =
        TestServer.start(
            "rodnan.validation.mode=warn",
            "rodnan.validation.profiles.ssc-fvc=enforce",
            "rodnan.references=allow");
    mixed = TestServer.start("rodnan.validation.profiles.ssc-mrss=warn", "rodnan.references=allow");
  }

  @AfterAll
  static void stop() {
    lenient.close();
    mixed.close();
  }

  @Test
  void storesWhatIsNotValidWithATagAndSaysWhy() {
    ObjectNode mrss = mrss(52);
    Answer stored = put(lenient, mrss);
    assertThat(stored.status()).isEqualTo(201);
    assertThat(stored.text()).contains("\"error\"").contains("found 52 {score}");
    Answer read = lenient.client().get("/Observation/" + id(mrss));
    assertThat(tags(read)).contains(TAG);
    assertThat(read.text()).contains("52");
    assertThat(
            lenient
                .client()
                .get("/Observation?_tag=" + FhirClient.encode(TAG) + "&_id=" + id(mrss))
                .text())
        .contains("\"total\":1");
  }

  @Test
  void theMessagesAreThoseOfARefusal() {
    ObjectNode mrss = mrss(52);
    List<String> tolerated = errors(put(lenient, mrss));
    assertThat(tolerated).isNotEmpty();
    try (TestServer strict = TestServer.start("rodnan.references=allow")) {
      Answer refused = put(strict, mrss);
      assertThat(refused.status()).isEqualTo(422);
      assertThat(errors(refused)).isEqualTo(tolerated);
    }
  }

  @Test
  void theTagGoesWhenTheResourceIsMended() {
    ObjectNode mrss = mrss(52);
    put(lenient, mrss);
    ObjectNode sentBack = (ObjectNode) lenient.client().get("/Observation/" + id(mrss)).json();
    ((ObjectNode) sentBack.get("valueQuantity")).put("value", 12);
    assertThat(put(lenient, sentBack).status()).isEqualTo(200);
    assertThat(tags(lenient.client().get("/Observation/" + id(mrss)))).isEmpty();
  }

  @Test
  void theTagGoesWhenItIsAllThatMetaHolds() {
    String[] tag = TAG.split("\\|", -1);
    ObjectNode patient =
        (ObjectNode)
            Resources.json(
                "{\"resourceType\":\"Patient\",\"id\":\""
                    + lenient.newId()
                    + "\",\"active\":true}");
    patient.putObject("meta").putArray("tag").addObject().put("system", tag[0]).put("code", tag[1]);
    Answer stored = lenient.client().put("/Patient/" + id(patient), patient.toString());
    assertThat(stored.status()).describedAs(stored.text()).isEqualTo(201);
    assertThat(tags(lenient.client().get("/Patient/" + id(patient)))).isEmpty();
  }

  @Test
  void aProfileCanBeEnforcedAmongOthersThatAreNot() {
    ObjectNode fvc = example("ssc-fvc-valid-litres").put("id", lenient.newId());
    ((ObjectNode) fvc.get("valueQuantity")).put("value", 99);
    assertThat(put(lenient, fvc).status()).isEqualTo(422);
    ObjectNode mrss = mrss(52);
    mrss.remove("subject");
    assertThat(put(lenient, mrss).status()).isEqualTo(201);
  }

  @Test
  void aProfileCanBeWarnedOfAmongOthersThatAreEnforced() {
    ObjectNode mrss = mrss(52);
    assertThat(put(mixed, mrss).status()).isEqualTo(201);
    assertThat(tags(mixed.client().get("/Observation/" + id(mrss)))).contains(TAG);
    mrss.remove("status");
    assertThat(put(mixed, mrss).status()).isEqualTo(422);
    ObjectNode fvc = example("ssc-fvc-valid-litres").put("id", mixed.newId());
    ((ObjectNode) fvc.get("valueQuantity")).put("value", 99);
    assertThat(put(mixed, fvc).status()).isEqualTo(422);
  }

  @Test
  void whatIsNoResourceAtAllIsRefusedInEveryMode() {
    assertThat(lenient.client().post("/Observation", "{\"resourceType\":\"Observation\",").status())
        .isEqualTo(400);
    assertThat(
            lenient
                .client()
                .post("/Observation", "{\"resourceType\":\"Observation\",\"colour\":\"red\"}")
                .status())
        .isEqualTo(400);
  }

  private static ObjectNode mrss(int total) {
    ObjectNode mrss = example("ssc-mrss-valid-total-only").put("id", lenient.newId());
    ((ObjectNode) mrss.get("valueQuantity")).put("value", total);
    return mrss;
  }

  private static Answer put(TestServer server, ObjectNode resource) {
    return server
        .client()
        .put(
            "/" + resource.path("resourceType").asText() + "/" + id(resource),
            resource.toString(),
            "Prefer",
            "return=OperationOutcome");
  }

  private static String id(JsonNode resource) {
    return resource.path("id").asText();
  }

  private static List<String> tags(Answer answer) {
    return answer
        .json()
        .path("meta")
        .path("tag")
        .valueStream()
        .map(tag -> tag.path("system").asText() + "|" + tag.path("code").asText())
        .filter(TAG::equals)
        .toList();
  }

  private static List<String> errors(Answer answer) {
    return answer
        .json()
        .path("issue")
        .valueStream()
        .filter(issue -> issue.path("severity").asText().equals("error"))
        .map(JsonNode::toString)
        .toList();
  }
}
