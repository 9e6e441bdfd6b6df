package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** Cohorts and endpoints of Spiera's trial, beside what the paper prints. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrialOperationsTest {
  /** A body for parameters that stand in the URL. */
  private static final String NOTHING_MORE = "{\"resourceType\": \"Parameters\"}";

  private static final String STUDY = "/ResearchStudy/spiera-2011";
  private static final String HIGH =
      "Observation?code=mrss-total&visit=baseline&value-quantity=ge30";

  private TestServer server;
  private FhirClient client;

  @BeforeAll
  void start() {
    server = TestServer.start("rodnan.trials.load=true");
    client = server.client();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static List<CSVRecord> rows(Answer answer) {
    return answer.rows();
  }

  private List<String> remaining(String query) {
    return rows(client.get(STUDY + "/$cohort?_format=csv&" + query)).stream()
        .map(row -> row.get("remaining"))
        .toList();
  }

  @Test
  void countsWhoRemainsAfterEachCriterion() {
    String criteria =
        "criterion=" + encoded(HIGH) + "&criterion=" + encoded("women::Patient?gender=female");
    assertThat(remaining(criteria)).containsExactly("30", "17", "13");
    assertThat(remaining(criteria + "&combine=any")).containsExactly("30", "17", "28");
    assertThat(remaining("criterion=" + encoded("!" + HIGH))).containsExactly("30", "13");
    assertThat(remaining(criteria + "&combine=" + encoded("all(women,not(1))")))
        .containsExactly("30", "17", "24", "11");
  }

  @Test
  void givesAGroupOfTheSubjectsAndStoresIt() {
    String query = STUDY + "/$cohort?criterion=" + encoded(HIGH);
    JsonNode answer = client.get(query).json();
    JsonNode group = answer.path("parameter").path(answer.path("parameter").size() - 1);
    assertThat(group.path("resource").path("quantity").asInt()).isEqualTo(17);
    assertThat(group.path("resource").path("member")).hasSize(17);
    assertThat(rows(client.get(query + "&subjects=true&_format=csv"))).hasSize(17);
    JsonNode stored = client.post(query + "&store=true", NOTHING_MORE).json();
    String id = stored.path("parameter").findPath("resource").path("id").asText();
    assertThat(client.get("/Group/" + id).json().path("member")).hasSize(17);
  }

  private static final String HARD =
      """
      {"resourceType": "Parameters", "parameter": [
        {"name": "store", "valueCode": "definition"},
        {"name": "combine", "valueString": "all(any(1,not(all)),not(3))"},
        {"name": "criterion", "part": [
          {"name": "name", "valueString": "a, (b)::c \\"d\\" | ü"},
          {"name": "search",
            "valueString": "Observation?code=https%3A%2F%2Fw3id.org%2Frodnan%2FCodeSystem%2Fssc-measure%7Cmrss-total&value-quantity=ge30"},
          {"name": "visit", "valueString": "baseline"}]},
        {"name": "criterion", "part": [
          {"name": "name", "valueString": "all"},
          {"name": "search", "valueString": "Patient?gender=female,other"}]},
        {"name": "criterion", "part": [
          {"name": "name", "valueString": "five points less"},
          {"name": "exclude", "valueBoolean": true},
          {"name": "search", "valueString": "Observation?code=mrss-total"},
          {"name": "change", "part": [
            {"name": "from", "valueString": "baseline"}, {"name": "to", "valueString": "month-12"},
            {"name": "kind", "valueCode": "absolute"}, {"name": "comparator", "valueCode": "le"},
            {"name": "value", "valueDecimal": -5.000000001}]}]}]}
      """;

  private static JsonNode named(JsonNode parameters, String name) {
    for (JsonNode each : parameters.path("parameter")) {
      if (each.path("name").asText().equals(name)) {
        return each.path("resource");
      }
    }
    throw new AssertionError("No " + name + " in " + parameters);
  }

  @Test
  void runsAStoredDefinitionAgain() {
    Answer first = client.post(STUDY + "/$cohort", HARD);
    assertThat(first.status()).describedAs(first.text()).isEqualTo(200);
    JsonNode definition = named(first.json(), "definition");
    String path = "/Group/" + definition.path("id").asText();
    assertThat(definition.path("actual").asBoolean()).isFalse();
    assertThat(client.get(path).text()).contains("-5.000000001", "all(any(1,not(all)),not(3))");
    Answer again = client.get(path + "/$cohort");
    assertThat(again.status()).describedAs(again.text()).isEqualTo(200);
    assertThat(named(again.json(), "group")).isEqualTo(named(first.json(), "group"));
    assertThat(rows(client.get(path + "/$cohort?_format=csv")).stream().map(CSVRecord::toList))
        .isEqualTo(
            rows(client.post(STUDY + "/$cohort?_format=csv", HARD)).stream()
                .map(CSVRecord::toList)
                .toList());
    assertThat(client.get(path + "/$cohort?_format=csv&subjects=true").status()).isEqualTo(200);
    assertThat(
            client
                .get("/Group?study=spiera-2011&_id=" + definition.path("id").asText())
                .json()
                .path("total")
                .asInt())
        .isOne();
  }

  @Test
  void storesADefinitionOnceUntilItIsEdited() {
    String query =
        STUDY + "/$cohort?store=definition&criterion=" + encoded("m::Patient?gender=male");
    JsonNode first = named(client.post(query, NOTHING_MORE).json(), "definition");
    String path = "/Group/" + first.path("id").asText();
    assertThat(named(client.post(query, NOTHING_MORE).json(), "definition")).isEqualTo(first);
    assertThat(client.get(query).status()).isEqualTo(405);
    String edited = client.get(path).text().replace("gender=male", "gender=female");
    assertThat(client.put(path, edited).status()).isEqualTo(200);
    assertThat(rows(client.get(path + "/$cohort?_format=csv")).get(1).get("remaining"))
        .isEqualTo("24");
    JsonNode second = named(client.post(query, NOTHING_MORE).json(), "definition");
    assertThat(second.path("id").asText()).isNotEqualTo(first.path("id").asText());
    assertThat(named(client.post(query, NOTHING_MORE).json(), "definition")).isEqualTo(second);
  }

  @Test
  void refusesAnEditThatCanNotBeRun() {
    JsonNode definition =
        named(
            client
                .post(
                    STUDY
                        + "/$cohort?store=definition&criterion="
                        + encoded("f::Patient?gender=female"),
                    NOTHING_MORE)
                .json(),
            "definition");
    String path = "/Group/" + definition.path("id").asText();
    String stored = client.get(path).text();
    for (List<String> edit :
        List.of(
            List.of("Patient?gender=female", "Patient?gendr=female", "gendr"),
            List.of("Patient?gender=female", "Organization?name=x", "compartment"),
            List.of("Patient?gender=female", "patients who are women", "Type?name=value"),
            List.of("\"valueString\":\"all\"", "\"valueString\":\"all(2\"", "combine"),
            List.of(
                "\"extension\":[{\"url\":\"https://w3id.org/rodnan/StructureDefinition/ssc-cohort-combination\"",
                "\"extension\":[{\"url\":\"https://w3id.org/rodnan/StructureDefinition/ssc-cohort-combination\",\"valueString\":\"any\"},{\"url\":\"https://w3id.org/rodnan/StructureDefinition/ssc-cohort-combination\"",
                "2 times"),
            List.of("\"actual\":false", "\"actual\":true", "actual"),
            List.of("application/x-fhir-query", "text/cql", "application/x-fhir-query"))) {
      assertThat(stored).contains(edit.get(0));
      Answer answer = client.put(path, stored.replace(edit.get(0), edit.get(1)));
      assertThat(answer.status()).describedAs(edit + answer.text()).isEqualTo(422);
      assertThat(answer.text()).contains(edit.get(2));
    }
    assertThat(client.get(path + "/$cohort?criterion=Patient").status()).isEqualTo(400);
    assertThat(client.post(path + "/$cohort?store=definition", NOTHING_MORE).status())
        .isEqualTo(400);
    assertThat(client.get(path + "/$cohort?study=pope-2011").status()).isEqualTo(400);
    assertThat(client.get("/Group/nowhere/$cohort").status()).isEqualTo(404);
  }

  @Test
  void aDefinitionForNoStudyIsRunOnAny() {
    JsonNode definition =
        named(
            client
                .post(
                    "/$cohort?store=definition&criterion=" + encoded("f::Patient?gender=female"),
                    NOTHING_MORE)
                .json(),
            "definition");
    String path = "/Group/" + definition.path("id").asText();
    assertThat(
            rows(client.get(path + "/$cohort?_format=csv&study=spiera-2011"))
                .get(1)
                .get("Imatinib"))
        .isEqualTo("24");
    JsonNode cohort = client.post(STUDY + "/$cohort?store=true", NOTHING_MORE).json();
    assertThat(
            client.get("/Group/" + named(cohort, "group").path("id").asText() + "/$cohort").text())
        .contains("is no definition");
  }

  /** Of 30 subjects 17 have a high score; 24 are women, so 6 are not. */
  @Test
  void suppressesSmallCountsAndWhatTellsThem() {
    try (TestServer strict =
        TestServer.start(
            "rodnan.trials.load=true",
            "rodnan.cohort.subject-level=false",
            "rodnan.cohort.small-count-min=7")) {
      FhirClient anybody = strict.client();
      String asked = STUDY + "/$cohort?criterion=" + encoded(HIGH);
      String women = "&criterion=" + encoded("women::Patient?gender=female");
      List<CSVRecord> one = rows(anybody.get(asked + "&_format=csv"));
      assertThat(one.stream().map(row -> row.get("remaining"))).containsExactly("28", "14");
      // Of the 17 there are 13 women; four would be the difference.
      List<CSVRecord> two = rows(anybody.get(asked + women + "&_format=csv"));
      assertThat(two.stream().map(row -> row.get("remaining"))).containsExactly("28", "14", "");
      assertThat(two.stream().map(row -> row.get("Imatinib"))).containsExactly("28", "14", "");
      Answer answer = anybody.get(asked + women);
      assertThat(answer.text()).contains("suppressed").doesNotContain("\"quantity\"", "\"member\"");
      assertThat(anybody.get(asked).json().findPath("quantity").asInt()).isEqualTo(14);
      assertThat(anybody.get(asked + "&subjects=true&_format=csv").status()).isEqualTo(403);
      assertThat(anybody.post(asked + "&store=true", NOTHING_MORE).status()).isEqualTo(403);
      assertThat(anybody.get("/$cql?expression=1").status()).isEqualTo(403);
      assertThat(anybody.post(asked + "&store=definition", NOTHING_MORE).status()).isEqualTo(200);
      assertThat(
              anybody
                  .get(
                      strict.base().replace("/fhir", "")
                          + "/cohort?study=spiera-2011&s=Patient%3Fgender%3Dmale")
                  .text())
          .contains("not shown, too few of 28 remain")
          .contains("_format=csv\"", "Who remains is not told here")
          .doesNotContain("subjects=true", "The patients as CSV");
    }
  }

  /** By the values of the same subjects: five points less than at baseline. */
  @Test
  void findsWhoChanged() {
    String change =
        """
        {"resourceType": "Parameters", "parameter": [{"name": "criterion", "part": [
          {"name": "name", "valueString": "five points less"},
          {"name": "search", "valueString": "Observation?code=mrss-total"},
          {"name": "change", "part": [
            {"name": "from", "valueString": "baseline"}, {"name": "to", "valueString": "month-12"},
            {"name": "kind", "valueCode": "absolute"}, {"name": "comparator", "valueCode": "le"},
            {"name": "value", "valueDecimal": -5}]}]}]}
        """;
    List<CSVRecord> rows = rows(client.post(STUDY + "/$cohort?_format=csv", change));
    assertThat(rows.get(1).get("name")).isEqualTo("five points less");
    assertThat(rows.get(1).get("remaining")).isEqualTo("16");
    assertThat(rows.get(1).get("Imatinib")).isEqualTo("16");
  }

  @Test
  void takesAllPatientsWithoutAStudy() {
    assertThat(
            rows(client.get("/$cohort?_format=csv&criterion=" + encoded("Patient?gender=female")))
                .get(1)
                .get("remaining"))
        .isEqualTo("24");
    assertThat(
            rows(client.get("/$cohort?_format=csv&study=spiera-2011")).getFirst().get("remaining"))
        .isEqualTo("30");
  }

  /** Spiera 2011, tables 3 and 4: rounded as they are printed. */
  @ParameterizedTest
  @CsvSource({
    "mrss-total, completers, 24, 29.4, 22.8, -6.6, 1",
    "http://loinc.org|19872-1, observed, 22, 82.9, 89.3, 6.4, 1",
  })
  void equalsWhatIsPrinted(
      String measure,
      String population,
      String n,
      double baseline,
      double then,
      double change,
      int digits) {
    CSVRecord row =
        rows(client.get(
                STUDY
                    + "/$endpoint?_format=csv&visit=month-12&population="
                    + population
                    + "&measure="
                    + encoded(measure)))
            .getFirst();
    assertThat(row.get("n")).isEqualTo(n);
    assertThat(rounded(row.get("baseline_mean"), digits)).isEqualTo(baseline);
    assertThat(rounded(row.get("visit_mean"), digits)).isEqualTo(then);
    assertThat(rounded(row.get("change_mean"), digits)).isEqualTo(change);
    assertThat(row.get("stratum")).isEqualTo("all");
  }

  @ParameterizedTest
  @CsvSource({
    "bars, Bars. Month 3;n = 27: 30.4 at baseline;then 29.9;Month 12;22.8 (SD 10.2)",
    "subjects, 27 thin lines;Month 12 22.8 (n = 24)",
    "change, Bars. All,;-6.6 (95 % CI -8.7 to -4.5);high",
    "forest, Forest plot;All, Month 12, n = 24: -6.6 (95 % CI -8.7 to -4.5);low, Month 12",
  })
  void drawsWhatItTells(String figure, String told) {
    String query = STUDY + "/$endpoint?measure=mrss-total&_format=svg&figure=" + figure;
    Answer answer =
        client.get(
            figure.equals("change") || figure.equals("forest")
                ? query
                    + "&stratum="
                    + encoded("high::" + HIGH)
                    + "&stratum="
                    + encoded("low::!" + HIGH)
                : query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("image/svg+xml");
    assertThat(answer.text()).startsWith("<svg ").contains("<title").contains(told.split(";"));
  }

  @Test
  void namesTheParameterThatIsWrong() {
    Map.of(
            "$endpoint?measure=mrss-total&stratum=foo", "stratum",
            "$endpoint?measure=mrss-total&visit=", "visit",
            "$criss?renal-crisis=foo", "renal-crisis",
            "$ild-progression?symptoms=foo", "symptoms")
        .forEach((asked, name) -> {
          Answer answer = client.get(STUDY + "/" + asked);
          assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
          assertThat(answer.json().at("/issue/0/expression/0").asText()).isEqualTo(name);
          assertThat(answer.json().at("/issue/0/diagnostics").asText()).contains("'" + name + "'");
        });
    Answer parts =
        client.post(
            STUDY + "/$cohort",
            "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"criterion\",\"part\":["
                + "{\"name\":\"search\",\"valueString\":\"Observation?code=esr#visit=x\"}]}]}");
    assertThat(parts.status()).isEqualTo(400);
    assertThat(parts.text()).contains("%23");
  }

  @Test
  void answersInTheFormThatIsLikedBest() {
    String path = STUDY + "/$adverse-events";
    for (String accept :
        List.of("application/fhir+json, text/csv;q=0.1", "text/csv;q=0.5, application/fhir+json")) {
      assertThat(client.get(path, "Accept", accept).header("Content-Type").orElseThrow())
          .as(accept)
          .startsWith("application/fhir+json");
    }
    assertThat(
            client
                .get(path, "Accept", "text/csv, application/fhir+json;q=0.9")
                .header("Content-Type")
                .orElseThrow())
        .startsWith("text/csv");
    Answer form =
        client.postBytes(
            path,
            "serious=true&_format=csv".getBytes(StandardCharsets.UTF_8),
            "application/x-www-form-urlencoded");
    assertThat(form.header("Content-Type").orElseThrow()).startsWith("text/csv");
    Answer picture =
        client.post(
            path,
            "{\"resourceType\":\"Parameters\",\"parameter\":["
                + "{\"name\":\"_format\",\"valueString\":\"svg\"}]}");
    assertThat(picture.status()).describedAs(picture.text()).isEqualTo(406);
  }

  @Test
  void refusesPicturesThatItDoesntHave() {
    assertThat(client.get(STUDY + "/$endpoint?measure=mrss-total&figure=pie").status())
        .isEqualTo(400);
    Answer answer = client.get(STUDY + "/$endpoint?measure=mrss-total&_format=svg&figure=pie");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("'pie'", "bars, change, subjects or forest");
    assertThat(client.get(STUDY + "/$endpoint?measure=haq-di&_format=svg").text())
        .contains("There are no numbers to draw.");
  }

  /** A measure of the profiles may still come; whatever nobody knows is misspelt. */
  @ParameterizedTest
  @CsvSource({
    "measure=nothing, measure",
    "measure=http://loinc.org%7Cmrss-total, measure",
    "measure=%7Cmrss-total, measure",
    "measure=mrss-total&correlate=nothing, correlate",
    "measure=nothing&_format=csv, measure",
    "measure=nothing&_format=svg, measure",
    "measure=nothing&_format=svg&figure=subjects, measure"
  })
  void refusesMeasuresThatNeitherTheStudyNorTheProfilesHave(String query, String name) {
    Answer answer = client.get(STUDY + "/$endpoint?" + query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
    assertThat(answer.text())
        .contains(name + ": nobody in this study has a value", "mrss-total", "shaq-di");
    assertThat(rows(client.get(STUDY + "/$endpoint?measure=haq-di&_format=csv"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "$cohort?criterion=, criterion",
    "$cohort?criterion=Patient&combine=, combine",
    "$endpoint?measure=mrss-total&stratum=, stratum",
    "$endpoint?measure=mrss-total&visit=, visit",
    "$criss?visit=, visit",
    "$adverse-events?serious=, serious"
  })
  void refusesParametersWithoutAValue(String query, String name) {
    Answer answer = client.get(STUDY + "/" + query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
    assertThat(answer.text()).contains(name, "found nothing, expected a value");
  }

  @Test
  void refusesAFlagThatIsNoneWhateverTheAnswer() {
    for (String form : List.of("", "&_format=csv")) {
      Answer answer = client.get(STUDY + "/$cohort?subjects=maybe" + form);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).contains("subjects is 'maybe'");
    }
  }

  @Test
  void tellsOfALongCriterionWhatIsLong() {
    String search = "Patient?family=" + "a".repeat(70_000);
    Answer answer =
        client.post(
            STUDY + "/$cohort",
            """
            {"resourceType":"Parameters","parameter":[{"name":"criterion","valueString":"%s"}]}
            """
                .formatted(search));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("begins with 'Patient?family=aaa", "70015", "65536");
    assertThat(answer.text()).hasSizeLessThan(1_000);
  }

  /** One value in another unit, even the first, is brought to the unit of the others. */
  @Test
  void countsInTheUnitThatMostHaveAndNotFromAnError() {
    String study = study();
    String[][] values = {
      {"0", "mL", "1000", "L", "1"}, {"1", "L", "0", "L", "2"}, {"2", "L", "2", "L", "3"}
    };
    for (String[] value : values) {
      String patient = study + "-" + value[0];
      enroll(study, patient);
      measure(study, patient, "baseline", "2020-01-01", value[2], value[1], "final");
      measure(study, patient, "month-6", "2020-07-01", value[4], value[3], "final");
    }
    measure(study, study + "-1", "month-6", "2020-08-01", "9", "L", "entered-in-error");
    CSVRecord row =
        rows(client.get(
                "/ResearchStudy/"
                    + study
                    + "/$endpoint?measure="
                    + encoded("https://example.org/measure|volume")
                    + "&population=observed&_format=csv"))
            .getFirst();
    assertThat(row.get("unit")).isEqualTo("L");
    assertThat(row.get("n")).isEqualTo("3");
    assertThat(row.get("baseline_mean")).isEqualTo("1.0");
    assertThat(row.get("visit_mean")).isEqualTo("2.0");
    assertThat(row.get("percent_change_mean")).isEqualTo("25.0");
    Answer bundle =
        client.get(
            "/ResearchStudy/"
                + study
                + "/$endpoint?measure="
                + encoded("https://example.org/measure|volume"));
    assertThat(bundle.text()).doesNotContain("NaN", "Infinity");
  }

  /** One without anybody in it. */
  private String study() {
    String study = server.newId();
    client.put(
        "/ResearchStudy/" + study,
        "{\"resourceType\":\"ResearchStudy\",\"id\":\"" + study + "\",\"status\":\"active\"}");
    return study;
  }

  private void enroll(String study, String patient) {
    client.put("/Patient/" + patient, "{\"resourceType\":\"Patient\",\"id\":\"" + patient + "\"}");
    client.put(
        "/ResearchSubject/" + patient,
        """
        {"resourceType":"ResearchSubject","id":"%1$s","status":"on-study",
        "study":{"reference":"ResearchStudy/%2$s"},"individual":{"reference":"Patient/%1$s"}}
        """
            .formatted(patient, study));
  }

  private void measure(
      String study,
      String patient,
      String visit,
      String date,
      String value,
      String unit,
      String status) {
    Answer answer =
        client.post(
            "/Observation",
            """
            {"resourceType":"Observation","status":"%s","extension":[
            {"url":"http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
            "valueReference":{"reference":"ResearchStudy/%s"}},
            {"url":"https://w3id.org/rodnan/StructureDefinition/ssc-visit","extension":[{"url":"code",
            "valueCodeableConcept":{"coding":[{
            "system":"https://w3id.org/rodnan/CodeSystem/ssc-visit","code":"%s"}]}}]}],
            "code":{"coding":[{"system":"https://example.org/measure","code":"volume"}]},
            "subject":{"reference":"Patient/%s"},"effectiveDateTime":"%s",
            "valueQuantity":{"value":%s,"unit":"%s","system":"http://unitsofmeasure.org","code":"%s"}}
            """
                .formatted(status, study, visit, patient, date, value, unit, unit));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(201);
  }

  /** Each picture is the operation's own, with its numbers in a table and to be taken along. */
  @Test
  void aStudyShowsItsEndpoints() {
    String page = page("/studies/spiera-2011");
    assertThat(page)
        .contains("id=\"skin\"", "id=\"lungs\"", "id=\"subgroups\"")
        .contains("29.4 (8.6)", "22.8 (10.2)", "-6.6 (-8.7 to -4.5)")
        .contains("82.9 (21.1)", "6.4 (1.9 to 10.9)", "10.7 (3.3 to 18.1)")
        .contains("78.0 (22.9)", "5.5 (-1.5 to 12.4)");
    Matcher addresses =
        Pattern.compile("(?:src|href)=\"/fhir(/[^\"]*[$]endpoint[^\"]*)\"").matcher(page);
    Set<String> formats = new TreeSet<>();
    while (addresses.find()) {
      String address = addresses.group(1).replace("&amp;", "&");
      Answer answer = client.get(address);
      assertThat(answer.status()).as(address).isEqualTo(200);
      formats.add(answer.header("Content-Type").orElseThrow().split(";")[0]);
    }
    assertThat(formats).containsExactly("image/svg+xml", "text/csv");
    assertThat(page("/studies/pope-2011")).doesNotContain("id=\"skin\"", "$endpoint");
  }

  private String page(String path) {
    return client.get(server.base().replace("/fhir", "") + path).text();
  }

  private static double rounded(String number, int digits) {
    double power = Math.pow(10, digits);
    return Math.round(Double.parseDouble(number) * power) / power;
  }

  @Test
  void carriesForwardByTheRuleOfThePopulation() {
    List<CSVRecord> rows =
        rows(client.get(STUDY + "/$endpoint?measure=mrss-total&visit=month-12&_format=csv"));
    assertThat(rows.stream().map(row -> row.get("population") + " " + row.get("n")))
        .containsExactly("completers 24", "observed 24", "locf 27", "itt 30");
    List<CSVRecord> all = rows(client.get(STUDY + "/$endpoint?measure=mrss-total&_format=csv"));
    assertThat(all.stream().limit(4).map(row -> row.get("visit")))
        .containsExactly("month-3", "month-6", "month-9", "month-12");
  }

  /** What came later than a visit can't be carried forward to it. */
  @Test
  void carriesNothingBackToAVisitBeforeTheBaseline() {
    String study = study();
    for (String patient : List.of(study + "-0", study + "-1")) {
      enroll(study, patient);
      measure(study, patient, "baseline", "2020-01-01", "2", "L", "final");
      measure(study, patient, "month-6", "2020-07-01", "3", "L", "final");
    }
    measure(study, study + "-0", "screening", "2019-12-01", "1", "L", "final");
    List<CSVRecord> rows =
        rows(
            client.get(
                "/ResearchStudy/"
                    + study
                    + "/$endpoint?measure="
                    + encoded("https://example.org/measure|volume")
                    + "&visit=month-6&visit=screening&_format=csv"));
    assertThat(
            rows.stream()
                .map(row ->
                    String.join(
                        " ",
                        row.get("population"),
                        row.get("visit"),
                        row.get("n"),
                        row.get("visit_mean"))))
        .containsExactly(
            "completers month-6 2 3.0",
            "completers screening 1 1.0",
            "observed month-6 2 3.0",
            "observed screening 1 1.0",
            "locf month-6 2 3.0",
            "locf screening 1 1.0",
            "itt month-6 2 3.0",
            "itt screening 2 1.5");
  }

  @Test
  void correlatesWithASecondMeasureAndCountsResponders() {
    String asked = STUDY + "/$endpoint?measure=mrss-total&visit=month-12&population=observed";
    CSVRecord row =
        rows(client.get(asked + "&correlate=mrss-total&responder=-5&_format=csv")).getFirst();
    assertThat(row.get("responders")).isEqualTo("16");
    assertThat(Double.parseDouble(row.get("spearman_rho"))).isEqualTo(1);
    CSVRecord other =
        rows(client.get(
                asked + "&correlate=" + encoded("http://loinc.org|19872-1") + "&_format=csv"))
            .getFirst();
    assertThat(Double.parseDouble(other.get("spearman_rho"))).isBetween(-0.99, 0.99);
    assertThat(Double.parseDouble(other.get("p_spearman"))).isBetween(0.0, 1.0);
    assertThat(client.get(asked + "&responder=five").status()).isEqualTo(400);
  }

  @Test
  void takesAllItsParametersInABody() {
    String asked =
        """
        {"resourceType": "Parameters", "parameter": [
          {"name": "measure", "valueCoding":
            {"system": "https://w3id.org/rodnan/CodeSystem/ssc-measure", "code": "mrss-total"}},
          {"name": "visit", "valueCode": "month-12"},
          {"name": "population", "valueCode": "observed"},
          {"name": "_format", "valueCode": "%s"}]}
        """;
    String url =
        STUDY + "/$endpoint?measure=mrss-total&visit=month-12&population=observed&_format=";
    for (String format : List.of("csv", "svg")) {
      assertThat(client.post(STUDY + "/$endpoint", asked.formatted(format)).text())
          .isEqualTo(client.get(url + format).text());
    }
    assertThat(client.post(STUDY + "/$endpoint", asked.formatted("csv").replace("csv", "xml")))
        .satisfies(answer -> {
          assertThat(answer.status()).isEqualTo(400);
          assertThat(answer.text()).contains("_format", "'xml'", "expected csv, svg or json");
        });
  }

  @Test
  void theStudyOfACohortCanBeNamedByReference() {
    String asked =
        """
        {"resourceType": "Parameters", "parameter": [
          {"name": "study", "valueReference": {"reference": "ResearchStudy/spiera-2011"}},
          {"name": "_format", "valueCode": "csv"},
          {"name": "criterion", "valueString": "Patient?gender=female"}]}
        """;
    assertThat(client.post("/$cohort", asked).text())
        .isEqualTo(
            client.get(STUDY + "/$cohort?_format=csv&criterion=Patient%3Fgender%3Dfemale").text());
    Answer other = client.post("/ResearchStudy/pope-2011/$cohort", asked);
    assertThat(other.status()).isEqualTo(400);
    assertThat(other.text()).contains("study", "found ResearchStudy/spiera-2011");
  }

  @Test
  void refusesABaselineAtWhichNobodyWasMeasured() {
    Answer answer =
        client.get(STUDY + "/$endpoint?measure=mrss-total&baseline=basline&_format=csv");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("baseline", "'basline'", "[baseline, ", "month-12");
  }

  @Test
  void comparesStrataAndGivesResultsThatAreValid() {
    Answer answer =
        client.get(
            STUDY
                + "/$endpoint?measure=mrss-total&visit=month-12&population=observed&responder=-5"
                + "&correlate=mrss-total&stratum="
                + encoded("high::" + HIGH)
                + "&stratum="
                + encoded("low::!" + HIGH));
    assertThat(answer.status()).isEqualTo(200);
    JsonNode entries = answer.json().path("entry");
    assertThat(answer.text()).contains("unpaired-t", "mann-whitney", "Welch");
    for (JsonNode entry : entries) {
      String type = entry.at("/resource/resourceType").asText();
      Answer verdict =
          client.post(
              "/"
                  + type
                  + "/$validate?mode=profile&profile="
                  + entry.at("/resource/meta/profile/0").asText(),
              entry.path("resource").toString());
      assertThat(verdict.text()).doesNotContain("\"error\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/$cohort?criterion=Observation%3Fcodee%3Dx",
        "/$cohort?criterion=nonsense",
        "/$cohort?criterion=Organization%3Fname%3Dx",
        "/$cohort?criterion=Patient%3Fgender%3Dmale&combine=all(3)",
        "/$cohort?criteria=Patient",
        "/$cohort?asOf=3",
        "/$endpoint",
        "/$endpoint?measure=mrss-total&population=everybody",
        "/$endpoint?measure=mrss-total&stratum=x",
        "/$endpoint?measure=a%7Cb%7Cc",
        "/$endpoint?measure=mrss-total,esr",
        "/$endpoint?measure=http%3A%2F%2Floinc.org%7C",
        "/$endpoint?measure=mrss-total&visit=month12",
        "/$endpoint?measure=mrss-total&visit=month12&population=itt",
      })
  void refusesWhatItCantUnderstand(String query) {
    Answer answer = client.get(STUDY + query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
    assertThat(answer.text()).containsAnyOf("expected", "did you mean");
  }

  /** What has no meaning is refused, what has one is answered; nothing is the server's fault. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "criterion=a::b::Patient?gender=male; 200; a::b",
        "criterion=Patient?name=a::Patient; 200; Patient?name=a::Patient",
        "criterion=!Patient?name=a::Patient; 200; !Patient?name=a::Patient",
        "criterion=::Patient; 400; criterion",
        "criterion=!s::AdverseEvent?seriousness=serious; 400; such as s::!AdverseEvent",
        "criterion=s::Patient?gender=male&_count=1; 400; _count",
        "criterion=Observation?code=mrss-total#visit=a#change=b,c,percent,le,-1; 400; after #",
        "criterion=!; 400; expected",
        "criterion=x::!; 400; expected",
        "criterion=  ::Patient; 400; blank",
        "criterion=a::Patient&criterion=a::Patient; 400; twice",
        "criterion=2::Patient&criterion=b::Patient&combine=all(2); 400; both a name and a number",
        "criterion=1::Patient&combine=all(1); 200; asOf",
        "criterion=all::Patient&criterion=not::Patient&combine=any(all,not(not)); 200; combined",
        "criterion=a,(b)::Patient&combine=not(1); 200; combined",
        "criterion=a::Patient&combine=all(); 400; combine",
        "criterion=a::Patient&combine=all(a; 400; combine",
        "criterion=a::Patient&combine=all(a)); 400; combine",
        "criterion=a::Patient&combine=not(a,a); 400; one part",
        "criterion=a::Patient&combine=none(a); 400; combine",
        "criterion=a::Patient&combine=all(99999999999999999999); 400; combine",
        "criterion=Observation?code=mrss-total#change=a,b,percent,le; 400; #change=",
        "criterion=Observation?code=mrss-total#change=a,b,percent,le,1e400; 400; change.value",
        "criterion=Patient?gender=male#change=a,b,percent,le,1; 400; expected Observation",
        "criterion=Patient#nothing; 400; #visit=",
        "criterion=Observation?code=mrss-total#change=baseline,month-12,percent,le,-10; 200; asOf",
        "criterion=Observation?code=mrss-total#visit=baseline; 200; asOf",
        "criterion=Patient?_id=%zz; 400; encoded",
        "criterion=Patient?; 400; name=value",
        "criterion=Patient?&&; 400; name=value",
        "criterion=Patient?_sort=nothing; 400; _sort",
        "criterion=Patient?birthdate=99999999-99-99; 400; birthdate",
        "criterion=Observation?subject.subject.subject=x; 400; subject",
        "criterion=Observation?value-quantity=ge1e999999; 400; value-quantity",
        "store=definition&criterion=Patient?nothing=1; 405; POST",
        "store=yes&criterion=Patient; 405; POST",
        "criterion=Observation?code=esr,mrss-total#change=a,b,percent,le,-1; 400; one code",
        "criterion=Observation#change=a,b,percent,le,-1; 400; one code",
        "criterion=Observation?code=esr#change=month-12,mnth-12,percent,le,-1; 400; 'mnth-12'",
        "criterion=n::!AdverseEvent?seriousness=serious#visit=month-99; 400; Criterion 'n'",
        "criterion=Encounter?status=finished#visit=month-24; 200; asOf",
      })
  void isHardToBreak(String query, int status, String contains) {
    StringBuilder encoded = new StringBuilder("/$cohort");
    char separator = '?';
    for (String part : query.split("&(?=criterion=|combine=)")) {
      int equals = part.indexOf('=');
      encoded
          .append(separator)
          .append(part, 0, equals + 1)
          .append(encoded(part.substring(equals + 1)));
      separator = '&';
    }
    Answer answer = client.get(STUDY + encoded);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(status);
    assertThat(answer.text()).contains(contains);
  }

  @Test
  void parenthesesHaveAnEnd() {
    String deep = "not(".repeat(5_000) + "1" + ")".repeat(5_000);
    Answer answer = client.get(STUDY + "/$cohort?criterion=Patient&combine=" + encoded(deep));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("parentheses");
    assertThat(client.get(STUDY + "/$cohort?" + "criterion=Patient&".repeat(51)).text())
        .contains("at most 50");
  }

  @Test
  void knowsWhatIsNotThere() {
    assertThat(client.get("/ResearchStudy/nowhere/$cohort").status()).isEqualTo(404);
    assertThat(client.get("/ResearchStudy/nowhere/$endpoint?measure=x").status()).isEqualTo(404);
    assertThat(client.get(STUDY + "?_format=csv").status()).isEqualTo(406);
  }
}
