package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;

/** Modifiers and parameters that need more than the value: https://hl7.org/fhir/R4/search.html */
final class ModifierTest extends SearchTest {
  private static final String MEASURE = "https://w3id.org/rodnan/CodeSystem/ssc-measure";

  private static String coded(String system, String code) {
    return "'code':{'coding':[{'system':'" + system + "','code':'" + code + "'}]}";
  }

  @Test
  void findsTheTextsBesideTokensAndReferences() {
    observation("text", "'code':{'text':'Modified Rodnan Score','coding':[{'code':'x'}]}");
    observation("display", "'code':{'coding':[{'code':'x','display':'modified score'}]}");
    observation("code", "'code':{'coding':[{'code':'modified'}]}");
    observation("subject", "'code':{'text':'-'},'subject':{'display':'Modified patient'}");
    fixture.put(
        "Patient/p",
        "'identifier':[{'value':'9','type':{'text':'Passport','coding':[{'code':'PPN'}]}}]");
    assertThat(search("Observation?code:text=MODIFIED")).containsExactly("text", "display");
    assertThat(search("Observation?code:text=score")).isEmpty();
    assertThat(search("Observation?subject:text=modified")).containsExactly("subject");
    assertThat(search("Patient?identifier:text=pass")).containsExactly("p");
    assertThat(search("Patient?identifier:text=9")).isEmpty();
  }

  @Test
  void findsIdentifiersOfAType() {
    String v2 = "http://terminology.hl7.org/CodeSystem/v2-0203";
    String mr = "'type':{'coding':[{'system':'" + v2 + "','code':'MR'}]}";
    fixture.put("Patient/mr", "'identifier':[{" + mr + ",'system':'urn:h','value':'4|4'}]");
    fixture.put(
        "Patient/mixed",
        "'identifier':[{" + mr + ",'value':'5'},{'type':{'coding':[{'code':'SS'}]},'value':'44'}]");
    assertThat(search("Patient?identifier:of-type=" + v2 + "%7CMR%7C4%5C%7C4"))
        .containsExactly("mr");
    assertThat(search("Patient?identifier:of-type=" + v2 + "%7CMR%7C44")).isEmpty();
    assertThat(search("Patient?identifier:of-type=%7CSS%7C44")).containsExactly("mixed");
    assertThatThrownBy(() -> search("Patient?identifier:of-type=MR%7C44"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("expected system|code|value");
  }

  @Test
  void findsWhatAValueSetHolds() {
    observation("haq", coded(MEASURE, "haq-di"));
    observation("other", coded(MEASURE, "no-such-code"));
    observation("elsewhere", coded("urn:other", "haq-di"));
    observation("none", "'code':{'text':'x'}");
    String shipped = "https://w3id.org/rodnan/ValueSet/ssc-outcome-score";
    assertThat(search("Observation?code:in=" + shipped)).containsExactly("haq");
    assertThat(search("Observation?code:not-in=" + shipped))
        .containsExactly("other", "elsewhere", "none");
    fixture.put(
        "ValueSet/mine",
        "'status':'active','url':'http://vs/mine','version':'2','compose':{'include':[{'system':'urn:other'},"
            + "{'valueSet':['"
            + shipped
            + "']}],'exclude':[{'system':'urn:other',"
            + "'concept':[{'code':'left-out'}]}]}");
    observation("left-out", coded("urn:other", "left-out"));
    assertThat(search("Observation?code:in=http://vs/mine")).containsExactly("haq", "elsewhere");
    assertThat(search("Observation?code:in=http://vs/mine%7C2")).hasSize(2);
    assertThat(search("Observation?code:in=ValueSet/mine")).hasSize(2);
    assertThat(search("Observation?has-member.code:in=ValueSet/mine")).isEmpty();
    fixture.put(
        "ValueSet/mine",
        "'status':'active','url':'http://vs/mine','expansion':{'timestamp':'2026-01-01','contains':["
            + "{'system':'urn:other','code':'left-out'}]}");
    assertThat(search("Observation?code:in=http://vs/mine")).containsExactly("left-out");
    assertThatThrownBy(() -> search("Observation?code:in=http://vs/unknown"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("no such one is known");
    assertThatThrownBy(() -> search("Observation?code:in=http://vs/mine%7C2"))
        .isInstanceOf(FhirFailure.Malformed.class);
    assertThatThrownBy(() -> search("Observation?code:in=http://vs/a,http://vs/mine"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("http://vs/a");
  }

  @Test
  void filtersTheCodesOfStoredCodeSystems() {
    storeHierarchy();
    fixture.put(
        "ValueSet/below",
        "'status':'active','url':'http://vs/below','compose':{'include':[{'system':'urn:tree',"
            + "'filter':[{'property':'concept','op':'descendent-of','value':'b'}]}]}");
    for (String code : List.of("a", "b", "c", "d", "e")) {
      observation(code, coded("urn:tree", code));
    }
    assertThat(search("Observation?code:in=http://vs/below")).containsExactly("c", "d");
    fixture.put(
        "ValueSet/loinc",
        "'status':'active','url':'http://vs/loinc','compose':{'include':[{'system':'http://loinc.org',"
            + "'filter':[{'property':'CLASS','op':'=','value':'PULM'}]}]}");
    assertThatThrownBy(() -> search("Observation?code:in=http://vs/loinc"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("the codes of http://loinc.org are not known here");
  }

  /** a above b above c; d below b by its parent property; e alone. */
  private void storeHierarchy() {
    fixture.put(
        "CodeSystem/tree",
        "'status':'active','content':'complete','url':'urn:tree','concept':[{'code':'a','concept':["
            + "{'code':'b','concept':[{'code':'c'}]}]},{'code':'d','property':[{'code':'parent',"
            + "'valueCode':'b'}]},{'code':'e'}]");
  }

  @Test
  void followsTheHierarchyOfACodeSystem() {
    storeHierarchy();
    for (String code : List.of("a", "b", "c", "d", "e")) {
      observation(code, coded("urn:tree", code));
    }
    assertThat(search("Observation?code:below=urn:tree%7Cb")).containsExactly("b", "c", "d");
    assertThat(search("Observation?code:above=urn:tree%7Cd")).containsExactly("a", "b", "d");
    assertThat(search("Observation?code:below=urn:tree%7Cc,urn:tree%7Ce"))
        .containsExactly("c", "e");
    assertThatThrownBy(() -> search("Observation?code:below=urn:unknown%7Cb"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("expected a code system whose hierarchy is known here");
    assertThatThrownBy(() -> search("Observation?code:below=b"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("expected system|code");
  }

  @Test
  void followsTheHierarchyOfWhatIsReferredTo() {
    fixture.put("Location/hospital", "'partOf':{'reference':'Location/ward'}");
    fixture.put("Location/ward", "'partOf':{'reference':'Location/hospital'}");
    fixture.put("Location/room", "'partOf':{'reference':'Location/ward'}");
    fixture.put("Location/other", "");
    for (String place : List.of("hospital", "ward", "room", "other", "gone")) {
      fixture.put(
          "Encounter/" + place,
          "'status':'finished','class':{'code':'AMB'},'location':[{'location':{'reference':'Location/"
              + place
              + "'}}]");
    }
    assertThat(search("Encounter?location:below=Location/ward"))
        .containsExactly("hospital", "ward", "room");
    assertThat(search("Encounter?location:below=room")).containsExactly("room");
    assertThat(search("Encounter?location:above=Location/room"))
        .containsExactly("hospital", "ward", "room");
    assertThat(search("Encounter?location:below=Location/gone")).containsExactly("gone");
    assertThat(search("Encounter?location.partof:below=hospital"))
        .containsExactly("hospital", "ward", "room");
    assertThatThrownBy(() -> search("Encounter?patient:below=Patient/1"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("of a type that is part of others");
  }

  @Test
  void comparesVersionsOfCanonicals() {
    int i = 0;
    for (String canonical : List.of("http://q|1.0", "http://q|1.0.3", "http://q|10", "http://q")) {
      fixture.put(
          "QuestionnaireResponse/" + ++i,
          "'status':'completed','questionnaire':'" + canonical + "'");
    }
    assertThat(search("QuestionnaireResponse?questionnaire:below=http://q%7C1"))
        .containsExactly("1", "2");
    assertThat(search("QuestionnaireResponse?questionnaire:below=http://q%7C1.0"))
        .containsExactly("1", "2");
    assertThat(search("QuestionnaireResponse?questionnaire:above=http://q%7C1.0.3"))
        .containsExactly("1", "2");
    assertThat(search("QuestionnaireResponse?questionnaire:below=http://q")).hasSize(4);
  }

  @Test
  void followsCanonicalsToTheVersionTheyName() {
    String form = "'status':'active','url':'http://forms/mrss','version':'%s','title':'%s'";
    fixture.put("Questionnaire/1", form.formatted("1", "Old"));
    fixture.put("Questionnaire/2", form.formatted("2", "New"));
    int i = 0;
    for (String canonical :
        List.of("http://forms/mrss|1", "http://forms/mrss|2", "http://forms/mrss", "http://x")) {
      fixture.put(
          "QuestionnaireResponse/" + ++i,
          "'status':'completed','questionnaire':'" + canonical + "'");
    }
    assertThat(search("QuestionnaireResponse?questionnaire.title=old")).containsExactly("1", "3");
    assertThat(search("QuestionnaireResponse?questionnaire:Questionnaire.version=2"))
        .containsExactly("2", "3");
    assertThat(search("Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=1"))
        .containsExactly("1");
    assertThat(search("Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=3"))
        .containsExactly("1", "2");
    assertThat(search("QuestionnaireResponse?_id=2&_include=QuestionnaireResponse:questionnaire"))
        .containsExactly("2", "[Questionnaire/2]");
    assertThat(search("Questionnaire?_id=2&_revinclude=QuestionnaireResponse:questionnaire"))
        .containsExactly("2", "[QuestionnaireResponse/2]", "[QuestionnaireResponse/3]");
  }

  // https://hl7.org/fhir/R4/search.html#text

  @Test
  void findsWordsOfTheNarrativeAndOfEveryText() {
    fixture.put(
        "Patient/1",
        "'text':{'status':'generated','div':'<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">Digital"
            + " ulcers, <b>Raynaud</b> phenomenon</div>'},'name':[{'family':'Müller'}]");
    fixture.put("Patient/2", "'name':[{'family':'Raynaud'}],'address':[{'city':'St. Gallen'}]");
    observation("n", "'note':[{'text':'No digital ulcers since March'}],'code':{'text':'note'}");
    assertThat(search("Patient?_text=raynaud")).containsExactly("1");
    assertThat(search("Patient?_text=ULCERS%20digital")).containsExactly("1");
    assertThat(search("Patient?_text=%22ulcers%20digital%22")).isEmpty();
    assertThat(search("Patient?_text=%22digital%20ulcers%22")).containsExactly("1");
    assertThat(search("Patient?_text=muller")).isEmpty();
    assertThat(search("Patient?_content=raynaud")).containsExactly("1", "2");
    assertThat(search("Patient?_content=muller")).containsExactly("1");
    assertThat(search("Patient?_content=ray*")).containsExactly("1", "2");
    assertThat(search("Patient?_content=phenom")).isEmpty();
    assertThat(search("Patient?_content=muller,gallen")).containsExactly("1", "2");
    assertThat(search("?_content=digital")).containsExactly("1", "n");
    assertThat(search("Patient?_content=%22raynaud%20st%22")).isEmpty();
    assertThat(search("Patient?_content=muller%20OR%20gallen")).containsExactly("1", "2");
    assertThat(search("Patient?_content=(muller%20or%20gallen)%20and%20not%20digital"))
        .containsExactly("2");
    assertThat(search("Patient?_content=raynaud%20NOT%20(muller%20digital)")).containsExactly("2");
    assertThat(search("Patient?_content=muller%20and%20%22not%22")).isEmpty();
    for (String wrong :
        List.of("...", "*", "or%20x", "x%20and", "(x", "x)", "not", "x%20or", "()", "%22%22")) {
      assertThatThrownBy(() -> search("Patient?_content=" + wrong), wrong)
          .isInstanceOf(FhirFailure.Malformed.class)
          .hasMessageContaining("expected words");
    }
    assertThatThrownBy(() -> search("Patient?_text:exact=x"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("takes no modifier");
  }

  @Test
  void findsWhatAListRefersTo() {
    fixture.put("Patient/1", "");
    fixture.put("Patient/2", "");
    observation("o", "'code':{'text':'x'}");
    fixture.put(
        "List/l",
        "'status':'current','mode':'working','entry':[{'item':{'reference':'Patient/2'}},"
            + "{'item':{'reference':'Observation/o'}}]");
    assertThat(search("Patient?_list=l")).containsExactly("2");
    assertThat(search("?_list=List/l")).containsExactly("2", "o");
    assertThat(search("Patient?_list=other,l&_id=1,2")).containsExactly("2");
    assertThat(search("Observation?subject._list=l")).isEmpty();
  }

  private void problems(String id, String patient, String rest, String... conditions) {
    fixture.put(
        "List/" + id,
        "'mode':'working','code':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/list-example-use-codes',"
            + "'code':'problems'}]},'subject':{'reference':'Patient/"
            + patient
            + "'},"
            + rest
            + ",'entry':["
            + String.join(
                ",",
                List.of(conditions).stream()
                    .map(each -> "{'item':{'reference':'Condition/" + each + "'}}")
                    .toList())
            + "]");
  }

  @Test
  void findsWhatAFunctionalListRefersTo() {
    for (String patient : List.of("1", "2")) {
      fixture.put("Patient/" + patient, "");
      for (String id : List.of("a", "b", "c")) {
        fixture.put(
            "Condition/" + id + patient, "'subject':{'reference':'Patient/" + patient + "'}");
      }
    }
    String problems = "Condition?_list=$current-problems&";
    assertThat(search(problems + "patient=1")).isEmpty();
    problems("newest", "1", "'status':'current','date':'2022-01-01'", "a1", "b1");
    problems("older", "1", "'status':'current','date':'2021-01-01'", "c1");
    problems("undated", "1", "'status':'current'", "c1");
    problems("retired", "1", "'status':'retired','date':'2023-01-01'", "c1");
    problems("other", "2", "'status':'current','date':'2023-01-01'", "c2");
    assertThat(search(problems + "patient=1")).containsExactly("a1", "b1");
    assertThat(search(problems + "subject=Patient/1&_id=b1,c1")).containsExactly("b1");
    assertThat(search(problems + "subject:Patient=2")).containsExactly("c2");
    assertThat(search("Patient/2/Condition?_list=$current-problems")).containsExactly("c2");
    assertThat(search("Condition?patient=1&_list=$current-allergies")).isEmpty();
    problems("newest", "1", "'status':'current','date':'2022-01-01'", "b1");
    assertThat(search(problems + "patient=1")).containsExactly("b1");
    for (String bad :
        List.of(
            problems + "code=x",
            problems + "patient=1,2",
            problems + "patient=1&subject=1",
            problems + "subject=Group/1",
            "Condition?patient=1&_list=$current-problems,newest",
            "Condition?patient=1&_list=$current-problems&_contained=true")) {
      assertThatThrownBy(() -> search(bad)).as(bad).isInstanceOf(FhirFailure.Malformed.class);
    }
    assertThatThrownBy(() -> search("AllergyIntolerance?patient=1&_list=$current-drug-allergies"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("have no code in");
  }

  // https://hl7.org/fhir/R4/location.html#positional

  @Test
  void findsPlacesByTheirDistance() {
    fixture.put("Location/royal-free", "'position':{'longitude':-0.165,'latitude':51.553}");
    fixture.put("Location/cambridge", "'position':{'longitude':0.14,'latitude':52.175}");
    fixture.put("Location/nowhere", "");
    assertThat(search("Location?near=51.5%7C-0.12%7C10%7Ckm")).containsExactly("royal-free");
    assertThat(search("Location?near=51.5%7C-0.12%7C10000%7Cm")).containsExactly("royal-free");
    assertThat(search("Location?near=51.5%7C-0.12%7C100"))
        .containsExactly("royal-free", "cambridge");
    assertThat(search("Location?near=51.5%7C-0.12")).containsExactly("royal-free");
    assertThat(search("Location?near=0%7C0%7C1%7Ckm,52.17%7C0.14%7C3%7C%5Bmi_us%5D"))
        .containsExactly("cambridge");
    assertThat(search("Location?near:missing=true")).containsExactly("nowhere");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "51.5",
        "91%7C0",
        "0%7C181",
        "a%7Cb",
        "1%7C1%7C1%7Ckg",
        "1%7C1%7C-1%7Ckm",
        "1%7C1%7C1%7Ckm%7C1"
      })
  void refusesWhatIsNoPlace(String value) {
    assertThatThrownBy(() -> search("Location?near=" + value))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("expected latitude|longitude|distance|unit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?_query=x",
        "Observation?code:=x",
        "Observation?subject:.name=x",
        "Patient?_has:Observation:patient:code:=x",
        "Observation?code:not:=x",
        "Observation?:not=x",
        "Patient?_id:of-type=a%7Cb%7Cc",
        "Patient?birthdate:text=x",
        "Patient?name:in=x",
        "Location?_sort=near",
        "?_contained=true"
      })
  void refusesWhatIsNotThere(String url) {
    assertThatThrownBy(() -> search(url)).isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void comparesNumbersOfAnySize() {
    int i = 0;
    for (String value : List.of("1e300", "1e308", "1e400", "2e400", "1e401", "-1e400", "0")) {
      observation("v" + ++i, "'valueQuantity':{'value':" + value + "}");
    }
    observation("more", "'valueQuantity':{'value':5,'comparator':'>'}");
    String name = "Observation?value-quantity=";
    assertThat(search(name + "gt1e400")).containsExactly("v4", "v5", "more");
    assertThat(search(name + "gt1e999")).containsExactly("more");
    assertThat(search(name + "lt1e400")).containsExactly("v1", "v2", "v6", "v7", "more");
    assertThat(search(name + "ge2.0e400")).containsExactly("v4", "v5", "more");
    assertThat(search(name + "lt-1e399")).containsExactly("v6");
    assertThat(search(name + "1.0e400")).containsExactly("v3");
    assertThat(search(name + "lt-1e999")).isEmpty();
    assertThat(search("Observation?_sort=value-quantity&_count=7"))
        .containsExactly("v6", "v7", "more", "v1", "v2", "v3", "v4");
  }
}
