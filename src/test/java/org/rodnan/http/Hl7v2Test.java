package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** {@code POST /hl7v2}, a message answered with its acknowledgement. */
@ExtendWith(TestServer.Shared.class)
class Hl7v2Test {
  private static final String SYSTEM = "urn:oid:2.16.840.1.113883.19.5";

  private final FhirClient client;
  private final FhirClient root;
  private final String id;

  Hl7v2Test(TestServer server) {
    this.client = server.client();
    this.root = new FhirClient(URI.create("http://127.0.0.1:" + server.port()));
    this.id = server.newId();
  }

  private Answer send(String message) {
    return send(message, StandardCharsets.UTF_8);
  }

  private Answer send(String message, Charset charset) {
    return root.postBytes("/hl7v2", message.getBytes(charset), "application/hl7-v2");
  }

  private String header(String type, String control) {
    return "MSH|^~\\&|LAB|CLINIC|RODNAN|TRIAL|20080115120000+0100||"
        + type
        + "|"
        + id
        + control
        + "|P|2.5.1\r";
  }

  private String pid() {
    return "PID|1||" + id + "^^^CLINIC&2.16.840.1.113883.19.5&ISO||DOE^JANE||19600203|F\r";
  }

  private String oru(String control, String... results) {
    return header("ORU^R01^ORU_R01", control)
        + pid()
        + "OBR|1||"
        + id
        + "-order^LAB|PFT^Lung function^L|||20080115093000\r"
        + String.join("\r", results)
        + "\r";
  }

  private static String obx(String type, String code, String value, String unit, String status) {
    return "OBX|1|" + type + "|" + code + "||" + value + "|" + unit + "|||||" + status;
  }

  private static void accepted(Answer answer, String control) {
    assertThat(answer.text()).contains("\rMSA|AA|" + control + "\r").doesNotContain("ERR|");
    assertThat(answer.status()).isEqualTo(200);
  }

  private static void refused(Answer answer, String code, String location, String... words) {
    assertThat(answer.text())
        .contains("\rMSA|" + code)
        .contains("\rERR||" + location + "|")
        .contains(words);
    assertThat(answer.status()).isEqualTo(code.equals("AE") ? 422 : 400);
  }

  /** Acknowledged, with a word on what of it was not stored. */
  private static void leftOut(Answer answer, String location, String... words) {
    assertThat(answer.text())
        .contains("\rMSA|AA|")
        .containsPattern("\rERR\\|\\|" + location.replace("^", "\\^") + "\\|[0-9]+\\|W\\|")
        .contains(words);
    assertThat(answer.status()).isEqualTo(200);
  }

  private List<JsonNode> patients() {
    List<JsonNode> all = new ArrayList<>();
    client
        .get("/Patient?identifier=" + FhirClient.encode(SYSTEM + "|" + id))
        .json()
        .path("entry")
        .forEach(entry -> all.add(entry.path("resource")));
    return all;
  }

  private List<JsonNode> observations() {
    JsonNode found =
        client
            .get(
                "/Observation?patient.identifier="
                    + FhirClient.encode(SYSTEM + "|" + id)
                    + "&_sort=code")
            .json();
    List<JsonNode> all = new ArrayList<>();
    found.path("entry").forEach(entry -> all.add(entry.path("resource")));
    return all;
  }

  private JsonNode only() {
    assertThat(observations()).hasSize(1);
    return observations().getFirst();
  }

  @Test
  void storesResultsByOurProfiles() {
    accepted(
        send(
            oru(
                "1",
                obx("NM", "19870-5^FVC^LN", "3.10", "L^^UCUM", "F"),
                obx("NM", "C112381^FVC % pred^NCI", "82.9", "%pred", "F"),
                obx("NM", "19911-7^DLCO^LN", "19.1", "ml/min/mmHg", "F"),
                obx("NM", "esr^ESR^99SSC", "25", "mm/hr", "F"),
                obx("SN", "crp^CRP^99SSC", ">^60", "mg/L", "F"),
                obx("CWE", "anti-scl-70^Scl-70^99SSC", "POS^Positive^HL70078", "", "F"))),
        id + "1");
    List<JsonNode> observations = observations();
    assertThat(observations).hasSize(6);
    assertThat(
            observations.stream()
                .map(each -> each.path("code").path("coding").path(0).path("code").asText()))
        .containsExactlyInAnyOrder("19870-5", "19872-1", "19911-7", "esr", "crp", "anti-scl-70");
    for (JsonNode each : observations) {
      assertThat(each.path("status").asText()).isEqualTo("final");
      assertThat(each.path("effectiveDateTime").asText()).isEqualTo("2008-01-15T09:30:00+01:00");
    }
    assertThat(
            client
                .get("/Observation?patient.identifier=" + FhirClient.encode(SYSTEM + "|" + id))
                .text())
        .contains("\"value\":3.10,\"unit\":\"L\"")
        .contains("\"comparator\":\">\"")
        .contains("\"code\":\"mL/min/mm[Hg]\"")
        .contains("\"code\":\"mm/h\"")
        .contains("not-stated");
    JsonNode patient =
        client.get("/Patient?identifier=" + FhirClient.encode(SYSTEM + "|" + id)).json();
    assertThat(patient.path("total").asInt()).isEqualTo(1);
    assertThat(patient.toString())
        .contains("\"birthDate\":\"1960-02-03\"")
        .contains("\"gender\":\"female\"")
        .doesNotContain("DOE");
    JsonNode receipts =
        client
            .get("/Provenance?target=Observation/" + observations.getFirst().path("id").asText())
            .json();
    assertThat(receipts.path("total").asInt()).isEqualTo(1);
  }

  @Test
  void changesNothingWhenAMessageComesAgain() {
    String first = oru("1", obx("NM", "esr^^99SSC", "25", "mm/h", "F"));
    accepted(send(first), id + "1");
    accepted(send(oru("2", obx("NM", "esr^^99SSC", "26", "mm/h", "C"))), id + "2");
    accepted(send(first), id + "1");
    accepted(send(first.replace("20080115120000", "20080115120500")), id + "1");
    assertThat(only().path("valueQuantity").path("value").asInt()).isEqualTo(26);
    assertThat(only().path("status").asText()).isEqualTo("corrected");
    assertThat(only().path("meta").path("versionId").asText()).isEqualTo("2");
    refused(send(oru("1", obx("NM", "esr^^99SSC", "27", "mm/h", "F"))), "AE", "MSH^1^10", "205");
  }

  @ParameterizedTest
  @CsvSource({"D", "W"})
  void marksWhatWasWrongAsEnteredInError(String status) {
    accepted(send(oru("1", obx("NM", "esr^^99SSC", "25", "mm/h", "F"))), id + "1");
    accepted(send(oru("2", obx("NM", "esr^^99SSC", "", "", status))), id + "2");
    assertThat(only().path("status").asText()).isEqualTo("entered-in-error");
    assertThat(only().path("valueQuantity").path("value").asInt()).isEqualTo(25);
  }

  @Test
  void takesTheSitesOfAnOrderAsOneScoreAndCorrectsOne() {
    String[] sites = {
      "face", "anterior-chest", "abdomen", "fingers-right", "hand-right", "forearm-right",
      "upper-arm-right", "thigh-right", "leg-right", "foot-right", "fingers-left", "hand-left",
      "forearm-left", "upper-arm-left", "thigh-left", "leg-left", "foot-left"
    };
    List<String> results = new ArrayList<>();
    for (String site : sites) {
      results.add(obx("NM", "mrss-" + site + "^^99SSC", "1", "", "F"));
    }
    accepted(send(oru("1", results.toArray(String[]::new))), id + "1");
    assertThat(only().path("valueQuantity").path("value").asInt()).isEqualTo(17);
    accepted(send(oru("2", obx("NM", "mrss-face^^99SSC", "3", "", "C"))), id + "2");
    assertThat(only().path("valueQuantity").path("value").asInt()).isEqualTo(19);
    assertThat(only().path("component")).hasSize(17);
    refused(send(oru("3", obx("NM", "mrss-total^^99SSC", "40", "", "C"))), "AE", "OBX^1^5", "sum");
    assertThat(only().path("valueQuantity").path("value").asInt()).isEqualTo(19);
  }

  @Test
  void linksStudyAndVisit() {
    String study = "study-" + id;
    client.put(
        "/ResearchStudy/" + study,
        org.rodnan.Fixtures.example("fixture-researchstudy-example-study")
            .put("id", study)
            .toString());
    accepted(send(oru("1", obx("NM", "esr^^99SSC", "25", "mm/h", "F"))), id + "1");
    String message =
        oru(
            "2",
            obx("NM", "esr^^99SSC", "25", "mm/h", "F"),
            "CTI|" + study + "||baseline^Baseline^99SSCVISIT");
    refused(send(message), "AE", "OBX^1^5", study);
    String patient = only().path("subject").path("reference").asText();
    Answer enrolled =
        client.put(
            "/ResearchSubject/" + id,
            "{\"resourceType\":\"ResearchSubject\",\"id\":\""
                + id
                + "\",\"status\":\"on-study\",\"study\":{\"reference\":\"ResearchStudy/"
                + study
                + "\"},\"individual\":{\"reference\":\""
                + patient
                + "\"}}");
    assertThat(enrolled.status()).as(enrolled::text).isEqualTo(201);
    accepted(send(message), id + "2");
    assertThat(only().path("extension").toString())
        .contains("ResearchStudy/" + study)
        .contains("\"code\":\"baseline\"");
    refused(
        send(message.replace(id + "2", id + "3").replace("CTI|" + study, "CTI|NOBODY")),
        "AE",
        "CTI^1^1",
        "NOBODY");
    refused(
        send(message.replace(id + "2", id + "4").replace("||baseline^", "||V99^")),
        "AE",
        "CTI^1^3",
        "V99");
  }

  @ParameterizedTest
  @CsvSource({
    "NM,LOCAL1^x^L,25,mm/h,F,OBX^1^3,103",
    "NM,esr^^99SSC,25,furlong,F,OBX^1^6,103",
    "NM,esr^^99SSC,25,'',F,OBX^1^6,101",
    "NM,esr^^99SSC,many,mm/h,F,OBX^1^5,102",
    "NM,esr^^99SSC,'',mm/h,F,OBX^1^5,101",
    "NM,esr^^99SSC,25~26,mm/h,F,OBX^1^5,102",
    "SN,esr^^99SSC,^10^-^20,mm/h,F,OBX^1^5,102",
    "TX,esr^^99SSC,25,mm/h,F,OBX^1^2,102",
    "NM,esr^^99SSC,25,mm/h,?,OBX^1^11,103",
    "NM,esr^^99SSC,999,mm/h,F,OBX^1^5,207"
  })
  void refusesWhatItCannotStoreAndNamesTheField(
      String type,
      String code,
      String value,
      String unit,
      String status,
      String location,
      String error) {
    refused(
        send(
            oru(
                "1",
                obx("NM", "19870-5^FVC^LN", "3.1", "L", "F"),
                obx(type, code, value, unit, status))),
        "AE",
        location.replace("OBX^1", "OBX^2"),
        "|" + error + "|E|");
    assertThat(observations()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "MSH|^~\\&|A|B|||20080101||SIU^S12|1|P|2.5.1,MSH^1^9,200",
    "MSH|^~\\&|A|B|||20080101||ADT^A01|1|P|2.5.1,MSH^1^9,201",
    "MSH|^~\\&|A|B|||20080101||ORU^R01|1|T|2.5.1,MSH^1^11,202",
    "MSH|^~\\&|A|B|||20080101||ORU^R01|1|P|3.0,MSH^1^12,203",
    "MSH|^~\\&|A|B|||20080101||ORU^R01||P|2.5.1,MSH^1^10,101",
    "MSH|^~\\&|A|B|||20080101||ORU^R01|1|P|2.5.1||||||KLINGON,MSH^1^18,103",
    "hello,MSH^1,100"
  })
  void rejectsWhatIsNotForHere(String header, String location, String error) {
    refused(send(header + "\r" + pid()), "AR", location, "|" + error + "|E|");
  }

  @Test
  void keepsWhatADemographicsMessageIsSilentAboutAndDeletesWhatItHasNullFor() {
    accepted(send(oru("1", obx("NM", "esr^ESR^99SSC", "25", "mm/hr", "F"))), id + "1");
    accepted(
        send(
            header("ADT^A08^ADT_A01", "2")
                + "PID|1||"
                + id
                + "^^^&2.16.840.1.113883.19.5&ISO|||||M"
                + "|".repeat(21)
                + "20090102|Y\r"),
        id + "2");
    accepted(
        send(
            header("ADT^A08^ADT_A01", "3")
                + "PID|1||"
                + id
                + "^^^&2.16.840.1.113883.19.5&ISO||||\"\"\r"),
        id + "3");
    JsonNode found =
        client.get("/Patient?identifier=" + FhirClient.encode(SYSTEM + "|" + id)).json();
    assertThat(found.path("total").asInt()).isEqualTo(1);
    JsonNode patient = found.path("entry").path(0).path("resource");
    assertThat(patient.path("gender").asText()).isEqualTo("male");
    assertThat(patient.path("deceasedDateTime").asText()).isEqualTo("2009-01-02");
    assertThat(patient.has("birthDate")).isFalse();
    assertThat(patient.path("meta").path("versionId").asText()).isEqualTo("3");
  }

  /** A hospital tells of everybody. */
  @Test
  void storesNothingOfADemographicsMessageOfSomebodyUnknown() {
    for (String event : List.of("ADT^A08^ADT_A01", "ADT^A31^ADT_A05")) {
      leftOut(send(header(event, "1") + "EVN||2008\r" + pid()), "PID^1^3", "nothing is stored");
    }
    assertThat(patients()).isEmpty();
  }

  @Test
  void findsThePatientByAnyOfTheIdentifiers() {
    String result = obx("NM", "esr^ESR^99SSC", "25", "mm/hr", "F");
    accepted(send(oru("1", result)), id + "1");
    String newOneFirst = "PID|1||MM-" + id + "^^^CLINIC&2.16.840.1.113883.19.6&ISO~" + id;
    accepted(send(oru("2", result).replace("PID|1||" + id, newOneFirst)), id + "2");
    accepted(
        send(
            header("ADT^A08^ADT_A01", "3")
                + pid().replace("PID|1||" + id, newOneFirst).replace("|F\r", "|M\r")),
        id + "3");
    accepted(send(oru("4", result)), id + "4");
    assertThat(patients()).hasSize(1);
    assertThat(patients().getFirst().path("gender").asText()).isEqualTo("male");
    assertThat(only().path("status").asText()).isEqualTo("final");
  }

  @Test
  void refusesIdentifiersOfSeveralPatientsAndNamesThese() {
    for (String each : List.of(id + "-a", id + "-b")) {
      client.put(
          "/Patient/" + each,
          "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"identifier\":[{\"system\":\"%s\",\"value\":\"%s\"}]}"
              .formatted(each, SYSTEM, each));
    }
    String both = id + "-a^^^&2.16.840.1.113883.19.5&ISO~" + id + "-b";
    for (String message :
        List.of(
            oru("1", obx("NM", "esr^ESR^99SSC", "25", "mm/hr", "F")),
            header("ADT^A08^ADT_A01", "2") + pid())) {
      refused(
          send(message.replace("PID|1||" + id, "PID|1||" + both)),
          "AE",
          "PID^1^3",
          "Patient/" + id + "-a",
          "Patient/" + id + "-b",
          "PID-3");
    }
  }

  @ParameterizedTest
  @CsvSource({"C, P, corrected", "F, I, final", "F, S, final", "C, R, corrected"})
  void leavesWhatIsFinalAsItIsWhenAPreliminaryResultComesLate(
      String first, String second, String status) {
    accepted(send(oru("1", obx("NM", "esr^ESR^99SSC", "50", "mm/h", first))), id + "1");
    String late =
        oru(
            "2",
            obx("NM", "esr^ESR^99SSC", second.equals("I") ? "" : "40", "mm/h", second),
            obx("NM", "crp^CRP^99SSC", "4", "mg/L", "F"));
    leftOut(send(late), "OBX^1^11", "'" + second + "'", status);
    assertThat(observations()).hasSize(2);
    assertThat(observations().get(1).path("status").asText()).isEqualTo(status);
    assertThat(observations().get(1).path("valueQuantity").path("value").asInt()).isEqualTo(50);
  }

  @Test
  void leavesAFinalSkinScoreAsItIsWhenAPreliminaryOneComesLate() {
    accepted(send(oru("1", obx("NM", "mrss-total^^99SSC", "20", "", "F"))), id + "1");
    leftOut(
        send(oru("2", obx("NM", "mrss-face^^99SSC", "1", "", "P"))), "OBX^1^11", "'P'", "final");
    assertThat(only().path("valueQuantity").path("value").asInt()).isEqualTo(20);
    assertThat(only().has("component")).isFalse();
  }

  @Test
  void leavesOutCodesThatAMapSaysAreNotWanted() {
    String message =
        oru(
            "1",
            obx("NM", "esr^ESR^99SSC", "25", "mm/h", "F"),
            obx("ST", "PAT^Patient message^99" + id, "see letter", "", "F"));
    refused(send(message), "AE", "OBX^2^3", "hl7v2/99" + id);
    String unwanted =
        """
        {"resourceType": "ConceptMap", "id": "ID", "status": "active", "group": [{
          "source": "https://w3id.org/rodnan/hl7v2/99ID",
          "element": [{"code": "PAT",
            "target": [{"equivalence": "unmatched", "comment": "not wanted"}]}]}]}
        """;
    assertThat(client.put("/ConceptMap/" + id, unwanted.replace("ID", id)).status()).isEqualTo(201);
    accepted(send(message), id + "1");
    assertThat(only().path("code").path("coding").path(0).path("code").asText()).isEqualTo("esr");
  }

  @Test
  void takesVitalSigns() {
    accepted(
        send(
            oru(
                "1",
                obx("NM", "8867-4^Heart rate^LN", "72", "/min", "F"),
                obx("NM", "29463-7^Weight^LN", "61.5", "kg^^UCUM", "F"))),
        id + "1");
    assertThat(observations()).hasSize(2);
    assertThat(observations().toString()).contains("vital-signs", "61.5", "\"/min\"");
  }

  @Test
  void namesTheSitesOfASkinScoreThatAreWrong() {
    Answer answer =
        send(
            oru(
                "1",
                obx("NM", "mrss-face^^99SSC", "1", "", "F"),
                obx("NM", "mrss-abdomen^^99SSC", "7", "", "F"),
                obx("NM", "mrss-anterior-chest^^99SSC", "9", "", "F")));
    refused(answer, "AE", "OBX^2^5", "component");
    refused(answer, "AE", "OBX^3^5", "component");
    assertThat(answer.text()).as(answer::text).doesNotContain("OBX^1^5", "Bundle.entry");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mrss-chest", "vas-nothing", "nothing"})
  void refusesCodesOfOursThatDoNotExist(String code) {
    Answer answer = send(oru("1", obx("NM", code + "^^99SSC", "1", "", "F")));
    refused(answer, "AE", "OBX^1^3|103", "'" + code + "'");
  }

  @Test
  void readsEscapesInHexadecimalDigits() {
    accepted(
        send(oru("1", obx("NM", "esr^\\X41\\\\X4243\\ \\E\\X41\\E\\^99SSC", "25", "mm/h", "F"))),
        id + "1");
    assertThat(only().path("code").path("text").asText()).isEqualTo("ABC \\X41\\");
  }

  @Test
  void readsEscapesAndTheEncodingThatTheHeaderNames() {
    String message =
        oru("1", obx("NM", "esr^Blutk\u00f6rperchen \\T\\ Senkung^99SSC", "25", "mm/h", "F"))
            .replace("|P|2.5.1", "|P|2.5.1||||||8859/1");
    accepted(send(message, StandardCharsets.ISO_8859_1), id + "1");
    assertThat(only().path("code").path("text").asText())
        .isEqualTo("Blutk\u00f6rperchen & Senkung");
    refused(
        send(message.replace("8859/1", "UNICODE UTF-8"), StandardCharsets.ISO_8859_1),
        "AR",
        "MSH^1^18",
        "UTF-8");
  }

  @Test
  void refusesAnOrderThatHasResultsOfAnotherPatient() {
    String message = oru("1", obx("NM", "esr^^99SSC", "25", "mm/h", "F"));
    accepted(send(message), id + "1");
    refused(
        send(
            message
                .replace("|" + id + "1|", "|" + id + "2|")
                .replace(id + "^^^CLINIC", id + "-other^^^CLINIC")),
        "AE",
        "OBR^1^3",
        "another patient");
  }

  @Test
  void takesUnitsAndCodesByConceptMapsThatAreStored() {
    String message = oru("1", obx("NM", "BSG^Senkung^99" + id, "25", "mm/Std", "F"));
    refused(send(message), "AE", "OBX^1^3", "hl7v2/99" + id);
    assertThat(
            client
                .put(
                    "/ConceptMap/" + id,
                    map("99" + id, "https://w3id.org/rodnan/CodeSystem/ssc-measure", "BSG", "esr"))
                .status())
        .isEqualTo(201);
    refused(send(message), "AE", "OBX^1^6", "mm/Std");
    assertThat(
            client
                .put(
                    "/ConceptMap/" + id + "-unit",
                    map("unit", "http://unitsofmeasure.org", "mm/Std", "mm/h"))
                .status())
        .isEqualTo(201);
    accepted(send(message), id + "1");
    assertThat(only().path("valueQuantity").path("code").asText()).isEqualTo("mm/h");
    client.delete("/ConceptMap/" + id + "-unit");
  }

  @Test
  void answersTheExampleOfItsPage() throws IOException {
    Matcher example =
        Pattern.compile("printf '([^']*)'").matcher(Files.readString(Path.of("src/docs/hl7v2.md")));
    assertThat(example.find()).isTrue();
    String message = example.group(1).replace("\\r", "\r").replace("\\\\", "\\");
    accepted(send(message), "MSG-1");
    assertThat(client.get("/Observation?identifier=4711").json().path("total").asInt())
        .isEqualTo(2);
  }

  @Test
  void takesAFileOfManyMessagesTwice() {
    String file =
        "FHS|^~\\&|LAB\r\n"
            + (oru("1", obx("NM", "esr^^99SSC", "25", "mm/h", "F"))
                    + oru("2", obx("NM", "esr^^99SSC", "25", "furlong", "F")))
                .replace("\r", "\r\n")
            + "FTS|2\r\n";
    for (String action : List.of("created", "unchanged")) {
      Answer answer =
          client.postBytes(
              "/$ingest?source=hl7v2&file=day.hl7&_format=csv",
              file.getBytes(StandardCharsets.UTF_8),
              "application/hl7-v2");
      List<String> lines = answer.text().lines().toList();
      assertThat(lines).as(answer::text).hasSize(4);
      assertThat(lines.get(1)).startsWith("day.hl7,2," + action + ",Patient,");
      assertThat(lines.get(2)).startsWith("day.hl7,2," + action + ",Observation,hl7v2-");
      assertThat(lines.get(3)).startsWith("day.hl7,6,rejected,," + id + "2,").contains("furlong");
    }
    assertThat(observations()).hasSize(1);
  }

  private String map(String source, String target, String code, String to) {
    return ("{\"resourceType\":\"ConceptMap\",\"id\":\"ID\",\"status\":\"active\",\"group\":[{"
            + "\"source\":\"https://w3id.org/rodnan/hl7v2/"
            + source
            + "\",\"target\":\""
            + target
            + "\",\"element\":[{\"code\":\""
            + code
            + "\",\"target\":[{\"code\":\""
            + to
            + "\",\"equivalence\":\"equivalent\"}]}]}]}")
        .replace("ID", source.equals("unit") ? id + "-unit" : id);
  }

  /** Truncated, in wrong encodings, huge fields, control characters: an answer, never a crash. */
  @Test
  void answersWhateverIsSent() {
    long seed = Long.getLong("rodnan.seed", System.nanoTime());
    Random random = new Random(seed);
    byte[] whole =
        oru(
                "1",
                obx("NM", "19870-5^FVC^LN", "3.10", "L^^UCUM", "F"),
                obx("CWE", "anti-scl-70^Scl-70^99SSC", "POS^Positive^HL70078", "", "F"))
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 2_000; i++) {
      byte[] message = whole.clone();
      int changes = 1 + random.nextInt(6);
      for (int j = 0; j < changes; j++) {
        int at = random.nextInt(message.length);
        switch (random.nextInt(5)) {
          case 0 -> message = Arrays.copyOf(message, Math.max(1, at));
          case 1 -> message[at] = (byte) random.nextInt(256);
          case 2 -> message[at] = (byte) "|^~\\&\r\n".charAt(random.nextInt(7));
          case 3 -> message = inserted(message, at, new byte[random.nextInt(20_000)]);
          default ->
              message =
                  inserted(
                      message,
                      at,
                      "^|&~\\X".repeat(random.nextInt(500)).getBytes(StandardCharsets.UTF_8));
        }
      }
      Answer answer = root.postBytes("/hl7v2", message, "application/hl7-v2");
      assertThat(answer.status()).as("seed " + seed + ", " + i).isIn(200, 400, 422);
      assertThat(answer.text())
          .as("seed " + seed + ", " + i)
          .startsWith("MSH|^~\\&|")
          .contains("\rMSA|A");
    }
    accepted(send(oru("last", obx("NM", "esr^^99SSC", "25", "mm/h", "F"))), id + "last");
  }

  private static byte[] inserted(byte[] message, int at, byte[] what) {
    byte[] all = Arrays.copyOf(message, message.length + what.length);
    System.arraycopy(what, 0, all, at, what.length);
    System.arraycopy(message, at, all, at + what.length, message.length - at);
    return all;
  }
}
