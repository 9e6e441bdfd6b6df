package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirFailure;

/** Searches by parameters that clients have stored (R4, search.html#3.1.1.1.1, searchparameter). */
final class StoredParameterTest {
  @TempDir Path folder;
  private SearchFixture fixture;

  @BeforeEach
  void open() {
    fixture = new SearchFixture(folder);
    fixture.put("Practitioner/dr", "'name':[{'family':'Leroy'}]");
    fixture.put("Patient/one", "'multipleBirthInteger':1," + extension("'valueCode':'grey'"));
    fixture.put("Patient/two", "'multipleBirthInteger':2," + extension("'valueCode':'brown'"));
    fixture.put("Patient/none", "'active':true");
    fixture.put(
        "Observation/o1",
        "'status':'final','code':{'text':'x'},'subject':{'reference':'Patient/one'},"
            + "'extension':[{'url':'urn:reader','valueReference':{'reference':'Practitioner/dr'}}]");
    fixture.put(
        "Observation/o2",
        "'status':'final','code':{'text':'x'},'subject':{'reference':'Patient/two'}");
    store("birth-order", "Patient", "number", "Patient.multipleBirth.ofType(integer)");
    store("eyes", "Patient", "token", "Patient.extension.where(url='urn:eyes').value");
    store("reader", "Observation", "reference", "Observation.extension('urn:reader').value");
    fixture.awaitIndexed();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static String extension(String value) {
    return "'extension':[{'url':'urn:eyes'," + value + "}]";
  }

  private void store(String code, String base, String type, String expression) {
    fixture.log.put(
        ("{\"resourceType\":\"SearchParameter\",\"id\":\"%s\",\"url\":\"urn:%s\",\"name\":\"x\","
                + "\"status\":\"active\",\"code\":\"%s\",\"base\":[\"%s\"],\"type\":\"%s\","
                + "\"description\":\"x\",\"target\":[\"Practitioner\"],\"expression\":\"%s\"}")
            .formatted(code, code, code, base, type, expression));
  }

  @Test
  void findsWhatWasStoredBeforeAndAfter() {
    assertThat(fixture.search("Patient?birth-order=gt1")).containsExactly("two");
    fixture.put("Patient/three", "'multipleBirthInteger':3");
    assertThat(fixture.search("Patient?birth-order=gt1")).containsExactly("two", "three");
    assertThat(fixture.search("Patient?eyes=grey,brown")).containsExactly("one", "two");
  }

  @Test
  void hasModifiersSortAndFilter() {
    assertThat(fixture.search("Patient?birth-order:missing=true")).containsExactly("none");
    assertThat(fixture.search("Patient?eyes:not=grey")).containsExactly("two", "none");
    assertThat(fixture.search("Patient?_sort=-birth-order")).containsExactly("two", "one", "none");
    assertThat(fixture.search("Patient?_filter=birth-order%20lt%202%20or%20eyes%20eq%20brown"))
        .containsExactly("one", "two");
    assertThatThrownBy(() -> fixture.search("Patient?birth-order:contains=1"))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void isInChainsAndIncludes() {
    assertThat(fixture.search("Observation?subject:Patient.birth-order=2")).containsExactly("o2");
    assertThat(fixture.search("Observation?reader.family=leroy")).containsExactly("o1");
    assertThat(fixture.search("Practitioner?_has:Observation:reader:subject=Patient/one"))
        .containsExactly("dr");
    assertThat(fixture.search("Observation?_include=Observation:reader"))
        .containsExactly("o1", "o2", "[Practitioner/dr]");
    assertThat(fixture.search("Observation?_include=*"))
        .contains("[Practitioner/dr]", "[Patient/one]");
    assertThat(fixture.search("Practitioner?_revinclude=Observation:reader"))
        .containsExactly("dr", "[Observation/o1]");
    assertThat(fixture.search("Observation?_sort=-subject:Patient.birth-order"))
        .containsExactly("o2", "o1");
  }

  @Test
  void servesConditions() {
    assertThat(
            fixture.engine.match(
                "Patient",
                List.of(new SearchRequest.Parameter("birth-order", "2")),
                2,
                fixture.log.head()))
        .hasToString("[Patient/two]");
  }

  @Test
  void isUnknownOnceItIsDeletedButPagesGoOn() {
    SearchPage first = fixture.page("Patient?birth-order=lt9&_count=1");
    fixture.log.delete("SearchParameter/birth-order");
    assertThatThrownBy(() -> fixture.search("Patient?birth-order=gt1"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("Unknown search parameter 'birth-order'");
    SearchPage second = fixture.next(first.next().orElseThrow());
    assertThat(SearchFixture.ids(second)).containsExactly("two");
  }
}
