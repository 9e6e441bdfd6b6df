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

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "Patient.name.select(%resource.name.select(%resource.name.family)); 'select'",
        "Patient.name.where(%resource.name.exists()); '%resource'",
        "Patient.descendants().descendants(); 'descendants'",
        "Patient.repeat(children()); 'repeat'",
        "Patient.name.where(given.aggregate($total + 1) > 1); 'aggregate'",
        "Patient.name.where($index > 1).family; '$index'",
        "Patient.iif(active, name, contact); 'iif'",
        "Patient.name.family + 'x'; '+'",
        "(Patient.name | Patient.name).family; '|' inside",
        "Patient.name.family.matches('(a+)+'); 'matches'",
        "1+1; begins at the base",
        "'x'; begins at the base",
        "Patient.name.family | 'x'; begins at the base",
        "today(); 'today'",
        "{}; begins at",
        "%ucum; begins at the base",
        "%resource.name.family; begins at the base",
      })
  void isRefusedUnlessItsExpressionIsOfPathsFromTheBase(String expression, String named) {
    Answer refused = put(parameter("wide", "active", "Patient", "string", expression));
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.text()).contains("SearchParameter.expression: found").contains(named);
    assertThat(refused.text()).doesNotContain("Cannot invoke").doesNotContain("org.hl7");
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 20})
  void isRefusedIfItsExpressionIsTooDeep(int depth) {
    String expression = "(".repeat(depth) + "Patient.name" + ")".repeat(depth) + ".family";
    Answer refused = put(parameter("deep", "active", "Patient", "string", expression));
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.text()).contains("SearchParameter.expression: found", "at most");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient.name.where(use = 'official' and period.end.empty()).family",
        "Patient.extension('urn:x').value.as(string) | Patient.name[0].family",
        "(Patient.deceased as dateTime)",
        "Patient.link.where(other.where(resolve() is Patient).exists()).type",
        "Patient.name.where($this.given.first() != 'x').text",
      })
  void takesWhatSearchParametersConsistOf(String expression) {
    Answer stored = put(parameter("usual", "active", "Patient", "string", expression));
    assertThat(stored.status()).as(stored.text()).isEqualTo(201);
    assertThat(complete("/Patient?usual=x").status()).isEqualTo(200);
    client.delete("/SearchParameter/usual");
  }

  private static ObjectNode transaction(ObjectNode... parameters) {
    ObjectNode bundle = Resources.bundle("transaction");
    for (ObjectNode parameter : parameters) {
      ObjectNode entry = bundle.withArray("entry").addObject();
      entry.set("resource", parameter);
      entry
          .putObject("request")
          .put("method", "PUT")
          .put("url", "SearchParameter/" + parameter.path("id").asText());
    }
    return bundle;
  }

  @Test
  void refusesACodeThatAnotherOneOfTheTransactionHas() {
    ObjectNode one = parameter("pair-one", "active", "Patient", "token", "Patient.active");
    ObjectNode two = parameter("pair-two", "active", "Patient", "token", "Patient.gender");
    two.put("code", "pair-one");
    Answer refused = client.post("", transaction(one, two).toString());
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.text()).contains("SearchParameter.code: found 'pair-one'");
    assertThat(client.get("/SearchParameter/pair-one").status()).isEqualTo(404);
    two.put("code", "pair-two");
    Answer stored = client.post("", transaction(one, two).toString());
    assertThat(stored.status()).as(stored.text()).isEqualTo(200);
    client.delete("/SearchParameter/pair-one");
    client.delete("/SearchParameter/pair-two");
  }

  @Test
  void refusesAUrlThatAnotherOneHas() {
    put(parameter("place-of", "active", "Patient", "token", "Patient.active"));
    ObjectNode other = parameter("other-of", "active", "Patient", "token", "Patient.gender");
    other.put("url", "http://example.org/SearchParameter/place-of");
    Answer refused = put(other);
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.text()).contains("SearchParameter.url: found", "duplicate");
    client.delete("/SearchParameter/place-of");
    assertThat(put(other).status()).isEqualTo(201);
    client.delete("/SearchParameter/other-of");
  }

  @Test
  void refusesAChangeThatACompositeDoesNotAllow() {
    ObjectNode part =
        parameter("state-part", "active", "Observation", "token", "Observation.status");
    put(part);
    ObjectNode composite =
        parameter("joins-part", "active", "Observation", "composite", "Observation");
    composite
        .putArray("component")
        .addObject()
        .put("definition", "http://hl7.org/fhir/SearchParameter/clinical-code")
        .put("expression", "code");
    composite
        .withArray("component")
        .addObject()
        .put("definition", "http://example.org/SearchParameter/state-part")
        .put("expression", "status");
    assertThat(put(composite).status()).isEqualTo(201);
    Answer retyped = put(part.deepCopy().put("type", "string"));
    assertThat(retyped.status()).as(retyped.text()).isEqualTo(422);
    assertThat(retyped.text()).contains("SearchParameter/joins-part");
    Answer retired = put(part.deepCopy().put("status", "retired"));
    assertThat(retired.status()).as(retired.text()).isEqualTo(422);
    assertThat(put(part.deepCopy().put("description", "Another")).status()).isEqualTo(200);
    client.delete("/SearchParameter/joins-part");
    assertThat(put(part.deepCopy().put("status", "retired")).status()).isEqualTo(200);
    client.delete("/SearchParameter/state-part");
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
