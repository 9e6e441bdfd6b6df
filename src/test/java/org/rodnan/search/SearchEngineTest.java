package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;

final class SearchEngineTest extends SearchTest {
  private static final String LOINC =
      "'code':{'coding':[{'system':'http://loinc.org','code':'%s'}]}";
  private static final String UCUM = "http://unitsofmeasure.org";

  private void observation(String id, String code, String rest) {
    observation(id, LOINC.formatted(code) + "," + rest);
  }

  // Token: https://hl7.org/fhir/R4/search.html#token

  @Test
  void findsTokensByCodeAndSystem() {
    observation(
        "a",
        "'code':{'coding':[{'system':'http://s','code':'x'},{'system':'http://t','code':'y'}]}");
    observation("b", "'code':{'coding':[{'code':'x'}]}");
    observation("c", "'code':{'coding':[{'system':'http://u','code':'x'}]}");
    assertThat(search("Observation?code=x")).containsExactly("a", "b", "c");
    assertThat(search("Observation?code=http://s%7Cx")).containsExactly("a");
    assertThat(search("Observation?code=%7Cx")).containsExactly("b");
    assertThat(search("Observation?code=http://t%7C")).containsExactly("a");
    assertThat(search("Observation?code=http://s%7Cy")).isEmpty();
    assertThat(search("Observation?code=http://s%7Cx,http://u%7Cx")).containsExactly("a", "c");
    assertThat(search("Observation?code=x&code=y")).containsExactly("a");
    assertThat(search("Observation?code:not=http://s%7Cx")).containsExactly("b", "c");
  }

  @Test
  void findsCodesBooleansIdentifiersAndContacts() {
    fixture.put(
        "Patient/1",
        "'gender':'female','active':true,'identifier':[{'system':'urn:mrn','value':'17'}],"
            + "'telecom':[{'system':'email','value':'Ann@Example.org'},{'system':'phone','value':'123'}]");
    fixture.put("Patient/2", "'gender':'male','deceasedBoolean':false");
    assertThat(search("Patient?gender=female")).containsExactly("1");
    assertThat(search("Patient?gender=http://hl7.org/fhir/administrative-gender%7Cmale"))
        .containsExactly("2");
    assertThat(search("Patient?active=true")).containsExactly("1");
    assertThat(search("Patient?identifier=urn:mrn%7C17")).containsExactly("1");
    assertThat(search("Patient?email=ann@example.org")).containsExactly("1");
    assertThat(search("Patient?email=Ann@Example.org")).containsExactly("1");
    assertThat(search("Patient?phone=123")).containsExactly("1");
    assertThat(search("Patient?email=123")).isEmpty();
    assertThat(search("Patient?deceased=false")).containsExactly("1", "2");
    assertThat(search("Patient?gender:not=male")).containsExactly("1");
    assertThat(search("Patient?identifier:missing=true")).containsExactly("2");
    assertThat(search("Patient?identifier:missing=false")).containsExactly("1");
  }

  @Test
  void honoursEscapes() {
    fixture.put("Patient/1", "'identifier':[{'system':'urn:a','value':'x,y|z$\\\\'}]");
    fixture.put("Patient/2", "'identifier':[{'system':'urn:a','value':'x'}]");
    assertThat(search("Patient?identifier=urn:a%7Cx%5C,y%5C%7Cz%5C$%5C%5C")).containsExactly("1");
    assertThat(search("Patient?identifier=x,y")).containsExactly("2");
  }

  // String: https://hl7.org/fhir/R4/search.html#string

  @Test
  void findsStringsByTheirStartWithoutCaseAndAccents() {
    fixture.put("Patient/1", "'name':[{'family':'Müller-Lüdenscheidt','given':['Eve','Anne']}]");
    fixture.put("Patient/2", "'name':[{'family':'O\\u0027Brien','given':['Evelyn']}]");
    fixture.put("Patient/3", "'name':[{'text':'Severine'}]");
    assertThat(search("Patient?given=eve")).containsExactly("1", "2");
    assertThat(search("Patient?given:exact=Eve")).containsExactly("1");
    assertThat(search("Patient?given:exact=eve")).isEmpty();
    assertThat(search("Patient?name:contains=eve")).containsExactly("1", "2", "3");
    assertThat(search("Patient?family=muller")).containsExactly("1");
    assertThat(search("Patient?family=M%C3%9CLLER%20l")).containsExactly("1");
    assertThat(search("Patient?family=obrien,mul")).containsExactly("1", "2");
    assertThat(search("Patient?name=ev&name=mull")).containsExactly("1");
  }

  @Test
  void takesLongStrings() {
    String hundred = "abcdefghij".repeat(10);
    String long12000 = "z".repeat(12_000);
    fixture.put("Patient/1", "'name':[{'text':'xx " + hundred + hundred + " yy'}]");
    fixture.put("Patient/2", "'name':[{'text':'" + long12000 + "'}]");
    assertThat(search("Patient?name:contains=" + hundred + hundred)).containsExactly("1");
    assertThat(search("Patient?name:exact=" + long12000)).containsExactly("2");
    assertThat(search("Patient?name:exact=" + long12000 + "z")).isEmpty();
    assertThat(search("Patient?name=" + long12000.substring(2))).containsExactly("2");
    assertThat(search("Patient?name:contains=*")).isEmpty();
    assertThatThrownBy(() -> search("Patient?name:contains=" + hundred.repeat(3)))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("at most 200 characters");
  }

  @Test
  void takesLongOrLists() {
    observation("1", "'effectiveDateTime':'2010-05-17','valueQuantity':{'value':7}");
    StringBuilder dates = new StringBuilder("2010-05-17");
    StringBuilder ids = new StringBuilder("1");
    for (int i = 1; i < 5_000; i++) {
      dates.append(",").append(java.time.LocalDate.ofEpochDay(i));
      ids.append(",x").append(i);
    }
    assertThat(search("Observation?date=" + dates)).containsExactly("1");
    assertThat(search("Observation?_id=" + ids)).containsExactly("1");
    String of = "Observation?";
    for (String name : List.of("code", "subject", "value-string", "_profile", "_tag:not")) {
      assertThat(fixture.page(of + name + "=" + tenThousand("x%d")).total()).as(name).isPresent();
    }
    assertThat(search(of + "value-quantity=" + tenThousand("%d"))).containsExactly("1");
    assertThat(search(of + "code-value-quantity=" + tenThousand("c$%d"))).isEmpty();
    assertThat(search(of + "subject.birthdate=" + tenThousand("ge%04d"))).isEmpty();
    assertThatThrownBy(() -> search("Observation?_id=" + ids + "," + ids + ",1"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("rodnan.limits.or-values-max");
  }

  private static String tenThousand(String form) {
    StringBuilder all = new StringBuilder(form.formatted(1));
    for (int i = 2; i <= 10_000; i++) {
      all.append(',').append(form.formatted(i % 10_000));
    }
    return all.toString();
  }

  // Number: https://hl7.org/fhir/R4/search.html#number

  @ParameterizedTest
  @CsvSource({
    "100, 99.5 100 100.4",
    "100.00, 100",
    "1e2, 99.5 100 100.4 100.5 99.4",
    "1.00e2, 99.5 100 100.4",
    "ne100, 99.4 100.5",
    "gt100, 100.4 100.5",
    "ge100, 100 100.4 100.5",
    "lt100, 99.4 99.5",
    "le100, 99.4 99.5 100",
    "sa100, 100.4 100.5",
    "eb100, 99.4 99.5",
    "ap100, 99.4 99.5 100 100.4 100.5"
  })
  void comparesNumbersByTheirDigits(String value, String expected) {
    for (String number : List.of("99.4", "99.5", "100", "100.4", "100.5")) {
      fixture.put(
          "RiskAssessment/" + number,
          "'status':'final','subject':{'display':'x'},'prediction':[{'probabilityDecimal':"
              + number
              + "}]");
    }
    assertThat(search("RiskAssessment?probability=" + value))
        .containsExactlyInAnyOrder(expected.split(" "));
  }

  // Date: https://hl7.org/fhir/R4/search.html#date

  @ParameterizedTest
  @CsvSource({
    "2010, year month day minute",
    "ge2010, year month day minute open-end later",
    "le2010, year month day minute open-start earlier",
    "gt2010, open-end later",
    "lt2010, open-start earlier",
    "sa2010, later",
    "eb2010, earlier",
    "ne2010, open-start open-end earlier later",
    "ap2010-06, year month day minute open-start open-end earlier later",
    "2010-05, month day minute",
    "2010-05-17, day minute",
    "2010-05-17T09:30Z, minute",
    "2010-05-17T11:30%2B02:00, minute",
    "2010-05-17T11:30+02:00, minute",
    "gt2010-05-17T09:29:59Z, year month day minute open-start open-end later"
  })
  void comparesDatesAsRanges(String value, String expected) {
    observation("year", "'effectiveDateTime':'2010'");
    observation("month", "'effectiveDateTime':'2010-05'");
    observation("day", "'effectiveDateTime':'2010-05-17'");
    observation("minute", "'effectiveDateTime':'2010-05-17T11:30:00+02:00'");
    observation("open-end", "'effectivePeriod':{'start':'2010-05-17'}");
    observation("open-start", "'effectivePeriod':{'end':'2010-05-17'}");
    observation("earlier", "'effectiveDateTime':'2009-12-31'");
    observation("later", "'effectiveDateTime':'2011-01-01T00:00:00Z'");
    observation("none", "");
    assertThat(search("Observation?date=" + value)).containsExactlyInAnyOrder(expected.split(" "));
  }

  @Test
  void takesTheOuterLimitsOfATiming() {
    observation("events", "'effectiveTiming':{'event':['2013-02-01','2013-03-01']}");
    observation(
        "bounds",
        "'effectiveTiming':{'repeat':{'boundsPeriod':{'start':'2013-01-31','end':'2013-03-24'}}}");
    assertThat(search("Observation?date=2013")).containsExactly("events", "bounds");
    assertThat(search("Observation?date=gt2013-03-10")).containsExactly("bounds");
    assertThat(search("Observation?date=lt2013-02-01")).containsExactly("bounds");
  }

  // Quantity: https://hl7.org/fhir/R4/search.html#quantity

  private void quantity(String id, String value, String unit) {
    observation(
        id,
        "'valueQuantity':{'value':"
            + value
            + ",'unit':'"
            + unit
            + "','system':'"
            + UCUM
            + "','code':'"
            + unit
            + "'}");
  }

  @Test
  void comparesQuantitiesAcrossUnits() {
    quantity("litres", "2.6", "L");
    quantity("millilitres", "2400", "mL");
    quantity("grams", "2600", "g");
    observation("plain", "'valueQuantity':{'value':2600,'unit':'mL'}");
    observation(
        "comparator",
        "'valueQuantity':{'value':5,'comparator':'>','system':'" + UCUM + "','code':'L'}");
    assertThat(search("Observation?value-quantity=gt2500%7C" + UCUM + "%7CmL"))
        .containsExactly("litres", "comparator");
    assertThat(search("Observation?value-quantity=gt2500%7C%7CmL"))
        .containsExactly("litres", "plain", "comparator");
    assertThat(search("Observation?value-quantity=2.6%7C" + UCUM + "%7CL"))
        .containsExactly("litres");
    assertThat(search("Observation?value-quantity=gt2500"))
        .containsExactly("grams", "plain", "comparator");
    assertThat(search("Observation?value-quantity=lt3%7C" + UCUM + "%7CL"))
        .containsExactly("litres", "millilitres");
    assertThat(search("Observation?value-quantity=2.4%7C" + UCUM + "%7CL"))
        .containsExactly("millilitres");
  }

  @Test
  void comparesDiffusingCapacitiesInBothUnits() {
    quantity("us", "29.88", "mL/min/mm[Hg]");
    quantity("si", "10", "mmol/min/kPa");
    assertThat(search("Observation?value-quantity=10.00%7C" + UCUM + "%7Cmmol/min/kPa"))
        .containsExactly("us", "si");
    assertThat(search("Observation?value-quantity=29.88%7C" + UCUM + "%7CmL/min/mm%5BHg%5D"))
        .containsExactly("us", "si");
    assertThat(search("Observation?value-quantity=gt29.88%7C" + UCUM + "%7CmL/min/mm%5BHg%5D"))
        .isEmpty();
  }

  @Test
  void usesThePrecisionOfTheSearchedQuantity() {
    quantity("5.4", "5.4", "mg");
    quantity("5.44", "5.44", "mg");
    quantity("5.45", "5.45", "mg");
    assertThat(search("Observation?value-quantity=5.4%7C" + UCUM + "%7Cmg"))
        .containsExactly("5.4", "5.44");
    assertThat(search("Observation?value-quantity=5.40e-3%7C" + UCUM + "%7Cg"))
        .containsExactly("5.4");
    assertThat(search("Observation?value-quantity=ap5%7C" + UCUM + "%7Cmg"))
        .containsExactly("5.4", "5.44", "5.45");
  }

  @Test
  void knowsUnitsThatAreNotOfUcum() {
    observation(
        "local", "'valueQuantity':{'value':3,'unit':'points','system':'urn:units','code':'pt'}");
    assertThat(search("Observation?value-quantity=3%7Curn:units%7Cpt")).containsExactly("local");
    assertThat(search("Observation?value-quantity=3%7C%7Cpoints")).containsExactly("local");
    assertThat(search("Observation?value-quantity=3%7C%7Cpt")).containsExactly("local");
    assertThat(search("Observation?value-quantity=3%7Curn:other%7Cpt")).isEmpty();
  }

  @Test
  void findsSampledDataByItsRange() {
    observation(
        "s",
        "'valueSampledData':{'origin':{'value':10,'system':'"
            + UCUM
            + "','code':'mV'},'period':1,'factor':2,'dimensions':1,'data':'1 E 5 2'}");
    assertThat(search("Observation?value-quantity=gt15%7C" + UCUM + "%7CmV")).containsExactly("s");
    assertThat(search("Observation?value-quantity=gt20%7C" + UCUM + "%7CmV")).isEmpty();
    assertThat(search("Observation?value-quantity=lt12.5%7C" + UCUM + "%7CmV"))
        .containsExactly("s");
  }

  // Reference: https://hl7.org/fhir/R4/search.html#reference

  @Test
  void findsReferences() {
    fixture.put("Patient/1", "");
    observation("relative", "'subject':{'reference':'Patient/1'}");
    observation("absolute", "'subject':{'reference':'http://localhost:8080/fhir/Patient/1'}");
    observation("versioned", "'subject':{'reference':'Patient/1/_history/2'}");
    observation("elsewhere", "'subject':{'reference':'http://elsewhere/Patient/1'}");
    observation("group", "'subject':{'reference':'Group/1'}");
    observation("logical", "'subject':{'identifier':{'system':'urn:mrn','value':'9'}}");
    List<String> mine = List.of("relative", "absolute", "versioned");
    assertThat(search("Observation?subject=Patient/1")).isEqualTo(mine);
    assertThat(search("Observation?subject:Patient=1")).isEqualTo(mine);
    assertThat(search("Observation?subject=http://localhost:8080/fhir/Patient/1")).isEqualTo(mine);
    assertThat(search("Observation?patient=1")).isEqualTo(mine);
    assertThat(search("Observation?patient=Group/1")).isEmpty();
    assertThat(search("Observation?subject=1")).hasSize(4).contains("group");
    assertThat(search("Observation?subject=Patient/1/_history/2")).containsExactly("versioned");
    assertThat(search("Observation?subject=http://elsewhere/Patient/1"))
        .containsExactly("elsewhere");
    assertThat(search("Observation?subject:identifier=urn:mrn%7C9")).containsExactly("logical");
    assertThat(search("Observation?subject:missing=true")).isEmpty();
  }

  @Test
  void findsCanonicalsWithAndWithoutVersion() {
    fixture.put("QuestionnaireResponse/1", "'status':'completed','questionnaire':'http://q|2'");
    assertThat(search("QuestionnaireResponse?questionnaire=http://q")).containsExactly("1");
    assertThat(search("QuestionnaireResponse?questionnaire=http://q%7C2")).containsExactly("1");
    assertThat(search("QuestionnaireResponse?questionnaire=http://q%7C3")).isEmpty();
  }

  // Uri: https://hl7.org/fhir/R4/search.html#uri

  @Test
  void findsUrisExactlyBelowAndAbove() {
    fixture.put("ValueSet/1", "'status':'draft','url':'http://acme.org/fhir/ValueSet/123'");
    assertThat(search("ValueSet?url=http://acme.org/fhir/ValueSet/123")).containsExactly("1");
    assertThat(search("ValueSet?url=http://acme.org/fhir/ValueSet/12")).isEmpty();
    assertThat(search("ValueSet?url:below=http://acme.org/fhir/")).containsExactly("1");
    assertThat(search("ValueSet?url:above=http://acme.org/fhir/ValueSet/123/_history/5"))
        .containsExactly("1");
  }

  // Composite: https://hl7.org/fhir/R4/search.html#combining

  @Test
  void makesNoFalseCombinations() {
    observation(
        "bp",
        "85354-9",
        "'component':[{"
            + LOINC.formatted("8480-6")
            + ",'valueQuantity':{'value':120,'system':'"
            + UCUM
            + "','code':'mm[Hg]'}},{"
            + LOINC.formatted("8462-4")
            + ",'valueQuantity':{'value':80,'system':'"
            + UCUM
            + "','code':'mm[Hg]'}}]");
    String name = "Observation?component-code-value-quantity=";
    assertThat(search(name + "8480-6$gt100")).containsExactly("bp");
    assertThat(search(name + "http://loinc.org%7C8480-6$120%7C" + UCUM + "%7Cmm%5BHg%5D"))
        .containsExactly("bp");
    assertThat(search(name + "8462-4$gt100")).isEmpty();
    assertThat(search(name + "http://loinc.org%7C$gt100")).containsExactly("bp");
    assertThat(search(name + "%7C8480-6$gt100")).isEmpty();
    assertThat(search("Observation?combo-code-value-quantity=8462-4$le80")).containsExactly("bp");
    assertThat(search("Observation?code-value-quantity=85354-9$gt1")).isEmpty();
  }

  @Test
  void joinsTokensStringsAndDates() {
    observation(
        "concept", "c", "'valueCodeableConcept':{'coding':[{'system':'urn:v','code':'v'}]}");
    observation("string", "c", "'valueString':'Hello World'");
    observation("date", "c", "'valueDateTime':'2011-05-01'");
    assertThat(search("Observation?code-value-concept=c$urn:v%7Cv")).containsExactly("concept");
    assertThat(search("Observation?code-value-concept=v$c")).isEmpty();
    assertThat(search("Observation?code-value-string=http://loinc.org%7Cc$hello"))
        .containsExactly("string");
    assertThat(search("Observation?code-value-date=c$ge2011-05")).containsExactly("date");
    fixture.put(
        "DocumentReference/1",
        "'status':'current','content':[{'attachment':{'title':'x'}}],"
            + "'relatesTo':[{'code':'replaces','target':{'reference':'DocumentReference/0'}}]");
    assertThat(search("DocumentReference?relationship=replaces$DocumentReference/0"))
        .containsExactly("1");
    assertThat(search("DocumentReference?relationship=appends$DocumentReference/0")).isEmpty();
  }

  // Resource level

  @Test
  void findsByWhatEveryResourceHas() {
    fixture.put(
        "Patient/1",
        "'meta':{'profile':['http://p|1.0'],'source':'urn:feed','tag':[{'system':'urn:t','code':'x'}],"
            + "'security':[{'code':'HTEST'}]}");
    fixture.put("Observation/1", "'status':'final','meta':{'tag':[{'code':'x'}]}");
    fixture.put("Observation/2", "'status':'final'");
    assertThat(search("Patient?_id=1,7")).containsExactly("1");
    assertThat(search("Patient?_profile=http://p")).containsExactly("1");
    assertThat(search("Patient?_profile=http://p%7C1.0")).containsExactly("1");
    assertThat(search("Patient?_source=urn:feed")).containsExactly("1");
    assertThat(search("Patient?_security=HTEST")).containsExactly("1");
    assertThat(search("?_tag=x")).containsExactly("1", "1");
    assertThat(search("?_tag=x&_type=Observation")).containsExactly("1");
    assertThat(search("?_tag:not=x&_type=Observation,Patient")).containsExactly("2");
    assertThat(search("Observation?_tag:missing=true")).containsExactly("2");
    assertThat(search("?_lastUpdated=ge2025-01-01T00:00:00.002Z")).hasSize(2);
    assertThat(search("?_lastUpdated=gt2025")).isEmpty();
    assertThat(search("?_id=1")).hasSize(2);
    assertThat(fixture.page("?").total()).hasValue(3);
  }

  // Chains: https://hl7.org/fhir/R4/search.html#chaining and #has

  private void putCohort() {
    fixture.put("Organization/o", "'name':'Royal Free'");
    fixture.put(
        "Patient/a",
        "'name':[{'family':'Adams'}],'managingOrganization':{'reference':'Organization/o'}");
    fixture.put("Patient/b", "'name':[{'family':'Brown'}]");
    observation("1", "x", "'subject':{'reference':'Patient/a'}");
    observation("2", "y", "'subject':{'reference':'Patient/a'}");
    observation("3", "x", "'subject':{'reference':'Patient/b'}");
    observation("4", "x", "'subject':{'reference':'Group/a'}");
  }

  @Test
  void followsChains() {
    putCohort();
    assertThat(search("Observation?subject:Patient.name=adams")).containsExactly("1", "2");
    assertThat(search("Observation?patient.name=adams&code=x")).containsExactly("1");
    assertThat(search("Observation?subject.name=adams")).containsExactly("1", "2");
    assertThat(search("Observation?patient.organization.name=royal")).containsExactly("1", "2");
    assertThat(search("Observation?patient.organization:missing=true")).containsExactly("3");
    assertThat(search("Observation?subject:Patient._id=b")).containsExactly("3");
    assertThat(search("Patient?_has:Observation:patient:code=x")).containsExactly("a", "b");
    assertThat(search("Patient?_has:Observation:patient:code=y")).containsExactly("a");
    assertThat(search("Organization?_has:Patient:organization:_has:Observation:patient:code=y"))
        .containsExactly("o");
    assertThat(search("Observation?patient._has:Observation:patient:code=y"))
        .containsExactly("1", "2");
  }

  @Test
  void passesOverTargetTypesThatALinkDoesNotFit() {
    putCohort();
    fixture.put("ResearchSubject/s", "'individual':{'reference':'Patient/a'}");
    // A Group can't be the individual of a ResearchSubject, a Patient can.
    assertThat(search("Observation?patient._has:ResearchSubject:individual:_id=s"))
        .containsExactly("1", "2");
    assertThat(search("Observation?subject._has:ResearchSubject:individual:_id=s"))
        .containsExactly("1", "2");
    // No target of an encounter reference can.
    assertThatThrownBy(() -> search("Observation?encounter._has:ResearchSubject:individual:_id=s"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("is not a reference to E");
    // Other failures are not passed over.
    assertThatThrownBy(() -> search("Observation?subject._has:ResearchSubject:individual:date=x"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("expected a date");
    assertThatThrownBy(
            () -> search("Observation?" + "subject._has:Observation:subject:".repeat(9) + "code=x"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("rodnan.limits.chain-depth-max");
  }

  @Test
  void followsReferencesToWhatIsWrittenLater() {
    observation("1", "'subject':{'reference':'Patient/late'}");
    assertThat(search("Observation?patient.name=late")).isEmpty();
    fixture.put("Patient/late", "'name':[{'family':'Late'}]");
    assertThat(search("Observation?patient.name=late")).containsExactly("1");
    fixture.log.delete("Patient/late");
    assertThat(search("Observation?patient.name=late")).isEmpty();
  }

  @Test
  void includesAndReverseIncludes() {
    putCohort();
    assertThat(search("Observation?code=y&_include=Observation:subject"))
        .containsExactly("2", "[Patient/a]");
    assertThat(search("Observation?code=x&_include=Observation:subject:Group"))
        .containsExactly("1", "3", "4");
    assertThat(
            search(
                "Observation?code=y&_include=Observation:subject&_include:iterate=Patient:organization"))
        .containsExactly("2", "[Patient/a]", "[Organization/o]");
    assertThat(
            search("Observation?code=y&_include=Observation:subject&_include=Patient:organization"))
        .containsExactly("2", "[Patient/a]");
    assertThat(search("Observation?code=y&_include=*")).containsExactly("2", "[Patient/a]");
    assertThat(search("Patient?_revinclude=Observation:patient&name=adams"))
        .containsExactly("a", "[Observation/1]", "[Observation/2]");
    assertThat(
            search(
                "Organization?_revinclude=Patient:organization&_revinclude:iterate=Observation:patient"))
        .containsExactly("o", "[Patient/a]", "[Observation/1]", "[Observation/2]");
    assertThat(search("Observation?code=x&_include=Observation:subject&_count=1"))
        .containsExactly("1", "[Patient/a]");
    SearchPage page = fixture.page("Observation?code=x&_include=Observation:subject");
    assertThat(page.total()).hasValue(3);
  }

  // Compartments: https://hl7.org/fhir/R4/compartmentdefinition.html

  @Test
  void searchesCompartments() {
    putCohort();
    observation("5", "z", "'performer':[{'reference':'Patient/b'}]");
    assertThat(search("Patient/a/Observation")).containsExactly("1", "2");
    assertThat(search("Patient/a/Observation?code=y")).containsExactly("2");
    assertThat(search("Patient/b/Observation")).containsExactly("3", "5");
    assertThat(search("Patient/a/*")).containsExactlyInAnyOrder("a", "1", "2");
    assertThat(search("Patient/a/*?_type=Observation")).containsExactly("1", "2");
    assertThatThrownBy(() -> search("Patient/a/Medication"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("Medication is not in the compartment of Patient");
    assertThatThrownBy(() -> search("Group/a/Observation"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("no compartment of Group");
  }

  // Sorting and shaping

  @Test
  void sortsWithMissingValuesLastAndTiesByCreation() {
    fixture.put("Patient/1", "'birthDate':'1970','name':[{'family':'B'},{'family':'Z'}]");
    fixture.put("Patient/2", "'name':[{'family':'A'}]");
    fixture.put("Patient/3", "'birthDate':'1960'");
    fixture.put("Patient/4", "'birthDate':'1970','name':[{'family':'C'}]");
    assertThat(search("Patient?_sort=birthdate")).containsExactly("3", "1", "4", "2");
    assertThat(search("Patient?_sort=-birthdate")).containsExactly("1", "4", "3", "2");
    assertThat(search("Patient?_sort=family")).containsExactly("2", "1", "4", "3");
    assertThat(search("Patient?_sort=-family")).containsExactly("1", "4", "2", "3");
    assertThat(search("Patient?_sort=-birthdate,-family")).containsExactly("1", "4", "3", "2");
    assertThat(search("Patient?_sort=birthdate,-family")).containsExactly("3", "1", "4", "2");
    assertThat(search("Patient?_sort=-_id")).containsExactly("4", "3", "2", "1");
    assertThat(search("Patient?_sort=-_lastUpdated")).containsExactly("4", "3", "2", "1");
    for (String order : List.of("birthdate", "-birthdate", "family", "-family", "-_id")) {
      assertThat(walk("Patient?_count=1&_sort=" + order))
          .as(order)
          .isEqualTo(search("Patient?_sort=" + order));
    }
  }

  private List<String> walk(String url) {
    SearchPage page = fixture.page(url);
    List<String> ids = new java.util.ArrayList<>(SearchFixture.ids(page));
    for (Optional<String> next = page.next(); next.isPresent(); next = page.next()) {
      page = fixture.next(next.get());
      ids.addAll(SearchFixture.ids(page));
    }
    return ids;
  }

  @Test
  void sortsQuantitiesAcrossUnits() {
    quantity("2L", "2", "L");
    quantity("1500mL", "1500", "mL");
    quantity("3L", "3", "L");
    assertThat(search("Observation?_sort=value-quantity")).containsExactly("1500mL", "2L", "3L");
    assertThat(search("Observation?_sort=-value-quantity")).containsExactly("3L", "2L", "1500mL");
  }

  @Test
  void shapesTheResult() {
    for (int i = 1; i <= 5; i++) {
      fixture.put("Patient/" + i, "");
    }
    assertThat(fixture.page("Patient?_summary=count").entries()).isEmpty();
    assertThat(fixture.page("Patient?_summary=count").total()).hasValue(5);
    assertThat(fixture.page("Patient?_count=0").total()).hasValue(5);
    SearchPage page = fixture.page("Patient?_count=2&_total=none");
    assertThat(page.total()).isEmpty();
    assertThat(SearchFixture.ids(page)).containsExactly("1", "2");
    assertThat(fixture.page("Patient?_count=2&_total=estimate").total()).hasValue(5);
    assertThat(fixture.page("Patient?_count=5").next()).isEmpty();
    assertThat(fixture.page("Patient?_count=100000&_format=json").self())
        .containsExactly(
            new SearchRequest.Parameter("_count", "1000"),
            new SearchRequest.Parameter("_format", "json"));
  }

  @Test
  void sortsByWhatAReferenceLeadsTo() {
    fixture.put("Patient/a", "'birthDate':'1970','name':[{'family':'Zeta'},{'family':'Beta'}]");
    fixture.put("Patient/b", "'birthDate':'1960','name':[{'family':'Alpha'}]");
    fixture.put("Patient/c", "'name':[{'family':'Gamma'}]");
    fixture.put("Group/g", "'type':'person','actual':true,'code':{'coding':[{'code':'x'}]}");
    for (String subject : List.of("Patient/a", "Patient/b", "Patient/c", "Group/g", "Patient/z")) {
      observation(subject.replaceAll(".*/", ""), "'subject':{'reference':'" + subject + "'}");
    }
    assertThat(search("Observation?_sort=patient.birthdate"))
        .containsExactly("b", "a", "c", "g", "z");
    assertThat(search("Observation?_sort=-patient.birthdate"))
        .containsExactly("a", "b", "c", "g", "z");
    assertThat(search("Observation?_sort=subject:Patient.family"))
        .containsExactly("b", "a", "c", "g", "z");
    assertThat(search("Observation?_sort=-subject.family"))
        .containsExactly("a", "c", "b", "g", "z");
    for (String key : List.of("patient.birthdate", "-patient.birthdate", "-subject.family")) {
      assertThat(walk("Observation?_count=1&_sort=" + key))
          .as(key)
          .isEqualTo(search("Observation?_sort=" + key));
    }
    for (String key :
        List.of("code.x", "patient.organization.name", "patient:Device.type", "a.b")) {
      assertThatThrownBy(() -> search("Observation?_sort=" + key))
          .as(key)
          .isInstanceOf(FhirFailure.Malformed.class);
    }
  }

  @Test
  void keepsLongSearchesOutOfItsLinks() {
    for (int i = 0; i < 5; i++) {
      fixture.put("Patient/p" + i, "");
    }
    StringBuilder ids = new StringBuilder("p0,p1,p2,p3,p4");
    for (int i = 0; i < 9_000; i++) {
      ids.append(",none-").append(i);
    }
    String url = "Patient?_count=2&_id=" + ids;
    String next = fixture.page(url).next().orElseThrow();
    assertThat(next).hasSizeLessThan(300);
    assertThat(walk(url)).containsExactly("p0", "p1", "p2", "p3", "p4");
    assertThat(walk("Patient?_count=2&_sort=-_id&_id=" + ids))
        .containsExactly("p4", "p3", "p2", "p1", "p0");
    SearchEngine restarted =
        SearchFixture.engine(
            fixture.index,
            fixture.log::head,
            org.rodnan.fhir.Limits.DEFAULTS,
            java.time.Clock.systemUTC());
    assertThatThrownBy(() -> restarted.next(SearchFixture.request("Patient"), next))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("is not kept any more; start the search again");
  }

  @Test
  void explainsItsPlan() {
    putCohort();
    SearchPage page =
        fixture.page("Observation?_explain=true&patient.name=adams&code=x&_sort=-date");
    assertThat(SearchFixture.ids(page)).containsExactly("1");
    assertThat(page.issues()).hasSize(4).allMatch(issue -> !issue.isError());
    assertThat(page.issues().get(0).diagnostics())
        .contains("patient.name=adams", "Patient.name:adams", "2 hits", " ms");
    assertThat(page.issues().get(1).diagnostics()).contains("code=x", "3 hits");
    assertThat(page.issues().get(2).diagnostics()).contains("all criteria", "1 hits");
    assertThat(page.issues().get(3).diagnostics()).contains("Observation.date");
    assertThat(page.self()).contains(new SearchRequest.Parameter("_explain", "true"));
    assertThat(fixture.page("Patient?_explain=true&_summary=count").issues()).hasSize(1);
    assertThat(fixture.page("Patient?_explain=false").issues()).isEmpty();
    assertThatThrownBy(() -> search("Patient?_explain=yes"))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void servesTheStoredBytes() {
    fixture.put("Patient/1", "'active':true");
    SearchPage.Entry entry = fixture.page("Patient").entries().getFirst();
    assertThat(new String(entry.json(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\","
                + "\"lastUpdated\":\"2025-01-01T00:00:00.001Z\"},\"active\":true}");
    assertThat(entry.version().value()).isEqualTo(1);
  }

  // Refusals

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?nme=x | did you mean name",
        "Patient?name= | has no value",
        "Patient?name=a,,b | empty value",
        "Patient?name:below=x | ':below'",
        "Patient?gender:in=x | expected a value set of this server",
        "Patient?birthdate=2010-13 | expected a date",
        "Patient?birthdate=xx2010 | expected a date",
        "Patient?birthdate:exact=2010 | ':exact'",
        "RiskAssessment?probability=abc | expected a number",
        "Observation?value-quantity=5%7Cmg | expected number, number|system|code",
        "Observation?code=a%7Cb%7Cc | expected code, system|code",
        "Observation?code-value-quantity=a | expected 2 values joined by $",
        "Observation?subject:Medication=1 | ':Medication'",
        "Observation?subject:Patient=a/b | expected the id of a Patient",
        "Observation?code.text=x | only a reference can be chained",
        "Observation?subject.nme=x | Unknown search parameter 'nme'",
        "Patient?_has:Observation:patient=x | expected _has:",
        "Patient?_has:Foo:patient:code=x | 'Foo' is not a resource type",
        "Patient?_has:Observation:code:code=x | is not a reference to Patient",
        "Patient?_count=-1 | whole number",
        "Patient?_count=1&_count=2 | given twice",
        "Patient?_sort=nme | Unknown search parameter 'nme'",
        "Observation?_sort=code-value-quantity | neither a composite nor a place",
        "Patient?_total=maybe | none, estimate or accurate",
        "Patient?_include=Patient | [type]:[reference parameter]",
        "Patient?_include=Patient:name | of type reference",
        "Patient?_include:recurse=Patient:organization | '_include:iterate'",
        "Patient?_type=Patient | only in a search over all types",
        "Observation?subject.=x | name:modifier",
        "Observation?subject:=x | name:modifier",
        "?_type=Foo | expected a resource type",
        "?name=x | Unknown search parameter 'name' on all types",
        "Patient?_query=x | no named query",
        "Patient?name:missing=maybe | expected true or false"
      })
  void refusesWhatItCantUnderstand(String line) {
    String[] parts = line.split(" \\| ", 2);
    assertThatThrownBy(() -> search(parts[0]))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining(parts[1]);
  }

  @Test
  void ignoresUnknownParametersWhenLenient() {
    fixture.put("Patient/1", "");
    SearchRequest strict = SearchFixture.request("Patient?nme=x&_id=1");
    SearchPage page =
        fixture.engine.search(
            new SearchRequest(strict.types(), strict.compartment(), strict.parameters(), true));
    assertThat(SearchFixture.ids(page)).containsExactly("1");
    assertThat(page.self()).containsExactly(new SearchRequest.Parameter("_id", "1"));
    assertThat(page.issues()).singleElement().matches(i -> i.diagnostics().contains("nme"));
  }

  @Test
  void boundsChains() {
    assertThatThrownBy(() -> search("Observation?" + "has-member.".repeat(9) + "code=x"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("rodnan.limits.chain-depth-max");
    assertThatThrownBy(() -> search("Provenance?target.subject.subject.subject._id=x"))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  // Conditional interactions

  @Test
  void matchesConditions() {
    fixture.put("Patient/1", "'identifier':[{'system':'urn:m','value':'1'}],'birthDate':'1970'");
    fixture.put("Patient/2", "'identifier':[{'system':'urn:m','value':'1'}]");
    assertThat(match("identifier", "urn:m|1")).hasSize(2);
    assertThat(match("birthdate", "1970")).containsExactly(new ResourceKey("Patient", "1"));
    assertThatThrownBy(() -> match("foo", "x")).isInstanceOf(FhirFailure.Malformed.class);
    assertThatThrownBy(() -> match("_count", "1"))
        .hasMessageContaining("has no place in a condition");
    assertThatThrownBy(() -> fixture.engine.match("Patient", List.of(), 2, fixture.log.head()))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  private List<ResourceKey> match(String name, String value) {
    return fixture.engine.match(
        "Patient", List.of(new SearchRequest.Parameter(name, value)), 2, fixture.log.head());
  }

  @Test
  void namesWhatRefersToAResource() {
    putCohort();
    assertThat(
            fixture.engine.referencing(
                new ResourceKey("Organization", "o"), 10, fixture.log.head()))
        .containsExactly(new ResourceKey("Patient", "a"));
    fixture.log.delete("Patient/a");
    assertThat(
            fixture.engine.referencing(
                new ResourceKey("Organization", "o"), 10, fixture.log.head()))
        .isEmpty();
  }
}
