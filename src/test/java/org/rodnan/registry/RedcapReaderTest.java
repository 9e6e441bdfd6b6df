package org.rodnan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.registry.RegistryReaderTest.resources;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.MappedContent;

class RedcapReaderTest {
  private static final RedcapReader READER = new RedcapReader(100_000);

  private static MappedContent read(String mapping, String... namesAndTexts) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(UTF_8));
    }
    return READER.read(
        GeneratedRegistry.files(files), RegistryMapping.parse(mapping), id -> Optional.empty());
  }

  private static MappedContent readAll(String... namesAndTexts) {
    return read(GeneratedProject.MAPPING, namesAndTexts);
  }

  private static <T extends Resource> List<T> only(MappedContent content, Class<T> type) {
    return content.resources().stream()
        .map(MappedContent.Mapped::resource)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static List<String> reasons(MappedContent content) {
    return content.refused().stream().map(each -> each.row() + " " + each.reason()).toList();
  }

  @Test
  void flatAndEavGiveTheSameResources() {
    long seed = ThreadLocalRandom.current().nextLong();
    GeneratedProject project = new GeneratedProject(seed, 30);
    MappedContent flat =
        readAll("data.csv", project.flat(), "dictionary.csv", GeneratedProject.DICTIONARY);
    MappedContent eav =
        readAll("eav.csv", project.eav(), "dictionary.csv", GeneratedProject.DICTIONARY);
    assertThat(flat.refused()).describedAs("seed %d", seed).isEmpty();
    assertThat(eav.refused()).describedAs("seed %d", seed).isEmpty();
    assertThat(resources(eav)).describedAs("seed %d", seed).isEqualTo(resources(flat));
    assertThat(only(flat, Patient.class)).hasSize(30);
    assertThat(only(flat, Observation.class)).hasSizeGreaterThan(300);
    assertThat(only(flat, AdverseEvent.class)).isNotEmpty();
    assertThat(only(flat, MedicationAdministration.class)).hasSizeGreaterThan(30);
    assertThat(only(flat, MedicationStatement.class)).isNotEmpty();
    assertThat(only(flat, Condition.class)).isNotEmpty();
    assertThat(only(flat, ResearchSubject.class))
        .extracting(ResearchSubject::getAssignedArm)
        .containsOnly("Active", "Placebo");
    assertThat(only(flat, ResearchSubject.class))
        .extracting(each -> each.getStatus().toCode())
        .containsOnly("on-study", "off-study", "withdrawn")
        .contains("withdrawn");
  }

  @Test
  void takesCodesLabelsBoxesAndInstances() {
    MappedContent content =
        read(
            GeneratedProject.SMALL,
            "data.csv",
            """
            record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,dob,enrolled,demographics_complete,visit_date,fvc,organs___ild,organs___2,visit_complete,ae_term,ae_serious,ae_start,adverse_event_complete
            7,baseline_arm_1,,,1,05/23/1960,2015-01-05,2,2015-01-06,"2,71",1,0,2,,,,
            7,month_6_arm_1,,,,,,,2015-07-06,"2,64",0,0,2,,,,
            7,month_12_arm_1,,,,,,,,,0,0,0,,,,
            7,baseline_arm_1,adverse_event,1,,,,,,,,,,Nausea,0,2015-02-01,2
            7,baseline_arm_1,adverse_event,2,,,,,,,,,,Nausea,0,2015-02-01,2
            """,
            "dictionary.csv",
            GeneratedProject.DICTIONARY);
    assertThat(reasons(content)).isEmpty();
    Patient patient = only(content, Patient.class).getFirst();
    assertThat(patient.getGender().toCode()).isEqualTo("female");
    assertThat(patient.getBirthDateElement().asStringValue()).isEqualTo("1960-05-23");
    assertThat(only(content, AdverseEvent.class)).hasSize(2);
    List<Observation> observations = only(content, Observation.class);
    assertThat(observations).hasSize(6);
    assertThat(observations.getFirst().getValueQuantity().getValue()).isEqualByComparingTo("2.71");
    assertThat(observations)
        .filteredOn(Observation::hasValueCodeableConcept)
        .extracting(each ->
            Elements.visitCode(each).orElse("")
                + " "
                + each.getCode().getCodingFirstRep().getCode()
                + " "
                + each.getValueCodeableConcept().getCodingFirstRep().getCode())
        .containsExactlyInAnyOrder(
            "baseline involvement-interstitial-lung-disease Y",
            "baseline involvement-renal N",
            "month-6 involvement-interstitial-lung-disease N",
            "month-6 involvement-renal N");
  }

  @Test
  void tellsApartWhatRepeatsInSeveralEvents() {
    String data =
        """
        record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,enrolled,ae_term,ae_serious,ae_start,cm_drug
        7,baseline_arm_1,,,1,2015-01-05,,,,
        7,baseline_arm_1,adverse_event,1,,,Nausea,0,2015-02-01,
        7,month_6_arm_1,adverse_event,1,,,Nausea,0,2015-02-01,
        7,baseline_arm_1,medication,1,,,,,,Bosentan
        7,month_6_arm_1,medication,1,,,,,,Bosentan
        """;
    String mapping =
        """
        study: registry-1
        tables:
          - {subject: record_id, demographics: {sex: sex, start: enrolled}}
          - where: {redcap_repeat_instrument: adverse_event}
            subject: record_id
            adverse-events: {term: ae_term, serious: ae_serious, start: ae_start}
          - where: {redcap_repeat_instrument: medication}
            subject: record_id
            medications: {drug: cm_drug}
        """;
    MappedContent content =
        read(mapping, "data.csv", data, "dictionary.csv", GeneratedProject.DICTIONARY);
    assertThat(reasons(content)).isEmpty();
    assertThat(only(content, AdverseEvent.class))
        .extracting(Resource::getId)
        .doesNotHaveDuplicates()
        .hasSize(2);
    assertThat(only(content, MedicationStatement.class))
        .extracting(Resource::getId)
        .doesNotHaveDuplicates()
        .hasSize(2);

    MappedContent byNumber =
        read(
            mapping.replace("adverse-events:", "key: redcap_repeat_instance\n    adverse-events:"),
            "data.csv",
            data,
            "dictionary.csv",
            GeneratedProject.DICTIONARY);
    assertThat(reasons(byNumber)).singleElement().asString().contains("4 a row before it gives");
  }

  @Test
  void refusesRecordsWithoutTheEventsThatTheMappingNames() {
    String data =
        """
        record_id,%s,redcap_repeat_instrument,redcap_repeat_instance,sex,enrolled
        7,baseline_arm_1,,,1,2015-01-05
        """;
    for (String named : List.of("visit: redcap_event_name", "key: redcap_arm")) {
      String mapping =
          "study: s\ntables:\n  - subject: record_id\n    "
              + named
              + "\n    demographics: {sex: sex}";
      String[] renamed = {
        "data.csv", data.formatted("event"), "dictionary.csv", GeneratedProject.DICTIONARY
      };
      MappedContent content = read(mapping, renamed);
      assertThat(content.resources()).isEmpty();
      assertThat(reasons(content))
          .containsExactly(
              "0 There is no column '"
                  + named.replaceFirst(".* ", "")
                  + "', which line "
                  + (named.startsWith("visit") ? 4 : 3)
                  + " of the mapping names; there are [record_id, redcap_repeat_instrument,"
                  + " redcap_repeat_instance, sex, enrolled]");
    }
  }

  @Test
  void takesOnceWhatIsToldOfAtEachVisit() {
    String data =
        """
        record_id,redcap_event_name,sex,enrolled,visit_date,organs___ild,organs___2
        7,baseline_arm_1,1,2015-01-05,,1,1
        7,month_6_arm_1,,,,1,0
        7,month_12_arm_1,,,01-02-2016,1,1
        """;
    MappedContent content =
        read(
            """
            study: registry-1
            tables:
              - subject: record_id
                demographics: {sex: sex, start: enrolled}
                history:
                  - {term: {value: Asthma}, occurred: organs___ild}
                  - {term: {value: Hypertension}, occurred: organs___2, end: visit_date}
            """,
            "data.csv",
            data,
            "dictionary.csv",
            GeneratedProject.DICTIONARY);
    assertThat(reasons(content))
        .singleElement()
        .asString()
        .startsWith("4 a row before it gives the same Condition");
    assertThat(content.resources())
        .filteredOn(each -> each.resource() instanceof Condition)
        .extracting(each -> each.row() + " " + ((Condition) each.resource()).getCode().getText())
        .containsExactly("2 Asthma", "3 Asthma", "4 Asthma", "2 Hypertension");
    assertThat(only(content, Condition.class).stream().map(Resource::getId).distinct()).hasSize(2);
  }

  @Test
  void refusesWhatTheDictionaryDoesNotKnow() {
    MappedContent content =
        readAll(
            "eav.csv",
            """
            record,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,field_name,value
            1,baseline_arm_1,,,sex,3
            1,baseline_arm_1,,,enrolled,2015-01-05
            2,baseline_arm_1,,,sex,2
            2,baseline_arm_1,,,visit_date,2015-01-05
            2,baseline_arm_1,,,fvc,much
            2,baseline_arm_1,,,organs,9
            2,baseline_arm_1,,,weight,80
            2,baseline_arm_1,,,sex,1
            2,baseline_arm_1
            """,
            "dictionary.csv",
            GeneratedProject.DICTIONARY);
    assertThat(reasons(content))
        .satisfiesExactlyInAnyOrder(
            each -> assertThat(each).contains("column sex: found '3'; expected one of [1, 2]"),
            each -> assertThat(each).startsWith("6 column fvc: found 'much'; expected a number"),
            each -> assertThat(each).startsWith("7 column value: '9' is no choice of organs"),
            each -> assertThat(each).startsWith("8 column field_name: 'weight' is not in the"),
            each -> assertThat(each).startsWith("9 column value: sex has another value in line 4"),
            each -> assertThat(each).startsWith("10 the line has 2 cells"));
  }

  @Test
  void wantsADictionaryAndRecords() {
    assertThat(reasons(readAll("data.csv", "record_id,sex\n1,1\n")))
        .singleElement()
        .asString()
        .contains("There is no data dictionary");
    assertThat(
            reasons(
                readAll(
                    "data.csv", "id,sex\n1,1\n", "dictionary.csv", GeneratedProject.DICTIONARY)))
        .anySatisfy(each -> assertThat(each).contains("There is no column 'record_id'"));
    assertThat(
            reasons(
                readAll(
                    "data.csv",
                    "record_id,sex\n1,1\n",
                    "dictionary.csv",
                    GeneratedProject.DICTIONARY.replace("1, Female | 2, Male", "Female | Male"))))
        .first()
        .asString()
        .contains("Line 3 of the data dictionary has the choice 'Female'");
  }
}
