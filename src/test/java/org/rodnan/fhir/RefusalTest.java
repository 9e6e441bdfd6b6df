package org.rodnan.fhir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client learns from a refusal: the element, what was found, what was expected. */
class RefusalTest {
  private final ResourceParser parser = new ResourceParser(Limits.DEFAULTS);

  private Issue refused(String json) {
    FhirFailure.Malformed failure =
        catchThrowableOfType(
            FhirFailure.Malformed.class, () -> parser.parseJson(json.getBytes(UTF_8)));
    assertThat(failure).describedAs(json).isNotNull();
    return failure.issues().getFirst();
  }

  private static String patient(String member) {
    return "{\"resourceType\":\"Patient\"," + member.replace('\'', '"') + "}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "'birthDate':'yesterday'; Patient.birthDate; is 'yesterday'; YYYY-MM-DD",
        "'birthDate':'2011-02-30'; Patient.birthDate; is '2011-02-30'; YYYY-MM-DD",
        "'deceasedDateTime':'2011-13-01T10:00:00Z'; Patient.deceasedDateTime; 2011-13-01; time zone",
        "'meta':{'lastUpdated':'now'}; Patient.meta.lastUpdated; is 'now'; time zone",
        "'gender':'unheard-of'; Patient.gender; 'unheard-of'; male, female, other, unknown",
        "'name':[{'family':'A'},{'use':'x'}]; Patient.name[1].use; is 'x'; usual, official",
        "'active':'true'; Patient.active; a string ('true'); true or false",
        "'multipleBirthInteger':99999999999; Patient.multipleBirthInteger; 99999999999; 2147483647",
        "'multipleBirthInteger':1e1; Patient.multipleBirthInteger; a number; a whole number",
        "'photo':[{'data':'§'}]; Patient.photo[0].data; is '§'; base64",
        "'contact':[{'relationship':{}}]; Patient.contact[0].relationship; an object; an array",
        "'name':'A'; Patient.name; a string ('A'); an array",
        "'gender':['male']; Patient.gender; an array; a string",
        "'surname':'x'; Patient.surname; surname; R4",
        "'gender':'male','gender':'male'; Patient.gender; twice; once",
        "'name':[{'family':'A','family':'A'}]; Patient.name[0].family; twice; once",
        "'contained':[{'resourceType':'Nothing'}]; Patient.contained[0].resourceType; 'Nothing'; R4",
        "'extension':[{'valueString':'x'}]; Patient.extension[0]; url; url",
        "'deceasedBoolean':true,'deceasedDateTime':'2011'; Patient.deceasedDateTime; deceasedBoolean; one",
        "'text':{'status':'generated','div':'<div'}; Patient.text.div; '<div'; XHTML",
      })
  void namesTheElementWhatWasFoundAndWhatWasExpected(
      String member, String expression, String found, String expected) {
    Issue issue = refused(patient(member));
    assertThat(issue.expression()).containsExactly(expression);
    assertThat(issue.diagnostics())
        .contains(expression, found, expected)
        .doesNotContain("HAPI")
        .doesNotContain("org.hl7")
        .doesNotContain("Exception");
  }

  @Test
  void namesAnUnknownType() {
    Issue issue = refused("{\"resourceType\":\"Nothing\"}");
    assertThat(issue.diagnostics())
        .isEqualTo("resourceType is 'Nothing'; expected a resource type of FHIR R4");
    assertThat(issue.expression()).containsExactly("resourceType");
  }

  @Test
  void namesTheElementThatHasTooManyDigits() {
    for (int digits : List.of(101, 999, 1_001, 200_000)) {
      Issue issue =
          refused(
              "{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":"
                  + "9".repeat(digits)
                  + "}}");
      assertThat(issue.expression()).containsExactly("Observation.valueQuantity.value");
      assertThat(issue.diagnostics())
          .contains("out of all proportion", "at most 100 characters")
          .doesNotContain("json-depth-max");
      assertThat(refused(patient("'multipleBirthInteger':" + "9".repeat(digits))).expression())
          .containsExactly("Patient.multipleBirthInteger");
    }
  }

  @Test
  void namesTheElementThatIsNestedTooDeeply() {
    String json =
        "{\"resourceType\":\"Patient\",\"extension\":"
            + "[{\"url\":\"u\",\"extension\":".repeat(100)
            + "[]"
            + "}]".repeat(100)
            + "}";
    Issue issue = refused(json);
    assertThat(issue.diagnostics())
        .contains("nested too deeply", "rodnan.limits.json-depth-max is 64");
    assertThat(issue.expression().getFirst()).startsWith("Patient.extension[0].extension[0]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":NaN}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":-Infinity}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":+1}",
        "{\"resourceType\":\"Patient\" /* comment */}",
        "{\"resourceType\":\"Patient\" # comment\n}",
        "{\"resourceType\":\"Patient\",\"name\":[",
        "{\"resourceType\":\"Patient\",\"language\":\"a\nb\"}",
        "{'resourceType':'Patient'}",
        "{\"resourceType\":\"Patient\",\"language\":\"",
        "\u001e{\"resourceType\":\"Patient\"}",
      })
  void saysInPlainWordsWhyItIsNoJson(String body) {
    assertThat(refused(body).diagnostics())
        .startsWith("The body is not well-formed JSON at line 1, column ")
        .doesNotContain("Feature")
        .doesNotContain("ALLOW_")
        .doesNotContain("Source:")
        .doesNotContain("`");
  }

  @Test
  void takesAByteOrderMark() {
    byte[] marked = "\uFEFF{\"resourceType\":\"Patient\"}".getBytes(UTF_8);
    ParsedResource parsed = parser.parseJson(marked);
    assertThat(new String(parsed.json(), UTF_8)).isEqualTo("{\"resourceType\":\"Patient\"}");
    assertThatThrownBy(() -> parser.parseJson("\uFEFF".getBytes(UTF_8)))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("empty");
  }
}
