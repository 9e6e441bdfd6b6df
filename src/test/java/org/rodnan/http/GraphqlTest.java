package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** R4, graphql.html. */
@ExtendWith(TestServer.Shared.class)
class GraphqlTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String GENDER =
      "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"gender\":\"other\"}";

  private final FhirClient client;
  private final String id;

  GraphqlTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  @BeforeEach
  void store() {
    client.put("/Patient/" + id, Resources.identified("/Patient/" + id, "O'Graph\\ql \"Q\"", id));
    for (int i = 0; i < 5; i++) {
      client.put("/Observation/" + id + "-" + i, Resources.observation(id + "-" + i, id));
    }
  }

  private Answer ask(String path, String query) {
    return client.get(path + "$graphql?query=" + FhirClient.encode(query));
  }

  private JsonNode data(String path, String query) {
    Answer answer = ask(path, query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).hasValue("application/json;charset=utf-8");
    return answer.json().path("data");
  }

  @Test
  void searchesWithParametersThatHaveHyphens() {
    JsonNode data =
        data(
            "/",
            ("{ObservationList(patient: \"%s\", _sort: \"_id\", _count: 2){id}"
                    + " PatientList(identifier: \"%s|%s\"){id}}")
                .formatted(id, Resources.SYSTEM, id));
    assertThat(data.path("ObservationList").findValuesAsText("id"))
        .containsExactly(id + "-0", id + "-1");
    assertThat(data.at("/PatientList/0/id").asText()).isEqualTo(id);
    assertThat(
            data("/", "{ObservationList(patient: \"" + id + "\", value_quantity: \"gt1\"){id}}")
                .has("ObservationList"))
        .isFalse();
  }

  @Test
  void walksConnectionsByTheirCursors() {
    Set<String> seen = new HashSet<>();
    String arguments = "patient: \"" + id + "\", _count: 2";
    for (int page = 0; page < 3; page++) {
      JsonNode found =
          data(
                  "/",
                  "{ObservationConnection("
                      + arguments
                      + "){count offset pagesize edges{mode resource{id}} next}}")
              .path("ObservationConnection");
      assertThat(found.path("count").asInt()).isEqualTo(5);
      assertThat(found.path("offset").asInt()).isEqualTo(2 * page);
      assertThat(found.path("pagesize").asInt()).isEqualTo(page < 2 ? 2 : 1);
      seen.addAll(found.path("edges").findValuesAsText("id"));
      assertThat(found.has("next")).isEqualTo(page < 2);
      arguments = "cursor: \"" + found.path("next").asText() + "\"";
    }
    assertThat(seen).hasSize(5);
  }

  @Test
  void followsReferencesBothWays() {
    JsonNode data =
        data(
            "/Observation/" + id + "-3/",
            """
            {subject{resource{... on Patient{id name{family}
              ObservationList(_reference: patient){id}
              ObservationConnection(_reference: patient, _count: 1){count}}}}}\
            """);
    JsonNode patient = data.at("/subject/resource");
    assertThat(patient.path("id").asText()).isEqualTo(id);
    assertThat(patient.at("/name/0/family").asText()).isEqualTo("O'Graph\\ql \"Q\"");
    assertThat(patient.path("ObservationList")).hasSize(5);
    assertThat(patient.at("/ObservationConnection/count").asInt()).isEqualTo(5);
  }

  @Test
  void takesVariablesWithTheirDefaults() {
    String query =
        """
        query one($id: String, $n: Int = 3) {
          ObservationList(patient: $id, _count: $n) { id }
        }
        query other { PatientList(_id: "none") { id } }
        # a comment without an end of line\
        """;
    var body = JSON.createObjectNode().put("query", query).put("operationName", "one");
    body.putObject("variables").put("id", id);
    Answer answer = client.post("/$graphql", body.toString(), "Content-Type", "application/json");
    assertThat(answer.json().at("/data/ObservationList")).describedAs(answer.text()).hasSize(3);
    body.putObject("variables");
    Answer missing = client.post("/$graphql", body.toString(), "Content-Type", "application/json");
    assertThat(missing.status()).isEqualTo(400);
    assertThat(missing.text()).contains("$id");
  }

  @Test
  void readsStringsWithEscapes() {
    assertThat(
            data("/", "{PatientList(_id: \"" + id + "\", family: \"o'graph\\\\\\\\ql\"){id}}")
                .path("PatientList"))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{id",
        "{id}}}",
        "[]",
        "mutation {PatientCreate(res: 1){id}}",
        "{Patiant(id: \"x\"){id}}",
        "{PatientList(nope: \"x\"){id}}",
        "{PatientList(name: {a: 1}){id}}",
        "{PatientList}",
        "{PatientConnection(cursor: \"nonsense\"){count}}",
        "{PatientConnection(cursor: \"a:b\"){count}}",
        "{PatientList @first{id}}",
        "{PatientList{id}} trailing",
        "{PatientList(name: \"a\", name: \"b\"){id}}",
        "{PatientList(name: null){id}}",
        "{PatientList(_format: \"xml\"){id}}",
        "{PatientList(_contained: \"true\"){id}}",
        "{PatientList{x: id x: gender}}",
        "{PatientList{name{family} ... on Patient{name{given}}}}",
        "{PatientList{name(_count: \"x\"){family}}}",
        "{PatientList{... f}} fragment f on Patient{id} fragment f on Patient{gender}",
        "query ($a: ID, $a: ID = 1){PatientList(_id: $a){id}}",
        "type Patient {id: ID}",
        "5",
        "{PatientList(_count: $n){id}}",
        "{... F} fragment F on Patient {id}",
        "{__schema{types{name}}}",
        "{PatientList(name: \"\\u00\"){id}}",
        "{PatientList(name: \"",
        "query a {PatientList{id}} query b {PatientList{id}}",
        "{PatientList{... F}} fragment F on Patient {... G} fragment G on Patient {... F}"
      })
  void saysWhatIsWrong(String query) {
    Answer answer = ask("/", query);
    assertThat(answer.status()).describedAs(query + " " + answer.text()).isEqualTo(400);
    assertThat(answer.text()).contains("OperationOutcome").doesNotContain("null");
  }

  /** GraphQL, October 2021. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "query q($id: ID!){Patient(id: $id){id gender}}",
        "query q($id: [ID!]!){PatientList(_id: $id){id gender}}",
        "query q($id: ID! @deprecated){Patient(id: $id){...f}} fragment f on Patient{id gender}",
        "query q($id: ID!, $no: Boolean = false){Patient(id: $id){id gender"
            + " name @include(if: $no) {family} birthDate @skip(if: true)}}",
        "query q($id: ID!){Patient(id: $id){id id ... on Patient{gender id} ...{id} gender}}",
        "query q($id: ID!){Patient(id: $id){...f ...f} PatientList(name: \"x\") @skip(if: true){id}}"
            + " fragment f on Patient{id gender}"
      })
  void takesWhatTheStandardHas(String query) {
    client.put("/Patient/" + id, GENDER.formatted(id));
    var body = JSON.createObjectNode().put("query", query);
    body.putObject("variables").put("id", id);
    Answer answer = client.post("/$graphql", body.toString(), "Content-Type", "application/json");
    assertThat(answer.status()).describedAs(query + answer.text()).isEqualTo(200);
    assertThat(answer.json().path("data").iterator().next().toString().replaceAll("[\\[\\]]", ""))
        .isEqualTo("{\"id\":\"" + id + "\",\"gender\":\"other\"}");
  }

  @Test
  void mergesWhatIsSelectedTwice() {
    JsonNode name = data("/Patient/" + id + "/", "{name{family} name{use family}}").path("name");
    assertThat(name).hasSize(1);
    assertThat(name.at("/0/family").asText()).isEqualTo("O'Graph\\ql \"Q\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{id @foo}; @skip, @include",
        "{id @skip(if: \"x\")}; expected true or false",
        "{name(_count: \"x\"){family}}; expected a whole number",
        "{PatientList(_reference: [a, b]){id}}; has 2 values; expected one",
        "{ObservationConnection(_reference: patient, cursor: \"x\"){count}}; none that this server",
        "{name @slice{family}}; @slice has one argument",
        "{id}}; line 1"
      })
  void namesWhatItExpected(String query, String message) {
    Answer answer = ask("/Patient/" + id + "/", query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
    assertThat(answer.text()).contains(message);
  }

  @Test
  void saysThatAResourceIsNotThere() {
    assertThat(ask("/", "{Patient(id: \"never-there\"){id}}").status()).isEqualTo(404);
    assertThat(ask("/Patient/never-there/", "{id}").status()).isEqualTo(404);
  }

  @Test
  void refusesWhatCostsTooMuch() {
    String deep = "{subject{resource".repeat(9) + "{id}" + "}}".repeat(9);
    String wide = "{a:id" + " a:id".repeat(500) + "}";
    assertThat(ask("/Observation/" + id + "-1/", deep).text()).contains("graphql-depth-max");
    assertThat(ask("/Observation/" + id + "-1/", wide).text()).contains("graphql-fields-max");
    String many = "{ObservationList(patient: \"%s\"){subject{resource{id".formatted(id);
    String[] parts = {"ObservationList(_reference: patient){subject{resource{id ", "}}}"};
    String query = many + " " + parts[0].repeat(4) + parts[1].repeat(4) + "}}}}";
    assertThat(ask("/", query).text()).contains("graphql-resources-max");
  }

  @ParameterizedTest
  @CsvSource({"application/xml,400", "application/graphql,200", "application/json,400"})
  void takesGraphqlInTwoForms(String type, int status) {
    String query = "{PatientList(_id: \"" + id + "\"){id}}";
    assertThat(client.post("/$graphql", query, "Content-Type", type).status()).isEqualTo(status);
  }

  @Test
  void isABinaryInABundle() {
    var bundle = Resources.bundle("batch");
    Resources.entry(
        bundle,
        "GET",
        "$graphql?query=" + FhirClient.encode("{PatientList(_id:\"" + id + "\"){id}}"));
    JsonNode resource = client.post("", bundle.toString()).json().at("/entry/0/resource");
    assertThat(resource.path("resourceType").asText()).isEqualTo("Binary");
    assertThat(resource.path("contentType").asText()).startsWith("application/json");
  }
}
