package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** SearchParameters that clients store (R4, searchparameter.html). */
@ExtendWith(TestServer.Shared.class)
class SearchParameterTest {
  private static final String ORDER = "Patient.multipleBirth.ofType(integer)";

  private final TestServer server;
  private final FhirClient client;

  SearchParameterTest(TestServer server) {
    this.server = server;
    this.client = server.client();
  }

  private static ObjectNode parameter(
      String code, String status, String base, String type, String expression) {
    ObjectNode parameter =
        JsonNodeFactory.instance
            .objectNode()
            .put("resourceType", "SearchParameter")
            .put("id", code)
            .put("url", "http://example.org/SearchParameter/" + code)
            .put("name", "Example")
            .put("status", status)
            .put("description", "For a test")
            .put("code", code);
    parameter.putArray("base").add(base);
    parameter.put("type", type);
    if (!expression.isEmpty()) {
      parameter.put("expression", expression);
    }
    return parameter;
  }

  private Answer put(ObjectNode parameter) {
    return client.put("/SearchParameter/" + parameter.path("id").asText(), parameter.toString());
  }

  /** A search by a new parameter is either complete, or says how far it is. */
  private Answer complete(String search) {
    Answer answer = client.get(search);
    for (int i = 0; i < 100 && answer.status() == 503; i++) {
      assertThat(answer.header("Retry-After")).isPresent();
      assertThat(answer.text()).contains("stored resources are indexed by it so far");
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      answer = client.get(search);
    }
    return answer;
  }

  @Test
  void takesEffectWhenItIsCreatedAndNoLongerWhenItIsDeleted() {
    String id = server.newId();
    client.put(
        "/Patient/" + id,
        Resources.patientWith("/Patient/" + id, "Twin", Optional.empty())
            .put("multipleBirthInteger", 2)
            .toString());
    String search = "/Patient?twin-order=2&_id=" + id;
    assertThat(client.get(search).status()).isEqualTo(400);
    assertThat(put(parameter("twin-order", "active", "Patient", "number", ORDER)).status())
        .isEqualTo(201);
    assertThat(client.get("/metadata").text()).contains("\"twin-order\"");
    assertThat(complete(search).json().path("total").asInt()).isEqualTo(1);
    assertThat(
            client
                .post(
                    "/Patient",
                    Resources.patient("/Patient", "Other"),
                    "If-None-Exist",
                    "twin-order=2&_id=" + id)
                .status())
        .isEqualTo(200);
    assertThat(put(parameter("twin-order", "retired", "Patient", "number", ORDER)).status())
        .isEqualTo(200);
    assertThat(client.get(search).status()).isEqualTo(400);
    assertThat(client.get("/metadata").text()).doesNotContain("\"twin-order\"");
    assertThat(put(parameter("twin-order", "active", "Patient", "token", ORDER)).status())
        .isEqualTo(200);
    assertThat(complete("/Patient?twin-order:missing=false&_id=" + id).json().path("total").asInt())
        .isEqualTo(1);
    assertThat(client.delete("/SearchParameter/twin-order").status()).isEqualTo(204);
    assertThat(client.get(search).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "no-path,Patient,token,'',expression",
    "place,Location,special,Location.position,type",
    "gender,Patient,string,Patient.name.family,code",
    "_count,Patient,string,Patient.name.family,code",
    "bad.code,Patient,string,Patient.name.family,code",
  })
  void isRefusedIfItCannotBeServed(
      String code, String base, String type, String expression, String element) {
    ObjectNode parameter = parameter(code, "active", base, type, expression);
    parameter.remove("id");
    Answer refused = client.post("/SearchParameter", parameter.toString());
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.text()).contains("SearchParameter." + element + ": found");
    parameter.put("status", "draft");
    Answer draft = client.post("/SearchParameter", parameter.toString());
    assertThat(draft.status()).as(draft.text()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient.name.where(",
        "Patient.name.frobnicate()",
        "Patient.nmae",
        "Observation.code"
      })
  void isRefusedIfItsExpressionIsWrong(String expression) {
    ObjectNode parameter = parameter("wrong", "active", "Patient", "token", expression);
    Answer refused = put(parameter);
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.text()).contains("SearchParameter.expression: ");
  }

  @Test
  void refusesACodeThatAnotherOneHas() {
    assertThat(put(parameter("mine", "active", "Patient", "token", "Patient.active")).status())
        .isEqualTo(201);
    ObjectNode other = parameter("mine", "active", "Patient", "token", "Patient.gender");
    other.put("id", "other").put("url", "http://example.org/SearchParameter/other");
    assertThat(put(other).status()).isEqualTo(422);
    other.put("expression", "Patient.active");
    assertThat(put(other).status()).isEqualTo(201);
    client.delete("/SearchParameter/other");
    client.delete("/SearchParameter/mine");
  }

  @Test
  void joinsPartsThatAreInForce() {
    ObjectNode composite =
        parameter("code-status", "active", "Observation", "composite", "Observation");
    composite
        .putArray("component")
        .addObject()
        .put("definition", "http://hl7.org/fhir/SearchParameter/clinical-code")
        .put("expression", "code");
    composite
        .withArray("component")
        .addObject()
        .put("definition", "http://example.org/SearchParameter/of-state")
        .put("expression", "status");
    Answer early = put(composite);
    assertThat(early.status()).isEqualTo(422);
    assertThat(early.text()).contains("SearchParameter.component.definition: found");
    put(parameter("of-state", "active", "Observation", "token", "Observation.status"));
    Answer stored = put(composite);
    assertThat(stored.status()).as(stored.text()).isEqualTo(201);
    assertThat(complete("/Observation?code-status=x$final").status()).isEqualTo(200);
    client.delete("/SearchParameter/of-state");
    assertThat(client.get("/Observation?code-status=x$final").status()).isEqualTo(400);
    client.delete("/SearchParameter/code-status");
  }
}
