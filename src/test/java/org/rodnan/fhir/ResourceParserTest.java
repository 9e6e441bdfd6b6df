package org.rodnan.fhir;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.assertj.core.api.AbstractThrowableAssert;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceParserTest {
  private final ResourceParser parser = new ResourceParser(Limits.DEFAULTS);

  private ParsedResource json(String body) {
    return parser.parseJson(body.getBytes(UTF_8));
  }

  private ParsedResource xml(String body) {
    return parser.parseXml(body.getBytes(UTF_8));
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertJsonRefused(String body) {
    return assertThatThrownBy(() -> json(body)).isInstanceOf(FhirFailure.Malformed.class);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertXmlRefused(String body) {
    return assertThatThrownBy(() -> xml(body)).isInstanceOf(FhirFailure.Malformed.class);
  }

  private static JsonNode tree(ParsedResource resource) throws IOException {
    return new ObjectMapper().readTree(resource.json());
  }

  private static String text(ParsedResource resource) {
    return new String(resource.json(), UTF_8);
  }

  @Test
  void keepsTheJsonOfTheClientAsItIs() {
    String body =
        """
        { "resourceType" : "Observation", "status":"final", "code":{"text":"Rodnan \\u00e4 ä 😀"},
          "valueQuantity" : {"value": 1.00, "unit":"{score}"} }
        """;
    ParsedResource parsed = json(body);

    assertThat(text(parsed)).isEqualTo(body);
    assertThat(parsed.type()).isEqualTo("Observation");
    assertThat(((Observation) parsed.resource()).getCode().getText()).isEqualTo("Rodnan ä ä 😀");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.00", "1e3", "1E-7", "-0.0", "0.000000000000000001", "100"})
  void keepsDecimalsOfJson(String number) {
    ParsedResource parsed =
        json(
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
                + "\"valueQuantity\":{\"value\":"
                + number
                + "}}");
    Observation observation = (Observation) parsed.resource();
    assertThat(observation.getValueQuantity().getValue()).isEqualByComparingTo(number);
    assertThat(text(parsed)).contains("\"value\":" + number + "}");
  }

  @Test
  void keepsVersionsInReferences() {
    ParsedResource parsed =
        json(
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
                + "\"subject\":{\"reference\":\"Patient/1/_history/2\"}}");
    assertThat(((Observation) parsed.resource()).getSubject().getReference())
        .isEqualTo("Patient/1/_history/2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceType\":\"Patient\",\"gender\":\"male\",\"gender\":\"female\"}",
        "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"a\",\"family\":\"a\"}]}",
        "{\"resourceType\":\"Patient\",\"resourceType\":\"Patient\"}"
      })
  void refusesDuplicateKeys(String body) {
    assertJsonRefused(body).hasMessageContaining("uplicate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceType\":\"Patient\",\"surname\":\"x\"}",
        "{\"resourceType\":\"Patient\",\"name\":[{\"surname\":\"x\"}]}",
        "{\"resourceType\":\"Patient\",\"valueString\":\"x\"}",
        "{\"resourceType\":\"Patient\",\"_surname\":{\"id\":\"x\"}}",
        "{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\",\"valueNothing\":\"x\"}]}"
      })
  void refusesUnknownElements(String body) {
    assertJsonRefused(body).hasMessageContaining("R4 knows no element Patient.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceType\":\"Patient\",\"active\":\"true\"}",
        "{\"resourceType\":\"Patient\",\"active\":1}",
        "{\"resourceType\":\"Patient\",\"name\":\"x\"}",
        "{\"resourceType\":\"Patient\",\"name\":{\"family\":\"x\"}}",
        "{\"resourceType\":\"Patient\",\"gender\":[\"male\"]}",
        "{\"resourceType\":\"Patient\",\"gender\":{\"x\":1}}",
        "{\"resourceType\":\"Patient\",\"gender\":\"unheard-of\"}",
        "{\"resourceType\":\"Patient\",\"birthDate\":\"yesterday\"}",
        "{\"resourceType\":\"Patient\",\"birthDate\":19700101}",
        "{\"resourceType\":\"Patient\",\"meta\":\"x\"}",
        "{\"resourceType\":\"Patient\",\"id\":7}",
        "{\"resourceType\":\"Patient\",\"contained\":{}}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":1.5}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":\"1\"}",
        "{\"resourceType\":\"Patient\",\"active\":null}",
        "{\"resourceType\":\"Patient\",\"name\":[]}",
        "{\"resourceType\":\"Patient\",\"name\":[{}]}",
        "{\"resourceType\":\"Patient\",\"name\":[null]}",
        "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[null]}]}",
        "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",null]}]}",
        "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",null],\"_given\":[{\"id\":\"a\"}]}]}",
        "{\"resourceType\":\"Patient\",\"name\":[{\"_given\":[null,{\"id\":\"a\"}]}]}",
        "{\"resourceType\":\"Patient\",\"language\":\"\"}",
        "{\"resourceType\":\"Patient\",\"_birthDate\":\"x\"}",
        "{\"resourceType\":\"Patient\",\"_birthDate\":{}}",
        "{\"resourceType\":\"Patient\",\"_birthDate\":{\"value\":\"x\"}}",
        "{\"resourceType\":\"Patient\",\"_name\":[{\"id\":\"x\"}]}",
        "{\"resourceType\":\"Patient\",\"contained\":[{\"active\":true}]}",
        "{\"resourceType\":\"Patient\",\"contained\":[{\"active\":1,\"resourceType\":\"Patient\"}]}",
        "{\"resourceType\":\"Patient\",\"extension\":{\"url\":\"u\"}}",
        "{\"active\":\"true\",\"resourceType\":\"Patient\"}",
        "{\"resourceType\":\"Nothing\"}",
        "{\"resourceType\":7}",
        "{\"resourceType\":null}",
        "{\"active\":true}",
        "{}",
        "[]",
        "\"Patient\"",
        "null"
      })
  void refusesWrongTypes(String body) {
    assertJsonRefused(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceType\":\"Patient\"",
        "{\"resourceType\":\"Patient\"} x",
        "{\"resourceType\":\"Patient\"}{\"resourceType\":\"Patient\"}",
        "{'resourceType':'Patient'}",
        "{\"resourceType\":\"Patient\",}",
        "{\"resourceType\":\"Patient\" /* comment */}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":01}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":NaN}",
        "<Patient xmlns=\"http://hl7.org/fhir\"/>",
        "   "
      })
  void refusesWhatIsNotJson(String body) {
    assertJsonRefused(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1e10000000", "1e-999999999", "1E2147483647", "1e101", "-1e00000000000000999"})
  void refusesNumbersThatTakeAllMemoryWhenWrittenOut(String number) {
    assertJsonRefused(
            "{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":" + number + "}}")
        .hasMessageContaining("Observation.valueQuantity.value")
        .hasMessageContaining("exponent");
    assertThatThrownBy(() ->
            parser.parseXml(
                ("<Observation xmlns=\"http://hl7.org/fhir\"><valueQuantity><value value=\""
                        + number
                        + "\"/></valueQuantity></Observation>")
                    .getBytes(UTF_8)))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void refusesHalfOfACharacter() {
    // Half of a surrogate pair is no Unicode text, and could not be stored as UTF-8.
    assertJsonRefused("{\"resourceType\":\"Patient\",\"language\":\"x\\ud800\"}")
        .hasMessageContaining("Patient.language")
        .hasMessageContaining("U+D800");
    assertJsonRefused("{\"resourceType\":\"Patient\",\"language\":\"\\udc00\\ud800\"}");
    assertJsonRefused("{\"resourceType\":\"Patient\",\"\\ud800\":\"x\"}");
    assertThat(text(json("{\"resourceType\":\"Patient\",\"language\":\"\\ud83d\\ude00\"}")))
        .contains("\\ud83d\\ude00");
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[] latin1 = {'{', '"', (byte) 0xE4, '"', '}'};
    assertThatThrownBy(() -> parser.parseJson(latin1))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> parser.parseXml(latin1)).isInstanceOf(FhirFailure.Malformed.class);
    assertThatThrownBy(() -> parser.parseJson("{\"resourceType\":\"Patient\"}".getBytes(UTF_16)))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void refusesAnEmptyBody() {
    assertJsonRefused("").hasMessageContaining("empty");
    assertXmlRefused("").hasMessageContaining("empty");
  }

  @Test
  void refusesABodyOverTheLimitAndNamesTheSetting() {
    byte[] body = new byte[Limits.DEFAULTS.bodyBytesMax() + 1];
    for (Runnable parse :
        new Runnable[] {() -> parser.parseJson(body), () -> parser.parseXml(body)}) {
      assertThatThrownBy(parse::run)
          .isInstanceOf(FhirFailure.TooLarge.class)
          .hasMessageContaining("rodnan.limits.body-bytes-max");
    }
  }

  private static String nestedJson(int levels) {
    return "{\"resourceType\":\"Questionnaire\",\"status\":\"draft\",\"item\":"
        + "[{\"linkId\":\"x\",\"type\":\"group\",\"item\":".repeat(levels)
        + "[]"
        + "}]".repeat(levels)
        + "}";
  }

  private static String nestedXml(int levels) {
    return "<Questionnaire xmlns=\"http://hl7.org/fhir\"><status value=\"draft\"/>"
        + "<item><linkId value=\"x\"/><type value=\"group\"/>".repeat(levels)
        + "</item>".repeat(levels)
        + "</Questionnaire>";
  }

  @ParameterizedTest
  @ValueSource(ints = {33, 1_000, 100_000})
  void refusesDeepNestingAndNamesTheSetting(int levels) {
    assertJsonRefused(nestedJson(levels)).hasMessageContaining("rodnan.limits.json-depth-max");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 1_000, 100_000})
  void refusesDeepNestingOfXml(int levels) {
    assertXmlRefused(nestedXml(levels)).hasMessageContaining("rodnan.limits.json-depth-max");
  }

  @Test
  void takesOrdinaryNesting() {
    assertThat(xml(nestedXml(20)).type()).isEqualTo("Questionnaire");
  }

  @Test
  void refusesDeepNestingOfXmlThatIsHiddenFromACounter() {
    assertXmlRefused(
        "<Questionnaire xmlns=\"http://hl7.org/fhir\">"
            + "<item><!-- </item></item> --><linkId value=\"/>\"/>".repeat(100_000)
            + "</item>".repeat(100_000)
            + "</Questionnaire>");
  }

  @Test
  @Timeout(20)
  void refusesEndlessTagsQuickly() {
    assertXmlRefused("<a".repeat(5_000_000));
    assertXmlRefused("<a ".repeat(5_000_000));
    assertXmlRefused("<!-- ".repeat(3_000_000));
  }

  @Test
  void namesTheElementThatIsWrong() {
    assertJsonRefused(
            "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":"
                + "{\"name\":[{\"given\":[\"A\",7]}],\"resourceType\":\"Patient\"}}]}")
        .hasMessage("Bundle.entry[0].resource.name[0].given[1] is a number; expected a string");
  }

  @Test
  void takesTheTypeAtAnyPlace() {
    ParsedResource parsed =
        json(
            "{\"contained\":[{\"id\":\"o\",\"name\":\"N\",\"resourceType\":\"Organization\"}],"
                + "\"managingOrganization\":{\"reference\":\"#o\"},\"active\":true,"
                + "\"resourceType\":\"Patient\"}");
    assertThat(((Patient) parsed.resource()).getActive()).isTrue();
  }

  @Test
  void takesStringsOfTheSizeOfTheBodyLimit() {
    String data = "QUJD".repeat(3_900_000);
    assertThat(data.length()).isLessThan(Limits.DEFAULTS.bodyBytesMax());
    ParsedResource parsed =
        json("{\"resourceType\":\"Binary\",\"contentType\":\"a/b\",\"data\":\"" + data + "\"}");
    assertThat(parsed.json()).hasSizeGreaterThan(data.length());
  }

  /** The standard's own definitions, as published: whatever they use is well formed. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "profile/profiles-types.xml",
        "profile/profiles-others.xml",
        "extension/extension-definitions.xml",
        "valueset/valuesets.xml",
        "sp/search-parameters.json"
      })
  void takesTheDefinitionsOfTheStandard(String file) throws Exception {
    byte[] body;
    try (InputStream in =
        Objects.requireNonNull(
            getClass().getResourceAsStream("/org/hl7/fhir/r4/model/" + file), file)) {
      body = in.readAllBytes();
    }
    ParsedResource parsed = file.endsWith("json") ? parser.parseJson(body) : parser.parseXml(body);
    assertThat(((Bundle) parsed.resource()).getEntry()).hasSizeGreaterThan(40);
    assertThat(parser.parseJson(parsed.json()).type()).isEqualTo("Bundle");
  }

  @Test
  void refusesDocumentTypes() {
    assertXmlRefused(
            "<!DOCTYPE Patient [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
                + "<Patient xmlns=\"http://hl7.org/fhir\"><language value=\"&x;\"/></Patient>")
        .hasMessageContaining("document type");
    assertXmlRefused(
        "<Patient xmlns=\"http://hl7.org/fhir\"><language value=\"&unknown;\"/></Patient>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Patient xmlns=\"http://hl7.org/fhir\"><surname value=\"x\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"perhaps\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><active valu=\"true\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"true\"></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"true\"/><active"
            + " value=\"true\"/></Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\"/><Patient xmlns=\"http://hl7.org/fhir\"/>",
        "<Nothing xmlns=\"http://hl7.org/fhir\"/>",
        "<Patient xmlns=\"http://example.org\"/>",
        "{\"resourceType\":\"Patient\"}"
      })
  void refusesXmlThatIsNoResource(String body) {
    assertXmlRefused(body);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.00", "1e3", "1E-7", "-0.0", "1.10e+02", "100"})
  void keepsDecimalsOfXml(String number) throws Exception {
    ParsedResource parsed = xml(observationXml(number));

    assertThat(text(parsed)).contains("\"value\":" + number + "}");
    assertThat(tree(parsed).at("/valueQuantity/value").isNumber()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"01", "5.", "1,5", "", " ", "0x10", "1d", "NaN"})
  void refusesDecimalsOfXmlThatJsonCannotHold(String number) {
    assertXmlRefused(observationXml(number));
  }

  private static String observationXml(String number) {
    return "<Observation xmlns=\"http://hl7.org/fhir\"><status value=\"final\"/>"
        + "<code><text value=\"x\"/></code><valueQuantity><value value=\""
        + number
        + "\"/></valueQuantity></Observation>";
  }

  @Test
  void losesNothingOfXml() throws Exception {
    JsonNode json =
        tree(
            xml(
                """
                <Patient xmlns="http://hl7.org/fhir">
                  <id value="p1"/>
                  <meta><profile value="http://example.org/p"/>
                    <tag><system value="http://s"/><code value="HTEST"/></tag></meta>
                  <text><status value="generated"/>
                    <div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; <b>b</b> ä</p></div></text>
                  <contained><Organization><id value="o1"/><name value="N"/></Organization></contained>
                  <contained><Practitioner><id value="unused"/><active value="true"/></Practitioner></contained>
                  <extension url="http://example.org/e"><valueDecimal value="1.50"/></extension>
                  <modifierExtension url="http://example.org/m"><valueCode value="c"/></modifierExtension>
                  <name id="n1"><given value="A"/><given><extension url="http://example.org/x"><valueString value="y"/></extension></given><given value="C"/></name>
                  <birthDate id="b1" value="1970-01-01"><extension url="http://hl7.org/fhir/StructureDefinition/patient-birthTime"><valueDateTime value="1970-01-01T14:35:45-05:00"/></extension></birthDate>
                  <managingOrganization><reference value="#o1"/></managingOrganization>
                  <link><other><reference value="Patient/2/_history/3"/></other><type value="seealso"/></link>
                </Patient>
                """));

    assertThat(json.at("/meta/profile/0").asText()).isEqualTo("http://example.org/p");
    assertThat(json.at("/meta/tag/0/code").asText()).isEqualTo("HTEST");
    assertThat(json.at("/text/div").asText()).contains("<p>a &amp; <b>b</b> ä</p>");
    assertThat(json.at("/contained/0/id").asText()).isEqualTo("o1");
    assertThat(json.at("/contained/1/id").asText()).isEqualTo("unused");
    assertThat(json.at("/extension/0/valueDecimal").toString()).startsWith("1.5");
    assertThat(json.at("/modifierExtension/0/valueCode").asText()).isEqualTo("c");
    assertThat(json.at("/name/0/id").asText()).isEqualTo("n1");
    assertThat(json.at("/name/0/given").toString()).isEqualTo("[\"A\",null,\"C\"]");
    assertThat(json.at("/name/0/_given/1/extension/0/valueString").asText()).isEqualTo("y");
    assertThat(json.at("/birthDate").asText()).isEqualTo("1970-01-01");
    assertThat(json.at("/_birthDate/id").asText()).isEqualTo("b1");
    assertThat(json.at("/_birthDate/extension/0/valueDateTime").asText())
        .isEqualTo("1970-01-01T14:35:45-05:00");
    assertThat(json.at("/managingOrganization/reference").asText()).isEqualTo("#o1");
    assertThat(json.at("/link/0/other/reference").asText()).isEqualTo("Patient/2/_history/3");
  }

  @Test
  void givesTheModelOfPrimitiveExtensions() {
    Patient patient =
        (Patient)
            json("{\"resourceType\":\"Patient\",\"_birthDate\":{\"extension\":[{\"url\":"
                    + "\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\","
                    + "\"valueCode\":\"unknown\"}]}}")
                .resource();
    assertThat(patient.getBirthDateElement().getExtension()).hasSize(1);
  }
}
