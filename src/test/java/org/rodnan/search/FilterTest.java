package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.fhir.FhirFailure;

/** https://hl7.org/fhir/R4/search_filter.html */
final class FilterTest {
  @TempDir Path folder;
  private SearchFixture fixture;

  @BeforeEach
  void open() {
    fixture = new SearchFixture(folder);
    fixture.put(
        "Patient/ann",
        "'name':[{'family':'Müller','given':['Ann','Eve']}],'birthDate':'1970-05','active':true,"
            + "'gender':'female','generalPractitioner':[{'reference':'Practitioner/dr'}]");
    fixture.put(
        "Patient/ben",
        "'name':[{'family':'Mull','given':['Ben']}],'birthDate':'1980','gender':'male'");
    fixture.put("Patient/cy", "'active':false,'identifier':[{'system':'urn:a','value':'c,1'}]");
    fixture.put("Practitioner/dr", "'name':[{'family':'House'}]");
    observation("1", "x", "ann", "2010-01-01", "5");
    observation("2", "y", "ann", "2011-06", "50");
    observation("3", "x", "ben", "2012", "500");
  }

  private void observation(String id, String code, String patient, String date, String value) {
    fixture.put(
        "Observation/" + id,
        "'status':'final','code':{'coding':[{'system':'urn:s','code':'"
            + code
            + "'}]},'subject':{'reference':'Patient/"
            + patient
            + "'},'effectiveDateTime':'"
            + date
            + "','valueQuantity':{'value':"
            + value
            + ",'system':'http://unitsofmeasure.org','code':'g'}");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<String> filter(String type, String filter) {
    return fixture.search(type + "?_filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "given eq \"ANN\";ann",
        "given eq an;``",
        "given ne \"ann\";ann ben",
        "given ne \"ben\";ann",
        "name co \"ull\";ann ben",
        "family sw mul;ann ben",
        "family ew ller;ann",
        "name ew \"e\";ann",
        "birthdate ge 1980;ben",
        "birthdate lt 1975-01-01;ann",
        "birthdate eq 1970;ann",
        "birthdate ne 1970;ben",
        "birthdate sa 1975;ben",
        "birthdate eb 1975;ann",
        "birthdate po 1970-05-17;ann",
        "birthdate pr true;ann ben",
        "birthdate pr false;cy",
        "gender eq female;ann",
        "gender ne female;ben",
        "gender sw fe;ann",
        "gender co ale;ann ben",
        "identifier eq urn:a|c,1;cy",
        "identifier eq \"urn:a|c,1\";cy",
        "_id eq cy;cy",
        "active eq true or active eq false;ann cy",
        "given eq ann and birthdate lt 1975;ann",
        "given eq ann and birthdate gt 1975;``",
        "not(active eq true);ben cy",
        "not (active eq true);ben cy",
        "not(active pr true) and gender eq male;ben",
        "gender eq male or gender eq female and birthdate gt 1975;ben",
        "(gender eq male or gender eq female) and birthdate lt 1975;ann",
        "((gender eq male));ben",
        "GENDER eq male;?",
        "general-practitioner re Practitioner/dr;ann",
        "general-practitioner ne Practitioner/other;ann",
        "general-practitioner ne Practitioner/dr;``",
        "general-practitioner.name co \"ous\";ann",
        "general-practitioner:Practitioner.name eq house;ann",
        "_has:Observation:patient:code eq x;ann ben",
        "_has:Observation:patient:value-quantity gt 100;ben",
        "_lastUpdated ge 2020;ann ben cy"
      })
  void findsPatients(String filter, String expected) {
    if (expected.equals("?")) {
      assertThatThrownBy(() -> filter("Patient", filter))
          .isInstanceOf(FhirFailure.Malformed.class)
          .hasMessageContaining("Unknown search parameter");
      return;
    }
    assertThat(String.join(" ", filter("Patient", filter))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "subject.given eq eve;1 2",
        "subject[gender eq male].name co mull;3",
        "subject[gender eq male and active pr false].birthdate ge 1980;3",
        "patient.general-practitioner.family eq house and code eq urn:s|y;2",
        "code ne urn:s|x;2",
        "code ne x;2",
        "value-quantity gt 40||g;2 3",
        "value-quantity eq 0.05||kg;2",
        "value-quantity ap 52;2",
        "date po 2011-06-15;2",
        "date le 2011;1 2",
        "not(subject.gender eq female);3"
      })
  void findsObservations(String filter, String expected) {
    assertThat(String.join(" ", filter("Observation", filter))).isEqualTo(expected);
  }

  @Test
  void joinsOtherParameters() {
    assertThat(fixture.search("Observation?code=x&_filter=value-quantity%20gt%20100"))
        .containsExactly("3");
    assertThat(fixture.search("?_filter=_id%20eq%201%20or%20_id%20eq%20dr"))
        .containsExactly("dr", "1");
    assertThat(fixture.search("Observation?subject._filter=gender%20eq%20male"))
        .containsExactly("3");
  }

  @Test
  void comparesConcepts() {
    fixture.put(
        "CodeSystem/s",
        "'status':'active','content':'complete','url':'urn:s','concept':[{'code':'x','concept':["
            + "{'code':'y'}]}]");
    fixture.put(
        "ValueSet/v",
        "'status':'active','url':'urn:v','compose':{'include':[{'system':'urn:s','concept':["
            + "{'code':'y'}]}]}");
    assertThat(filter("Observation", "code ss urn:s|x")).containsExactly("1", "2", "3");
    assertThat(filter("Observation", "code ss urn:s|y")).containsExactly("2");
    assertThat(filter("Observation", "code sb urn:s|y")).containsExactly("1", "2", "3");
    assertThat(filter("Observation", "code in urn:v")).containsExactly("2");
    assertThat(filter("Observation", "code in ValueSet/v")).containsExactly("2");
    assertThat(filter("Observation", "code ni urn:v")).containsExactly("1", "3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "given;expected an operator",
        "given eq;expected a value",
        "given is x;expected one of the operators",
        "given eq \"x;that ends the string",
        "(given eq x;expected ')'",
        "given eq x);expected 'and', 'or' or the end",
        "given eq x and;the name of a search parameter",
        "given eq x xor given eq y;expected 'and', 'or' or the end",
        "nme eq x;Unknown search parameter 'nme'",
        "given gt x;of type date, number or quantity",
        "given in x;of type token",
        "birthdate co 19;of type string, token or uri",
        "birthdate po x;expected a date",
        "given re x;of type reference",
        "active pr maybe;expected true or false",
        "given.name eq x;only a reference can be chained",
        "general-practitioner[name eq x] re y;expected '.'",
        "general-practitioner[name eq x.name eq y;expected ']'",
        "general-practitioner.name[;expected",
        "_has:Observation:code;expected _has:",
        "_has:Observation:code:date eq 2010;is not a reference to Patient",
        "\"\";the name of a search parameter"
      })
  void namesWhatItCantRead(String filter, String message) {
    assertThatThrownBy(() -> filter("Patient", filter))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining(message);
  }

  @Test
  void boundsNesting() {
    String deep = "(".repeat(10_000) + "given eq x" + ")".repeat(10_000);
    assertThatThrownBy(() -> filter("Patient", deep))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("nested");
    String chain = "_has:Patient:link:".repeat(12) + "given eq x";
    assertThatThrownBy(() -> filter("Patient", chain)).isInstanceOf(FhirFailure.Malformed.class);
    String path = "general-practitioner.".repeat(10_000) + "name eq x";
    assertThatThrownBy(() -> filter("Patient", path)).isInstanceOf(FhirFailure.Malformed.class);
  }
}
