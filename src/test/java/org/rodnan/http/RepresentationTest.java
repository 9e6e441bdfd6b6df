package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.Test;
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

  private static String projected(String query, String json) {
    Projection projection = Projection.of(QueryParameters.parse(query));
    String type = json.startsWith("{\"resourceType\":\"Patient\"") ? "Patient" : "Observation";
    return text(projection.apply(type, Fixtures.bytes(json)));
  }

  private static Representation json(boolean isPretty) {
    return new Representation(Format.JSON, "application/fhir+json", isPretty, Projection.WHOLE);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
