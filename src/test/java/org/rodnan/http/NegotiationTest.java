package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;

class NegotiationTest {
  private static final QueryParameters NONE = QueryParameters.parse("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/fhir+json                              | application/fhir+json",
        "application/fhir+xml                               | application/fhir+xml",
        "application/json                                   | application/json",
        "text/json                                          | text/json",
        "application/xml                                    | application/xml",
        "text/xml                                           | text/xml",
        "application/json+fhir                              | application/fhir+json",
        "*/*                                                | application/fhir+json",
        "application/*                                      | application/fhir+json",
        "APPLICATION/FHIR+XML                               | application/fhir+xml",
        "application/fhir+xml; fhirVersion=4.0              | application/fhir+xml",
        "*/*, application/fhir+xml                          | application/fhir+xml",
        "application/fhir+json;q=0.5, application/fhir+xml  | application/fhir+xml",
        "application/fhir+json, application/fhir+xml        | application/fhir+json",
        "text/html,application/xml;q=0.9,*/*;q=0.8          | application/xml",
        "text/html, */*;q=0.1                               | application/fhir+json",
        "application/fhir+json;fhirVersion=3.0, text/xml    | text/xml",
        "''                                                 | application/fhir+json",
      })
  void answersWithTheTypeThatTheClientLikesBest(String accept, String answered) {
    assertThat(Negotiation.negotiate(List.of(accept), NONE).mediaType()).isEqualTo(answered);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/html",
        "image/png, text/turtle",
        "application/fhir+json;q=0",
        "application/fhir+json; fhirVersion=5.0",
        "nonsense"
      })
  void acceptsNoOther(String accept) {
    assertThatThrownBy(() -> Negotiation.negotiate(List.of(accept), NONE))
        .isInstanceOf(FhirFailure.NotAcceptable.class)
        .hasMessageContaining("application/fhir+json");
  }

  @ParameterizedTest
  @CsvSource({
    "json, JSON",
    "xml, XML",
    "text/json, JSON",
    "application/json, JSON",
    "application%2Ffhir%2Bjson, JSON",
    "application/fhir+xml, XML",
    "XML, XML",
    "application/fhir+json;charset=utf-8, JSON",
  })
  void letsTheParameterGoBeforeTheHeader(String parameter, Format expected) {
    List<String> accept = List.of("application/fhir+xml", "application/fhir+json", "text/html");
    assertThat(
            Negotiation.negotiate(accept, QueryParameters.parse("_format=" + parameter)).format())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'', text/csv, TABLE",
    "'', image/svg+xml, PICTURE",
    "'', 'image/avif,image/svg+xml,image/*,*/*;q=0.8', PICTURE",
    "'', 'text/csv;q=0.5, image/svg+xml;q=0.4', TABLE",
    "'', 'image/svg+xml;q=0, application/fhir+json', RESOURCE",
    "'', 'text/html,application/xml;q=0.9,*/*;q=0.8', RESOURCE",
    "_format=csv, image/svg+xml, TABLE",
    "_format=svg, text/csv, PICTURE",
    "_format=image/svg+xml, '', PICTURE",
    "_format=image/svg%2Bxml, '', PICTURE",
    "_format=json, text/csv, RESOURCE",
  })
  void knowsTablesAndPictures(String query, String accept, AnswerForm form) {
    assertThat(AnswerForm.of(List.of(accept), QueryParameters.parse(query))).isEqualTo(form);
  }

  @Test
  void refusesAFormatThatItDoesNotSpeak() {
    assertThatThrownBy(() -> Negotiation.negotiate(List.of(), QueryParameters.parse("_format=ttl")))
        .isInstanceOf(FhirFailure.NotAcceptable.class)
        .hasMessageContaining("ttl");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_pretty=yes",
        "_summary=some",
        "_elements=a-b",
        "_elements=%2A.name",
        "_elements=brithDate",
        "_elements=Patient",
        "_elements=Patient.code",
        "_elements=name.familiy",
        "_summary=true&_elements=name"
      })
  void refusesParametersWithoutSense(String query) {
    assertThatThrownBy(() -> Negotiation.negotiate(List.of(), QueryParameters.parse(query)))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void findsAFormForAnErrorWhateverWasAsked() {
    assertThat(Negotiation.orDefault(List.of("text/html"), NONE)).isEqualTo(Representation.DEFAULT);
    assertThat(
            Negotiation.orDefault(
                    List.of("application/fhir+xml"), QueryParameters.parse("_elements=name"))
                .projection())
        .isEqualTo(Projection.WHOLE);
  }
}
