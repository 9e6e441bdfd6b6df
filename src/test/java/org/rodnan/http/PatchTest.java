package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class PatchTest {
  private static final String JSON_PATCH = "application/json-patch+json";
  private static final String XML_PATCH = "application/xml-patch+xml";

  private final FhirClient client;
  private final String id;
  private final String path;

  PatchTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
    this.path = "/Patient/" + id;
  }

  @BeforeEach
  void create() {
    assertThat(client.put(path, Resources.identified(path, "Before", id)).status()).isEqualTo(201);
  }

  private Answer patch(String url, String type, String body, String... headers) {
    List<String> all = new ArrayList<>(List.of("Content-Type", type));
    all.addAll(List.of(headers));
    return client.send("PATCH", url, Optional.of(body), all.toArray(String[]::new));
  }

  private static String rename(String family) {
    return "[{\"op\":\"replace\",\"path\":\"/name/0/family\",\"value\":\"" + family + "\"}]";
  }

  private static String fhirPath(String family) {
    return """
    {"resourceType":"Parameters","parameter":[{"name":"operation","part":[
      {"name":"type","valueCode":"replace"},
      {"name":"path","valueString":"Patient.name[0].family"},
      {"name":"value","valueString":"%s"}]}]}\
    """
        .formatted(family);
  }

  private String family() {
    return client.get(path).json().at("/name/0/family").asText();
  }

  @Test
  void appliesAJsonPatch() {
    Answer answer = patch(path, JSON_PATCH, rename("After"));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("ETag")).contains("W/\"2\"");
    assertThat(answer.json().at("/name/0/family").asText()).isEqualTo("After");
    assertThat(family()).isEqualTo("After");
  }

  private static String operation(String type, String path, String rest) {
    return """
    {"resourceType":"Parameters","parameter":[{"name":"operation","part":[
      {"name":"type","valueCode":"%s"},{"name":"path","valueString":"%s"},%s]}]}\
    """
        .formatted(type, path, rest);
  }

  @Test
  void setsAndReplacesChoicesByFhirPath() {
    String dead =
        operation(
            "add",
            "Patient",
            "{\"name\":\"name\",\"valueString\":\"deceased\"},"
                + "{\"name\":\"value\",\"valueBoolean\":true}");
    Answer added = patch(path, "application/fhir+json", dead);
    assertThat(added.status()).as(added::text).isEqualTo(200);
    assertThat(added.json().path("deceasedBoolean").asBoolean()).isTrue();
    String when =
        operation(
            "replace", "Patient.deceased", "{\"name\":\"value\",\"valueDateTime\":\"2011-03-04\"}");
    JsonNode replaced = patch(path, "application/fhir+json", when).json();
    assertThat(replaced.path("deceasedDateTime").asText()).isEqualTo("2011-03-04");
    assertThat(replaced.has("deceasedBoolean")).isFalse();
  }

  @Test
  void refusesAFhirPathPatchWhoseValueDoesNotFit() {
    String add = "{\"name\":\"name\",\"valueString\":\"%s\"},{\"name\":\"value\",\"%s\":%s}";
    for (String body :
        List.of(
            operation("add", "Patient", add.formatted("birthDate", "valueString", "\"x\"")),
            operation("add", "Patient", add.formatted("birthDate", "valueInteger", "5")),
            operation("add", "Patient", add.formatted("contact", "valueString", "\"x\"")),
            operation(
                "add", "Patient", add.formatted("deceased", "valueQuantity", "{\"value\":1}")),
            operation("delete", "@2010-13-45", "{\"name\":\"x\",\"valueString\":\"y\"}"))) {
      Answer answer = patch(path, "application/fhir+json", body);
      assertThat(answer.status()).as(body + answer.text()).isBetween(400, 422);
      assertThat(answer.text()).doesNotContain("java", "class ", "Exception");
    }
    assertThat(client.get(path).json().at("/meta/versionId").asText()).isEqualTo("1");
  }

  @Test
  void failsAloneInABatch() {
    ObjectNode batch = Resources.bundle("batch");
    Resources.entry(batch, "PATCH", "Patient/" + id)
        .set(
            "resource",
            Resources.json(
                operation(
                    "replace",
                    "Patient.name",
                    "{\"name\":\"value\",\"valueDate\":\"2010-01-01\"}")));
    Resources.entry(batch, "GET", "Patient/" + id);
    JsonNode answer = client.post("", batch.toString()).json();
    assertThat(answer.at("/entry/0/response/status").asText()).startsWith("4");
    assertThat(answer.at("/entry/1/response/status").asText()).startsWith("200");
  }

  @Test
  void keepsEveryDigitThatAJsonPatchDoesNotTouch() {
    String risk = "/RiskAssessment/" + id;
    String body =
        """
        {"resourceType":"RiskAssessment","id":"%s","status":"final",
         "subject":{"reference":"Patient/%s"},"prediction":[{"probabilityDecimal":1.00}]}\
        """
            .formatted(id, id);
    Answer created = client.put(risk, body);
    assertThat(created.status()).describedAs(created.text()).isEqualTo(201);
    patch(risk, JSON_PATCH, "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"amended\"}]");
    assertThat(client.get(risk).text())
        .contains("\"probabilityDecimal\":1.00")
        .contains("\"amended\"");
  }

  @Test
  void appliesAFhirPathPatchInJsonAndXml() {
    assertThat(patch(path, "application/fhir+json", fhirPath("Jason")).status()).isEqualTo(200);
    assertThat(family()).isEqualTo("Jason");
    String xml =
        """
        <Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>
        <part><name value="type"/><valueCode value="add"/></part>
        <part><name value="path"/><valueString value="Patient"/></part>
        <part><name value="name"/><valueString value="birthDate"/></part>
        <part><name value="value"/><valueDate value="1960-02-03"/></part>
        </parameter></Parameters>\
        """;
    assertThat(patch(path, "application/fhir+xml", xml).status()).isEqualTo(200);
    assertThat(client.get(path).json().path("birthDate").asText()).isEqualTo("1960-02-03");
  }

  @Test
  void appliesAnXmlPatch() {
    String document =
        """
        <diff xmlns:f="http://hl7.org/fhir">
          <replace sel="f:Patient/f:name/f:family/@value">Xavier</replace>
          <add sel="f:Patient/f:name" pos="after"><gender xmlns="http://hl7.org/fhir" value="male"/></add>
        </diff>\
        """;
    Answer answer = patch(path, XML_PATCH, document);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(family()).isEqualTo("Xavier");
    assertThat(client.get(path).json().path("gender").asText()).isEqualTo("male");
    String unprefixed =
        "<diff xmlns=\"http://hl7.org/fhir\"><remove sel=\"Patient/gender\"/></diff>";
    assertThat(patch(path, XML_PATCH, unprefixed).status()).isEqualTo(200);
    assertThat(client.get(path).json().has("gender")).isFalse();
  }

  @Test
  void holdsToIfMatch() {
    assertThat(patch(path, JSON_PATCH, rename("No"), "If-Match", "W/\"7\"").status())
        .isEqualTo(412);
    assertThat(patch(path, JSON_PATCH, rename("Yes"), "If-Match", "W/\"1\"").status())
        .isEqualTo(200);
    assertThat(family()).isEqualTo("Yes");
  }

  @Test
  void patchesTheOneThatMatches() {
    String criteria = "/Patient?identifier=" + FhirClient.encode(Resources.SYSTEM + "|" + id);
    assertThat(patch(criteria, JSON_PATCH, rename("Matched")).status()).isEqualTo(200);
    assertThat(family()).isEqualTo("Matched");
    assertThat(patch("/Patient?identifier=nobody-" + id, JSON_PATCH, rename("No")).status())
        .isEqualTo(404);
    String twin = "/Patient/twin-" + id;
    client.put(twin, Resources.identified(twin, "Twin", id));
    assertThat(patch(criteria, JSON_PATCH, rename("No")).status()).isEqualTo(412);
    assertThat(patch("/Patient", JSON_PATCH, rename("No")).status()).isEqualTo(412);
  }

  @Test
  void refusesWhatDoesNotFitTheResource() {
    List<String> unfitting =
        List.of(
            "[{\"op\":\"test\",\"path\":\"/name/0/family\",\"value\":\"Other\"}]",
            "[{\"op\":\"remove\",\"path\":\"/birthDate\"}]",
            "[{\"op\":\"replace\",\"path\":\"/name/3/family\",\"value\":\"x\"}]",
            "[{\"op\":\"replace\",\"path\":\"/id\",\"value\":\"other\"}]",
            "[{\"op\":\"replace\",\"path\":\"/resourceType\",\"value\":\"Person\"}]",
            "[{\"op\":\"add\",\"path\":\"/unknown\",\"value\":1}]",
            "[{\"op\":\"add\",\"path\":\"/birthDate\",\"value\":\"soon\"}]",
            "[{\"op\":\"replace\",\"path\":\"\",\"value\":3}]",
            "[{\"op\":\"add\",\"path\":\"/managingOrganization\","
                + "\"value\":{\"reference\":\"Organization/nowhere\"}}]");
    for (String document : unfitting) {
      Answer answer = patch(path, JSON_PATCH, document);
      assertThat(answer.status()).describedAs(document).isEqualTo(422);
      assertThat(answer.json().at("/issue/0/diagnostics").asText()).isNotBlank();
    }
    String absent = fhirPath("x").replace("name[0].family", "contact[0].name.text");
    assertThat(patch(path, "application/fhir+json", absent).status()).isEqualTo(422);
    assertThat(client.get(path).header("ETag")).contains("W/\"1\"");
  }

  @Test
  void refusesWhatIsNoPatch() {
    for (String document : List.of("{", "{}", "[{}]", "[{\"op\":\"eat\",\"path\":\"/x\"}]")) {
      assertThat(patch(path, JSON_PATCH, document).status()).describedAs(document).isEqualTo(400);
    }
    for (String document :
        List.of(
            "<diff/>",
            "<diff><eat sel=\"x\"/></diff>",
            "<diff><remove/></diff>",
            "<diff><remove sel=\"f:Patient[\"/></diff>",
            "<!DOCTYPE diff [<!ENTITY x \"y\">]><diff><remove sel=\"f:Patient/f:name\"/></diff>",
            "text")) {
      assertThat(patch(path, XML_PATCH, document).status()).describedAs(document).isEqualTo(400);
    }
    for (String path : List.of("Patient.descendants()", "Patient.name.repeat(given)", "((", "%x")) {
      String document = fhirPath("x").replace("Patient.name[0].family", path);
      assertThat(patch(this.path, "application/fhir+json", document).status())
          .describedAs(path)
          .isBetween(400, 422);
    }
    assertThat(
            patch(path, "application/fhir+json", Resources.patient(path, "NoParameters")).status())
        .isEqualTo(400);
    assertThat(patch(path, "text/plain", "[]").status()).isEqualTo(415);
    assertThat(patch("/Patient/never-" + id, JSON_PATCH, rename("x")).status()).isEqualTo(404);
    client.delete(path);
    assertThat(patch(path, JSON_PATCH, rename("x")).status()).isEqualTo(410);
  }

  @Test
  void boundsWhatACopyCanGrowTo() {
    StringBuilder document =
        new StringBuilder("[{\"op\":\"add\",\"path\":\"/x\",\"value\":[1,2,3,4]}");
    for (int i = 0; i < 40; i++) {
      document.append(",{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/x/-\"}");
    }
    assertThat(patch(path, JSON_PATCH, document.append("]").toString()).status()).isEqualTo(422);
  }

  @Test
  void losesNoneOfManyPatchesAtOnce() throws Exception {
    int count = 20;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String given =
            "[{\"op\":\"add\",\"path\":\"/name/-\",\"value\":{\"text\":\"n%d\"}}]".formatted(i);
        answers.add(threads.submit(() -> patch(path, JSON_PATCH, given)));
      }
      int done = 0;
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().status()).isIn(200, 409);
        done += answer.get().status() == 200 ? 1 : 0;
      }
      assertThat(done).isPositive();
      assertThat(client.get(path).json().path("name")).hasSize(1 + done);
    }
  }

  @Test
  void isPartOfABatch() {
    ObjectNode batch = Resources.bundle("batch");
    binary(batch, "Patient/" + id, rename("Batch"));
    parameters(batch, "Patient/never-" + id, "x");
    JsonNode response = client.post("", batch.toString()).json();
    assertThat(response.at("/entry/0/response/status").asText()).startsWith("200");
    assertThat(response.at("/entry/1/response/status").asText()).startsWith("404");
    assertThat(family()).isEqualTo("Batch");
  }

  @Test
  void isPartOfATransaction() {
    ObjectNode bundle = Resources.bundle("transaction");
    ObjectNode organization = Resources.entry(bundle, "POST", "Organization");
    organization.put("fullUrl", "urn:uuid:6f1b1f80-4f0b-4f0e-9a53-0c1f4d6a2b11");
    organization.set(
        "resource", Resources.json("{\"resourceType\":\"Organization\",\"name\":\"New\"}"));
    binary(
        bundle,
        "Patient/" + id,
        "[{\"op\":\"add\",\"path\":\"/managingOrganization\",\"value\":{\"reference\":"
            + "\"urn:uuid:6f1b1f80-4f0b-4f0e-9a53-0c1f4d6a2b11\"}}]");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(client.get(path).json().at("/managingOrganization/reference").asText())
        .startsWith("Organization/");

    ObjectNode failing = Resources.bundle("transaction");
    parameters(failing, "Patient?identifier=" + id, "Lost");
    binary(failing, "Patient/never-" + id, rename("x"));
    Answer failed = client.post("", failing.toString());
    assertThat(failed.status()).isEqualTo(404);
    assertThat(failed.text()).contains("Bundle.entry[1]");
    assertThat(family()).isEqualTo("Before");

    ObjectNode conditional = Resources.bundle("transaction");
    parameters(conditional, "Patient?identifier=" + id, "Found");
    assertThat(client.post("", conditional.toString()).status()).isEqualTo(200);
    assertThat(family()).isEqualTo("Found");
  }

  private static void binary(ObjectNode bundle, String url, String document) {
    ObjectNode binary =
        Resources.entry(bundle, "PATCH", url)
            .putObject("resource")
            .put("resourceType", "Binary")
            .put("contentType", JSON_PATCH);
    binary.put(
        "data", Base64.getEncoder().encodeToString(document.getBytes(StandardCharsets.UTF_8)));
  }

  private static void parameters(ObjectNode bundle, String url, String family) {
    Resources.entry(bundle, "PATCH", url).set("resource", Resources.json(fhirPath(family)));
  }
}
