package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.parser.IParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceParser;

class RepresentationTest {
  private static final String OBSERVATION =
      "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"meta\":{\"versionId\":\"1\"},"
          + "\"contained\":[{\"resourceType\":\"Device\",\"id\":\"d\"}],"
          + "\"_status\":{\"extension\":[{\"url\":\"http://example.org/why\","
          + "\"valueString\":\"x\"}]},\"status\":\"final\",\"code\":{\"text\":\"FVC\"},"
          + "\"subject\":{\"reference\":\"Patient/p1/_history/3\"},"
          + "\"device\":{\"reference\":\"#d\"},"
          + "\"valueQuantity\":{\"value\":1.00,\"unit\":\"L\"},"
          + "\"referenceRange\":[{\"high\":{\"value\":1e3}}]}";

  private static final String PATIENT =
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"text\":{\"status\":\"generated\","
          + "\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"},"
          + "\"active\":true,\"name\":[{\"family\":\"Test\"}],\"birthDate\":\"1970\","
          + "\"contact\":[{\"name\":{\"family\":\"Other\"}}]}";

  @Test
  void prettyPrintsWithoutTouchingANumber() throws IOException {
    String pretty = text(ResponseWriter.encode(Fixtures.bytes(OBSERVATION), json(true)));
    assertThat(pretty).contains("\n").contains(": 1.00").contains(": 1e3");
    assertThat(pretty.replaceAll("\\s", "")).isEqualTo(OBSERVATION);
  }

  @Test
  void losesNothingOnTheWayThroughXml() throws IOException {
    Representation xml =
        new Representation(Format.XML, "application/fhir+xml", false, Projection.WHOLE);
    byte[] encoded = ResponseWriter.encode(Fixtures.bytes(OBSERVATION), xml);
    assertThat(text(encoded))
        .contains("value value=\"1.00\"")
        .contains("Patient/p1/_history/3")
        .contains("reference value=\"#d\"")
        .contains("http://example.org/why");
    Observation back =
        (Observation) new ResourceParser(Limits.DEFAULTS).parseXml(encoded).resource();
    assertThat(back.getValueQuantity().getValueElement().getValueAsString()).isEqualTo("1.00");
    assertThat(back.getReferenceRangeFirstRep().getHigh().getValue()).isEqualByComparingTo("1000");
    assertThat(back.getSubject().getReference()).isEqualTo("Patient/p1/_history/3");
    assertThat(back.getStatusElement().getExtension()).hasSize(1);
    assertThat(back.getContained()).hasSize(1);
    assertThat(back.getContained().getFirst().getIdElement().getIdPart()).isEqualTo("d");
  }

  @Test
  void returnsTheStoredBytesIfAllIsWanted() {
    byte[] stored = Fixtures.bytes(PATIENT);
    assertThat(Projection.WHOLE.apply("Patient", stored)).isSameAs(stored);
    assertThat(projected("_summary=false", PATIENT)).isEqualTo(PATIENT);
    assertThat(projected("_elements=Observation.code", PATIENT)).isEqualTo(PATIENT);
  }

  @Test
  void keepsOnlyTheElementsAskedForAndWhatMustBe() {
    String part = projected("_elements=name", PATIENT);
    Patient patient = Fixtures.parse(JsonBytes.of(Fixtures.bytes(part)), Patient.class);
    assertThat(patient.getNameFirstRep().getFamily()).isEqualTo("Test");
    assertThat(patient.hasBirthDate()).isFalse();
    assertThat(patient.hasContact()).isFalse();
    assertThat(patient.hasText()).isFalse();
    assertThat(patient.hasActive()).describedAs("a modifier").isTrue();
    assertThat(patient.getIdElement().getIdPart()).isEqualTo("p1");
    assertThat(patient.getMeta().getTag()).anyMatch(tag -> tag.getCode().equals("SUBSETTED"));
    assertThat(projected("_elements=value", OBSERVATION))
        .describedAs("mandatory elements stay")
        .contains("\"status\"")
        .contains("\"code\"")
        .doesNotContain("\"subject\"");
  }

  @Test
  void summarises() {
    assertThat(projected("_summary=true", PATIENT))
        .contains("birthDate")
        .contains("SUBSETTED")
        .doesNotContain("contact")
        .doesNotContain("div");
    assertThat(projected("_summary=data", PATIENT)).contains("contact").doesNotContain("div");
    assertThat(projected("_summary=text", PATIENT))
        .contains("div")
        .contains("SUBSETTED")
        .doesNotContain("birthDate");
  }

  @Test
  void keepsNumbersAsTheyAreStored() {
    for (String number : new String[] {"1e3", "1.00E-2", "-0.000", "1.00", "100"}) {
      String observation =
          "{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\","
              + "\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":"
              + number
              + "},\"note\":[{\"text\":\"n\"}]}";
      for (String query :
          new String[] {"_elements=value", "_elements=valueQuantity", "_summary=true"}) {
        assertThat(projected(query, observation))
            .describedAs(query)
            .contains("{\"value\":" + number + "}")
            .contains("SUBSETTED")
            .doesNotContain("note");
      }
      assertThat(projected("_summary=data", observation)).contains("{\"value\":" + number + "}");
    }
  }

  @Test
  void keepsElementsOfElements() {
    String patient =
        "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"versionId\":\"1\",\"tag\":[{\"code\":\"t\"}]},"
            + "\"name\":[{\"use\":\"usual\",\"family\":\"A\",\"given\":[\"B\"]},{\"given\":[\"C\"]}],"
            + "\"contact\":[{\"name\":{\"family\":\"D\"},\"gender\":\"male\"}],"
            + "\"birthDate\":\"1970\",\"_birthDate\":{\"id\":\"b\"}}";
    assertThat(projected("_elements=name.family,Patient.contact.name,birthDate", patient))
        .isEqualTo(
            "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"versionId\":\"1\",\"tag\":[{\"code\":\"t\"},"
                + "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\","
                + "\"code\":\"SUBSETTED\",\"display\":\"subsetted\"}]},"
                + "\"name\":[{\"use\":\"usual\",\"family\":\"A\"}],"
                + "\"contact\":[{\"name\":{\"family\":\"D\"}}],"
                + "\"birthDate\":\"1970\",\"_birthDate\":{\"id\":\"b\"}}");
  }

  /** Of each element that the standard's own encoder keeps in a summary, nothing is lost here. */
  @ParameterizedTest
  @MethodSource("examples")
  void keepsInASummaryWhatHapiKeeps(Path file) throws IOException {
    byte[] json = Files.readAllBytes(file);
    IParser parser = FhirContexts.r4().newJsonParser();
    Resource resource = (Resource) parser.parseResource(new String(json, StandardCharsets.UTF_8));
    String expected =
        FhirContexts.r4().newJsonParser().setSummaryMode(true).encodeResourceToString(resource);
    String found = projected("_summary=true", new String(json, StandardCharsets.UTF_8));
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode kept = (ObjectNode) mapper.readTree(found);
    kept.remove("meta");
    ObjectNode ofHapi = (ObjectNode) mapper.readTree(expected);
    ofHapi.remove("meta");
    // Kept, too: what changes the meaning, and why a primitive has no value.
    kept.remove("modifierExtension");
    kept.remove("_quantity");
    ofHapi.remove("modifierExtension");
    assertThat(kept).isEqualTo(ofHapi);
  }

  static Stream<Path> examples() throws IOException {
    return Files.list(Path.of("profiles", "examples"))
        .filter(file -> file.toString().contains("-valid-"))
        .sorted();
  }

  private static String projected(String query, String json) {
    Projection projection = Projection.of(QueryParameters.parse(query));
    String type = Resources.json(json).path("resourceType").asText();
    return text(projection.apply(type, Fixtures.bytes(json)));
  }

  private static Representation json(boolean isPretty) {
    return new Representation(Format.JSON, "application/fhir+json", isPretty, Projection.WHOLE);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
