package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** CQL over Spiera's trial, beside what $cohort counts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CqlTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PERIOD = "periodStart=2007-01-01&periodEnd=2011-12-31";
  private static final String URL = "https://example.org/";

  private static final String SKIN =
      """
      library SkinScore version '1.0.0'
      using FHIR version '4.0.1'
      include FHIRHelpers version '4.0.1' called FHIRHelpers

      codesystem "Measures": 'https://w3id.org/rodnan/CodeSystem/ssc-measure'
      code "mRSS total": 'mrss-total' from "Measures"

      parameter "Measurement Period" Interval<DateTime>
      context Patient

      define "Skin scores":
        [Observation: "mRSS total"] O
          where O.effective as FHIR.dateTime during "Measurement Period"

      define function "Visit"(O Observation):
        (singleton from (
          O.extension E
            where E.url = 'https://w3id.org/rodnan/StructureDefinition/ssc-visit'
            return (singleton from (E.extension C where C.url = 'code')).value as FHIR.CodeableConcept
        )).coding[0].code.value

      define function "Score at"(visit String):
        First("Skin scores" O where "Visit"(O) = visit return (O.value as FHIR.Quantity).value.value)

      define "Baseline at least 16": "Score at"('baseline') >= 16
      define "Improved by 5 at month 12":
        "Score at"('baseline') - "Score at"('month-12') >= 5
      define "Women": Patient.gender = 'female'
      define "Gender": Patient.gender.value
      """;

  private TestServer server;
  private FhirClient client;

  @BeforeAll
  void start() {
    server = TestServer.start("rodnan.trials.load=true", "rodnan.cql.resources-max=1000");
    client = server.client();
    stored("Library/skin-score", library("SkinScore", "1.0.0", SKIN));
    stored("Measure/skin-improvement", MEASURE);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static final String MEASURE =
      """
      {"resourceType": "Measure", "id": "skin-improvement",
        "url": "https://example.org/Measure/SkinImprovement", "version": "1.0.0",
        "name": "SkinImprovement", "status": "active",
        "library": ["https://example.org/Library/SkinScore|1.0.0"],
        "scoring": {"coding": [
          {"system": "http://terminology.hl7.org/CodeSystem/measure-scoring", "code": "proportion"}]},
        "group": [{"id": "all",
          "population": [
            {"id": "initial", "code": {"coding": [{"code": "initial-population",
              "system": "http://terminology.hl7.org/CodeSystem/measure-population"}]},
              "criteria": {"language": "text/cql", "expression": "Baseline at least 16"}},
            {"id": "denominator", "code": {"coding": [{"code": "denominator",
              "system": "http://terminology.hl7.org/CodeSystem/measure-population"}]},
              "criteria": {"language": "text/cql", "expression": "Baseline at least 16"}},
            {"id": "numerator", "code": {"coding": [{"code": "numerator",
              "system": "http://terminology.hl7.org/CodeSystem/measure-population"}]},
              "criteria": {"language": "text/cql", "expression": "Improved by 5 at month 12"}}],
          "stratifier": [{"id": "gender", "component": [{"id": "gender-is",
            "code": {"text": "gender"},
            "criteria": {"language": "text/cql", "expression": "Gender"}}]}]}]}
      """;

  private void stored(String path, String json) {
    Answer answer = client.put("/" + path, json);
    assertThat(answer.status()).describedAs(answer.text()).isBetween(200, 201);
  }

  private static String library(String name, String version, String cql) {
    String id = name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    return """
    {"resourceType": "Library", "id": "%s", "url": "%sLibrary/%s", "version": "%s",
      "name": "%s", "status": "active", "type": {"coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "logic-library"}]},
      "content": [{"contentType": "text/cql", "data": "%s"}]}
    """
        .formatted(
            id,
            URL,
            name,
            version,
            name,
            Base64.getEncoder().encodeToString(cql.getBytes(StandardCharsets.UTF_8)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static JsonNode ok(Answer answer) {
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static String diagnostics(Answer answer) {
    return answer.json().path("issue").path(0).path("diagnostics").asText();
  }

  private static Map<String, Integer> counts(JsonNode report) {
    Map<String, Integer> counts = new TreeMap<>();
    for (JsonNode each : report.path("group").path(0).path("population")) {
      counts.put(
          each.path("code").path("coding").path(0).path("code").asText(),
          each.path("count").asInt());
    }
    return counts;
  }

  private static String evaluated(String query) {
    return "/Measure/skin-improvement/$evaluate-measure?" + PERIOD + query;
  }

  private JsonNode cohort(String criterion) {
    String parameters =
        """
        {"resourceType": "Parameters", "parameter": [{"name": "store", "valueCode": "true"},
          {"name": "criterion", "part": [{"name": "search",
            "valueString": "Observation?code=mrss-total&visit=baseline&value-quantity=ge16"}]}%s]}
        """;
    return ok(client.post("/ResearchStudy/spiera-2011/$cohort", parameters.formatted(criterion)));
  }

  private static final String IMPROVED =
      """
      , {"name": "criterion", "part": [{"name": "search", "valueString": "Observation?code=mrss-total"},
        {"name": "change", "part": [
          {"name": "from", "valueString": "baseline"}, {"name": "to", "valueString": "month-12"},
          {"name": "kind", "valueCode": "absolute"}, {"name": "comparator", "valueCode": "le"},
          {"name": "value", "valueDecimal": -5}]}]}
      """;

  private static JsonNode group(JsonNode cohort) {
    return cohort.path("parameter").path(cohort.path("parameter").size() - 1).path("resource");
  }

  @Test
  void countsAsTheCohortDoes() {
    JsonNode high = group(cohort(""));
    JsonNode improved = group(cohort(IMPROVED));
    int initial = high.path("quantity").asInt();
    int numerator = improved.path("quantity").asInt();
    assertThat(initial).isGreaterThan(numerator);
    assertThat(numerator).isPositive();
    for (String subjects :
        List.of(
            "&subject=ResearchStudy/spiera-2011", "&subject=Group/" + high.path("id").asText())) {
      JsonNode report = ok(client.get(evaluated(subjects)));
      assertThat(report.path("type").asText()).isEqualTo("summary");
      assertThat(counts(report))
          .isEqualTo(
              Map.of(
                  "initial-population", initial, "denominator", initial, "numerator", numerator));
      assertThat(report.path("group").path(0).path("measureScore").path("value").asDouble())
          .isCloseTo((double) numerator / initial, org.assertj.core.api.Assertions.within(1e-9));
    }
  }

  @Test
  void countsEachStratum() {
    JsonNode report = ok(client.get(evaluated("&subject=ResearchStudy/spiera-2011")));
    Map<String, Integer> initial = new LinkedHashMap<>();
    for (JsonNode stratum :
        report.path("group").path(0).path("stratifier").path(0).path("stratum")) {
      String text =
          stratum.path("component").path(0).path("value").path("text").asText()
              + stratum.path("value").path("text").asText();
      initial.put(text, stratum.path("population").path(0).path("count").asInt());
    }
    assertThat(initial.keySet()).as("in their order").containsExactly("female", "male");
    assertThat(initial.values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(counts(report).get("initial-population"));
  }

  @Test
  void namesTheSubjectsOfAList() {
    JsonNode report =
        ok(client.get(evaluated("&reportType=subject-list&subject=ResearchStudy/spiera-2011")));
    JsonNode numerator = report.path("group").path(0).path("population").path(2);
    String list = numerator.path("subjectResults").path("reference").asText().replace("#", "");
    List<String> named = new ArrayList<>();
    for (JsonNode contained : report.path("contained")) {
      if (contained.path("id").asText().replace("#", "").equals(list)) {
        contained
            .path("entry")
            .forEach(entry -> named.add(entry.path("item").path("reference").asText()));
      }
    }
    List<String> members = new ArrayList<>();
    group(cohort(IMPROVED))
        .path("member")
        .forEach(member -> members.add(member.path("entity").path("reference").asText()));
    assertThat(named).containsExactlyInAnyOrderElementsOf(members);
  }

  @Test
  void reportsOneSubjectWithWhatWasLookedAt() {
    JsonNode report = ok(client.get(evaluated("&subject=spiera-2011-001")));
    assertThat(report.path("type").asText()).isEqualTo("individual");
    assertThat(report.path("subject").path("reference").asText())
        .isEqualTo("Patient/spiera-2011-001");
    assertThat(report.path("evaluatedResource").toString()).contains("Observation/");
    assertThat(report.path("period").toString()).contains("2007-01-01", "2011-12-31");
    // Nobody was measured in another decade.
    JsonNode other =
        ok(
            client.get(
                "/Measure/$evaluate-measure?measure="
                    + encoded(URL + "Measure/SkinImprovement")
                    + "&periodStart=1990&periodEnd=1999-12&subject=ResearchStudy/spiera-2011"));
    assertThat(counts(other).values()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/Measure/skin-improvement/$evaluate-measure?periodEnd=2011|400|periodStart",
        "/Measure/skin-improvement/$evaluate-measure?periodStart=soon&periodEnd=2011|400|found"
            + " 'soon'",
        "/Measure/skin-improvement/$evaluate-measure?periodStart=2012&periodEnd=2011|400|is before",
        "/Measure/skin-improvement/$evaluate-measure?periodStart=2007&periodEnd=2011&reportType=all|400|found"
            + " 'all'",
        "/Measure/skin-improvement/$evaluate-measure?periodStart=2007&periodEnd=2011&reportType=subject|400|Patient/[id]",
        "/Measure/skin-improvement/$evaluate-measure?periodStart=2007&periodEnd=2011&lastReceivedOn=2010|400|lastReceivedOn",
        "/Measure/skin-improvement/$evaluate-measure?periodStart=2007&periodEnd=2011&subject=nobody|404|Patient/nobody",
        "/Measure/skin-improvement/$evaluate-measure?periodStart=2007&periodEnd=2011&subject=Device/a|400|Device/a",
        "/Measure/nothing/$evaluate-measure?periodStart=2007&periodEnd=2011|404|Measure/nothing",
        "/Measure/$evaluate-measure?periodStart=2007&periodEnd=2011|400|a measure",
        "/Measure/$evaluate-measure?measure=http://example.org/none&periodStart=2007&periodEnd=2011|404|http://example.org/none",
        "/Library/nothing/$evaluate|404|Library/nothing",
        "/Library/$evaluate|400|url",
        "/Library/$evaluate?url=http://example.org/None|404|http://example.org/None",
        "/$cql|400|an expression",
        "/$cql?expression=1&dataEndpoint=a|400|not supported",
        "/$cql?expression=1&useServerData=false|400|useServerData",
        "/$cql?expression=1&subject=nobody|404|Patient/nobody",
        "/$cql?expression=1&library=http://example.org/Library/None|422|http://example.org/Library/None",
        "/Library/skin-score/$evaluate?expression=Nothing|422|Nothing"
      })
  void refusesWhatItCantUnderstand(String path, int status, String named) {
    Answer answer = client.get(path);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(status);
    assertThat(diagnostics(answer)).contains(named);
  }

  private Answer cql(String expression) {
    return client.get("/$cql?expression=" + encoded(expression));
  }

  private JsonNode value(String expression) {
    return ok(cql(expression)).path("parameter").path(0);
  }

  @Test
  void evaluatesAnExpression() {
    assertThat(value("1 + 2").path("valueInteger").asInt()).isEqualTo(3);
    assertThat(value("Count([Patient])").path("valueInteger").asInt()).isEqualTo(30);
    assertThat(value("null").findPath("url").asText()).endsWith("/data-absent-reason");
    assertThat(value("{}").findPath("url").asText()).endsWith("/cqf-isEmptyList");
    JsonNode many = ok(cql("{1, 2, 3}")).path("parameter");
    assertThat(many).hasSize(3);
    assertThat(many.path(2).path("valueInteger").asInt()).isEqualTo(3);
  }

  @Test
  void evaluatesAnExpressionForASubjectWithALibrary() {
    String asked =
        """
        {"resourceType": "Parameters", "parameter": [
          {"name": "subject", "valueString": "Patient/spiera-2011-001"},
          {"name": "expression", "valueString": "Skin.\\"Score at\\"(Visit)"},
          {"name": "library", "part": [
            {"name": "url", "valueCanonical": "https://example.org/Library/SkinScore"},
            {"name": "name", "valueString": "Skin"}]},
          {"name": "parameters", "resource": {"resourceType": "Parameters", "parameter": [
            {"name": "Visit", "valueString": "baseline"},
            {"name": "Measurement Period",
              "valuePeriod": {"start": "2007-01-01T00:00:00Z", "end": "2011-12-31T23:59:59Z"}}]}}]}
        """;
    JsonNode score = ok(client.post("/$cql", asked)).path("parameter").path(0);
    JsonNode sum =
        ok(
            client.post(
                "/$cql",
                """
                {"resourceType": "Parameters", "parameter": [
                  {"name": "expression", "valueString": "Sum(Many) + One"},
                  {"name": "parameters", "resource": {"resourceType": "Parameters", "parameter": [
                    {"name": "One", "valueDecimal": 0.5},
                    {"name": "Many", "valueInteger": 1}, {"name": "Many", "valueInteger": 2}]}}]}
                """));
    assertThat(sum.findPath("valueDecimal").decimalValue()).isEqualByComparingTo("3.5");
    JsonNode observation =
        ok(client.get("/Observation?patient=spiera-2011-001&code=mrss-total&visit=baseline"))
            .path("entry")
            .path(0)
            .path("resource");
    assertThat(score.path("valueDecimal").decimalValue())
        .isEqualByComparingTo(observation.path("valueQuantity").path("value").decimalValue());
  }

  /** The codes of a value set are those that the server's terminology gives. */
  @Test
  void retrievesByValueSet() {
    String library =
        """
        library Sets
        using FHIR version '4.0.1'
        include FHIRHelpers version '4.0.1' called FHIRHelpers
        codesystem "Measures": 'https://w3id.org/rodnan/CodeSystem/ssc-measure'
        valueset "Volumes": 'https://w3id.org/rodnan/ValueSet/ssc-fvc'
        valueset "None": 'https://example.org/ValueSet/none'
        code "mRSS total": 'mrss-total' from "Measures"
        context Unfiltered
        define "Retrieved": Count([Observation: "Volumes"])
        define "Filtered": Count([Observation: "Volumes"] O where O.code in "Volumes")
        define "Score": "mRSS total" in "Volumes"
        define "Unknown": "mRSS total" in "None"
        """;
    String asked =
        """
        {"resourceType": "Parameters", "parameter": [{"name": "content", "valueString": %s},
          {"name": "expression", "valueString": "%s"}]}
        """;
    String text = JSON.valueToTree(library).toString();
    int total =
        ok(client.get(
                "/Observation?_summary=count&code:in=https://w3id.org/rodnan/ValueSet/ssc-fvc"))
            .path("total")
            .asInt();
    assertThat(total).isPositive();
    for (String name : List.of("Retrieved", "Filtered")) {
      JsonNode count = ok(client.post("/$cql", asked.formatted(text, name))).path("parameter");
      assertThat(count.path(0).path("valueInteger").asInt()).isEqualTo(total);
    }
    JsonNode score = ok(client.post("/$cql", asked.formatted(text, "Score"))).path("parameter");
    assertThat(score.path(0).path("valueBoolean").asBoolean(true)).isFalse();
    Answer unknown = client.post("/$cql", asked.formatted(text, "Unknown"));
    assertThat(unknown.status()).describedAs(unknown.text()).isEqualTo(422);
    assertThat(diagnostics(unknown)).contains("https://example.org/ValueSet/none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 + 'a'|Line 1, column 1: Could not resolve call to operator Add",
        "1 +|Line 1, column 3: Syntax error",
        "Nothing|Line 1, column 1: Could not resolve identifier Nothing",
        "Message(1, true, 'x', 'Error', 'no')|Line 1, column 1: x: no"
      })
  void tellsTheLineOfAnError(String expression, String told) {
    Answer answer = cql(expression);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(422);
    assertThat(diagnostics(answer)).startsWith(told);
  }

  @Test
  void tellsTheLineOfAnErrorInAStoredLibrary() {
    stored(
        "Library/broken",
        library("Broken", "1", "library Broken version '1'\n\ndefine A: 1\ndefine B:\n  A + C\n"));
    Answer broken = client.get("/Library/broken/$evaluate");
    assertThat(broken.status()).describedAs(broken.text()).isEqualTo(422);
    assertThat(diagnostics(broken)).startsWith("Library Broken, line 5, column 7:").contains("C");
    stored(
        "Library/includes",
        library(
            "Includes",
            "1",
            "library Includes version '1'\ninclude Absent version '2'\ndefine A: 1\n"));
    Answer absent = client.get("/Library/includes/$evaluate");
    assertThat(absent.status()).describedAs(absent.text()).isEqualTo(422);
    assertThat(absent.text()).contains("line 2", "Absent");
    stored(
        "Measure/without",
        MEASURE
            .replace("skin-improvement", "without")
            .replace("/SkinImprovement", "/Without")
            .replace("Library/SkinScore|1.0.0", "Library/SkinScore|7"));
    Answer without = client.get("/Measure/without/$evaluate-measure?" + PERIOD);
    assertThat(without.status()).describedAs(without.text()).isEqualTo(422);
    assertThat(diagnostics(without)).contains("Library/SkinScore|7");
  }

  @Test
  void seesWhatALibraryBecame() {
    stored(
        "Library/changing",
        library("Changing", "1", "library Changing version '1'\ndefine A: 1\n"));
    assertThat(ok(client.get("/Library/changing/$evaluate")).findPath("valueInteger").asInt())
        .isEqualTo(1);
    stored(
        "Library/changing",
        library("Changing", "1", "library Changing version '1'\ndefine A: 2\n"));
    assertThat(
            ok(client.get("/Library/$evaluate?url=" + URL + "Library/Changing"))
                .findPath("valueInteger")
                .asInt())
        .isEqualTo(2);
  }

  /** Of those that wait together all but the first few are turned away; others are answered. */
  @Test
  void stopsWhatTakesTooLong() throws Exception {
    String list = "({0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19})";
    String endless =
        "Count(from %1$s A, %1$s B, %1$s C, %1$s D, %1$s E, %1$s F, %1$s G where A < 0 return A)"
            .formatted(list);
    try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(clients.submit(() -> cql(endless)));
      }
      assertThat(client.get("/Patient?_summary=count").status()).isEqualTo(200);
      List<String> told = new ArrayList<>();
      for (Future<Answer> each : answers) {
        Answer answer = each.get();
        assertThat(answer.status()).describedAs(answer.text()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isPresent();
        told.add(diagnostics(answer));
      }
      assertThat(told)
          .anyMatch(text -> text.contains("rodnan.cql.time-max"))
          .anyMatch(text -> text.contains("rodnan.cql.queue-max"));
    }
    assertThat(value("1 + 2").path("valueInteger").asInt()).isEqualTo(3);
  }

  /** A regular expression that takes time by the power of the text's length is one operation. */
  @Test
  void goesOnForOthersWhileAnOperationCannotBeStopped() {
    try (TestServer quick = TestServer.start("rodnan.cql.time-max=3s")) {
      FhirClient asking = quick.client();
      String endless = "Matches('" + "a".repeat(41) + "!', '(a|aa)+\\\\1b')";
      Answer given = asking.get("/$cql?expression=" + encoded(endless));
      assertThat(given.status()).describedAs(given.text()).isEqualTo(503);
      Answer other = asking.get("/$cql?expression=" + encoded("1 + 2"));
      assertThat(other.status()).describedAs(other.text()).isEqualTo(200);
      assertThat(Thread.getAllStackTraces().entrySet())
          .as("it is still at it")
          .anyMatch(thread ->
              thread.getKey().getName().startsWith("cql-")
                  && Arrays.stream(thread.getValue())
                      .anyMatch(frame -> frame.getClassName().startsWith("java.util.regex")));
    }
  }

  @Test
  void limitsWhatItFinds() {
    Answer answer = cql("Count([Observation])");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(413);
    assertThat(diagnostics(answer)).contains("rodnan.cql.resources-max", "1000");
    Answer text =
        client.post(
            "/$cql",
            "{\"resourceType\": \"Parameters\", \"parameter\": [{\"name\": \"content\","
                + " \"valueString\": \""
                + "x".repeat(200_001)
                + "\"}]}");
    assertThat(text.status()).isEqualTo(413);
    assertThat(diagnostics(text)).contains("rodnan.cql.characters-max");
    Answer deep =
        client.post(
            "/$cql",
            "{\"resourceType\": \"Parameters\", \"parameter\": [{\"name\": \"expression\","
                + " \"valueString\": \""
                + "(".repeat(50_000)
                + "1"
                + ")".repeat(50_000)
                + "\"}]}");
    assertThat(deep.status()).describedAs(deep.text()).isEqualTo(422);
    assertThat(diagnostics(deep)).contains("more than 200 deep, in line 1");
    Answer chain = cql("not ".repeat(5_000) + "true");
    assertThat(chain.status()).describedAs(chain.text()).isEqualTo(422);
    assertThat(diagnostics(chain)).contains("nested too deeply");
  }

  @Test
  void isOfferedInTheCapabilities() {
    String statement = client.get("/metadata").text();
    assertThat(statement)
        .contains(
            "http://hl7.org/fhir/OperationDefinition/Measure-evaluate-measure",
            "http://hl7.org/fhir/uv/cql/OperationDefinition/cql-cql",
            "http://hl7.org/fhir/uv/cql/OperationDefinition/cql-library-evaluate");
  }
}
