package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The cases of HL7's fhir-test-cases for GraphQL in R4, on the examples that they are about. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OfficialGraphqlTest {
  private static final String FOLDER = "/org/hl7/fhir/testcases/r4/";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What they are about, and what that refers to; other references may lead nowhere. */
  private static final List<String> EXAMPLES =
      List.of(
          "Patient/example:patient-example",
          "Patient/xds:patient-example-xds",
          "Condition/example:condition-example",
          "Observation/example:observation-example",
          "Observation/20minute-apgar-score:observation-example-20minute-apgar-score",
          "MedicationDispense/meddisp008:medicationdispenseexample8",
          "List/example-long:list-example-long");

  /** Not there while others search for patients: they expect two. */
  private static final String GLOSSY = "Patient/glossy";

  /**
   * HL7's own run answers searches with what it has prepared: there are fifty patients, those that
   * are found have been scored 0.5 or not at all, and more of them follow. Here the search is a
   * real one, of the two patients that the case expects to see.
   */
  private static final Set<String> PREPARED = Set.of("search-full");

  /** It selects one field twice; HL7 expects two answers, GraphQL's standard has one. */
  private static final String MERGED = "extension-simple.gql";

  private static final String MERGED_ANSWER =
      """
      {"subject":{"resource":{"birthDate":"2016-05-18",
       "_birthDate":{"extension":[{"valueDateTime":"2016-05-18T10:28:45Z"}]}}}}\
      """;

  private final TestServer server = TestServer.start("rodnan.references=allow");
  private final FhirClient client = server.client();

  @BeforeAll
  void loadExamples() throws IOException {
    for (String example : EXAMPLES) {
      load(example);
    }
  }

  private void load(String example) throws IOException {
    String[] parts = example.split(":", -1);
    Answer answer =
        client.put(
            "/" + parts[0],
            // HL7's own run knows the example by its file; its id is another.
            text("examples/" + parts[1] + ".xml")
                .replace("<id value=\"long\"/>", "<id value=\"example-long\"/>"),
            "Content-Type",
            "application/fhir+xml");
    assertThat(answer.status()).describedAs(example + answer.text()).isEqualTo(201);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  static Stream<Arguments> cases() throws IOException, ParserConfigurationException, SAXException {
    List<Arguments> cases = new ArrayList<>();
    try (InputStream in = resource("graphql/manifest.xml")) {
      NodeList tests =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(in)
              .getElementsByTagName("test");
      for (int i = 0; i < tests.getLength(); i++) {
        Element test = (Element) tests.item(i);
        if (!PREPARED.contains(test.getAttribute("name"))) {
          cases.add(Arguments.of(test.getAttribute("name"), test));
        }
      }
    }
    assertThat(cases).hasSize(28);
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void answers(String name, Element test) throws IOException {
    String query = text("graphql/" + test.getAttribute("source"));
    String context = test.getAttribute("context");
    var body = JSON.createObjectNode().put("query", query);
    if (test.hasAttribute("operation")) {
      body.put("operationName", test.getAttribute("operation"));
      // HL7's run sets it, too.
      body.putObject("variables").put("var", true);
    }
    if (context.startsWith(GLOSSY)) {
      load(GLOSSY + ":patient-glossy-example");
    }
    Answer answer =
        client.post(
            context.isEmpty() ? "/$graphql" : "/" + context,
            body.toString(),
            "Content-Type",
            "application/json");
    client.delete("/" + GLOSSY);
    if (test.getAttribute("output").equals("$error")) {
      assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
      assertThat(answer.json().path("resourceType").asText()).isEqualTo("OperationOutcome");
    } else {
      assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
      assertThat(answer.json().path("data"))
          .isEqualTo(
              MERGED.equals(test.getAttribute("source"))
                  ? JSON.readTree(MERGED_ANSWER)
                  : JSON.readTree(text("graphql/" + test.getAttribute("output"))));
    }
  }

  @Test
  void searchFull() throws IOException {
    Answer answer =
        client.post(
            "/$graphql", text("graphql/search-full.gql"), "Content-Type", "application/graphql");
    JsonNode found = answer.json().at("/data/PatientConnection");
    JsonNode expected = JSON.readTree(text("graphql/search-full.json")).path("PatientConnection");
    assertThat(found.path("edges").findValues("resource"))
        .describedAs(answer.text())
        .isEqualTo(expected.path("edges").findValues("resource"));
    assertThat(found.path("edges").findValuesAsText("mode")).containsExactly("match", "match");
    assertThat(found.path("count").asInt()).isEqualTo(2);
    assertThat(found.path("offset").asInt()).isZero();
    assertThat(found.has("next")).isFalse();
  }

  /** The two of server-tests.json. */
  @Test
  void answersAsAServer() throws IOException {
    JsonNode tests = JSON.readTree(text("graphql/server-tests.json"));
    for (JsonNode test :
        List.of(tests.at("/instance-tests/simple"), tests.at("/root-tests/simple"))) {
      String url = test.path("url").asText();
      int query = url.indexOf('=') + 1;
      Answer answer = client.get(url.substring(0, query) + FhirClient.encode(url.substring(query)));
      assertThat(answer.json()).describedAs(answer.text()).isEqualTo(test.path("output"));
    }
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        OfficialGraphqlTest.class.getResourceAsStream(FOLDER + name), name);
  }

  private static String text(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
