package org.rodnan.fhir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Bundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.fhir.ParsedBundle.EntryResource;

class XmlTranscoderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final ResourceParser parser = new ResourceParser(Limits.DEFAULTS);

  private static String patient(String inner) {
    return "<Patient xmlns=\"http://hl7.org/fhir\">" + inner.replace('\'', '"') + "</Patient>";
  }

  private String json(String xml) {
    return new String(parser.parseXml(xml.getBytes(UTF_8)).json(), UTF_8);
  }

  private Issue refused(String xml) {
    FhirFailure.Malformed failure =
        catchThrowableOfType(
            FhirFailure.Malformed.class, () -> parser.parseXml(xml.getBytes(UTF_8)));
    assertThat(failure).describedAs(xml).isNotNull();
    return failure.issues().getFirst();
  }

  static Stream<Path> examples() throws IOException {
    return Files.list(Path.of("profiles", "examples"))
        .filter(file -> file.toString().matches(".*(-valid-|fixture-).*"))
        .sorted();
  }

  /** HAPI writes the XML, so each of its habits is met, too. */
  @ParameterizedTest
  @MethodSource("examples")
  void givesBackInJsonWhatJsonGaveToXml(Path file) throws IOException {
    byte[] json = Files.readAllBytes(file);
    String xml =
        FhirContexts.r4().newXmlParser().encodeResourceToString(parser.parseJson(json).resource());
    assertThat(JSON.readTree(json(xml))).isEqualTo(JSON.readTree(withNarrativeOf(json, xml)));
  }

  /** HAPI's own words for the narrative; all else as it was. */
  private byte[] withNarrativeOf(byte[] json, String xml) throws IOException {
    JsonNode tree = JSON.readTree(json);
    if (tree.path("text") instanceof com.fasterxml.jackson.databind.node.ObjectNode text) {
      text.set("div", JSON.readTree(json(xml)).at("/text/div"));
    }
    return JSON.writeValueAsBytes(tree);
  }

  @Test
  void dropsCommentsAndInstructionsWhereverTheyStand() {
    assertThat(
            json(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- a --><?b c?>"
                    + patient(
                        "<!-- d --><id value='p'><!-- e --></id><?f g?><name><!-- h -->"
                            + "<family value='A'/></name><!-- i -->")
                    + "<!-- j -->"))
        .isEqualTo("{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"A\"}]}");
  }

  @Test
  void takesAByteOrderMarkAndASchemaLocation() {
    assertThat(
            json(
                "\uFEFF<Patient xmlns=\"http://hl7.org/fhir\""
                    + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                    + " xsi:schemaLocation=\"http://hl7.org/fhir ../patient.xsd\">"
                    + "<active value=\"true\"/></Patient>"))
        .isEqualTo("{\"resourceType\":\"Patient\",\"active\":true}");
  }

  @Test
  void takesPrefixesForNamespaces() {
    assertThat(
            json(
                "<f:Patient xmlns:f=\"http://hl7.org/fhir\"><f:text><f:status value=\"generated\"/>"
                    + "<h:div xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:br/><h:p class=\"a\"/>"
                    + "</h:div></f:text></f:Patient>"))
        .isEqualTo(
            "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\",\"div\":"
                + "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><br/><p class=\\\"a\\\"></p></div>\"}}");
  }

  @Test
  void keepsNumbersAsTheyAreWritten() {
    assertThat(json(patient("<multipleBirthInteger value='+2'/>")))
        .contains("\"multipleBirthInteger\":2}");
    assertThat(
            json(
                "<Observation xmlns=\"http://hl7.org/fhir\"><status value=\"final\"/><code><text"
                    + " value=\"x\"/></code><valueQuantity><value value=\"-0.000\"/></valueQuantity>"
                    + "</Observation>"))
        .contains("\"value\":-0.000}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "<birthDate value='2011'/><active value='true'/>; Patient.active; behind birthDate; before",
        "<name><given value='A'/><family value='B'/></name>; Patient.name[0].family; behind given; before",
        "<active value='true'/><id value='p'/>; Patient.id; behind active; before",
        "<name/><gender value='male'/>; Patient.name[0]; an empty object; at least one member",
        "<active value='true'/>text<gender value='male'/>; Patient; text; elements only",
        "<active value='true'>text</active>; Patient.active; text; elements only",
        "<active value='true'/><active value='true'/>; Patient.active; twice; once",
        "<active/>; Patient.active; without value; a value or an extension",
        "<active value=' '/>; Patient.active; a blank value; some text",
        "<active value='yes'/>; Patient.active; 'yes'; true or false",
        "<active truth='true'/>; Patient.active; attribute truth; R4",
        "<surname value='x'/>; Patient.surname; surname; R4",
        "<name><surname value='x'/></name>; Patient.name[0].surname; surname; R4",
        "<birthDate value='yesterday'/>; Patient.birthDate; 'yesterday'; YYYY-MM-DD",
        "<multipleBirthInteger value='1.5'/>; Patient.multipleBirthInteger; '1.5'; a whole number",
        "<contained/>; Patient.contained[0]; empty; a resource",
        "<contained><Nothing/></contained>; Patient.contained[0]; 'Nothing'; resource type",
        "<deceasedBoolean value='true'/><deceasedDateTime value='2011'/>; Patient.deceasedDateTime; second value; one",
        "<active xmlns='urn:x' value='true'/>; Patient.active; urn:x; http://hl7.org/fhir",
        "<extension><valueString value='x'/></extension>; Patient.extension[0]; url; url",
      })
  void namesTheElementWhatWasFoundAndWhatWasExpected(
      String inner, String expression, String found, String expected) {
    Issue issue = refused(patient(inner));
    assertThat(issue.diagnostics()).contains(expression, found, expected);
    assertThat(issue.expression()).containsExactly(expression);
  }

  @Test
  void refusesASecondRunOfAnElement() {
    Issue issue =
        refused(
            patient(
                "<name><family value='A'/></name><gender value='male'/><name><family"
                    + " value='B'/></name>"));
    assertThat(issue.expression()).containsExactly("Patient.name");
    assertThat(issue.diagnostics()).contains("behind gender");
  }

  @Test
  void saysWhereXmlIsBroken() {
    assertThat(refused(patient("<active value='true'>")).diagnostics())
        .startsWith("The body is not well-formed XML at line 1, column ")
        .doesNotContain("ParseError");
  }

  @Test
  void readsEachEntryOfABundleByItself() {
    String bundle =
        "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"batch\"/>"
            + Stream.of(
                    patient("<active value='true'/>"),
                    patient("<active value='true'/><id value='p'/>"),
                    patient("<birthDate value='yesterday'/>"),
                    patient("<!-- a --><id value='p'/>"))
                .map(resource -> "<entry><resource>" + resource + "</resource></entry>")
                .reduce("", String::concat)
            + "<entry><fullUrl value=\"urn:x\"/></entry></Bundle>";
    ParsedBundle parsed = parser.parseXmlBundle(bundle.getBytes(UTF_8));
    assertThat(((Bundle) parsed.envelope().resource()).getEntry()).hasSize(5);
    List<EntryResource> resources = parsed.resources();
    assertThat(resources.get(0)).isInstanceOf(EntryResource.Readable.class);
    assertThat(resources.get(1))
        .isInstanceOfSatisfying(
            EntryResource.Unreadable.class,
            entry -> assertThat(entry.failure()).hasMessageContaining("Patient.id is behind"));
    assertThat(resources.get(2))
        .isInstanceOfSatisfying(
            EntryResource.Unreadable.class,
            entry -> assertThat(entry.failure()).hasMessageContaining("'yesterday'"));
    assertThat(resources.get(3))
        .isInstanceOfSatisfying(
            EntryResource.Readable.class,
            entry ->
                assertThat(new String(entry.resource().json(), UTF_8))
                    .isEqualTo("{\"resourceType\":\"Patient\",\"id\":\"p\"}"));
    assertThat(resources.get(4)).isInstanceOf(EntryResource.Absent.class);
  }
}
