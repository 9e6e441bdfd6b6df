package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ValueSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Artifacts;

class ImpliedProfilesTest {
  private static final String MEASURE = "https://w3id.org/rodnan/CodeSystem/ssc-measure";

  private static Observation bare(String system, String code) {
    Observation observation =
        new Observation()
            .setStatus(Observation.ObservationStatus.FINAL)
            .setCode(new CodeableConcept())
            .setSubject(new Reference("Patient/1"))
            .setValue(new Quantity().setValue(100_000).setUnit("furlong"));
    observation.getCode().addCoding().setSystem(system).setCode(code);
    return observation;
  }

  /** Codes of the value sets that the profiles require of Observation.code. */
  static Stream<String> codesOfProfiles() {
    return Artifacts.read(ValueSet.class, "terminology/ValueSet").stream()
        .filter(valueSet ->
            Stream.of(
                    "ssc-fvc",
                    "ssc-dlco",
                    "ssc-outcome-score",
                    "ssc-lab-result",
                    "ssc-organ-involvement")
                .anyMatch(valueSet.getIdPart()::equals))
        .flatMap(valueSet -> valueSet.getCompose().getInclude().stream())
        .flatMap(include ->
            include.getConcept().stream().map(c -> include.getSystem() + "|" + c.getCode()));
  }

  @ParameterizedTest
  @MethodSource("codesOfProfiles")
  @ValueSource(strings = {MEASURE + "|mrss-total", MEASURE + "|disease-duration"})
  void aCodeOfAProfileImpliesTheProfile(String code) {
    String[] parts = code.split("\\|");
    assertThat(Validators.errors(bare(parts[0], parts[1])))
        .extracting(Issue::diagnostics)
        .anyMatch(text -> text.contains("Observation.effective[x]: minimum required = 1"));
  }

  @Test
  void theProfileIsImpliedByAnyOfTheCodings() {
    Observation observation = bare("http://example.org/local", "skin");
    observation.getCode().addCoding().setSystem(MEASURE).setCode("mrss-total");
    assertThat(Validators.validate(observation).isAccepted()).isFalse();
  }

  @Test
  void otherObservationsNeedKeepNoProfile() {
    assertThat(Validators.errors(bare("http://loinc.org", "8867-4"))).isEmpty();
    assertThat(Validators.errors(bare("http://example.org/local", "mrss-total"))).isEmpty();
  }

  @Test
  void studiesOfOtherDiseasesNeedKeepNoProfile() {
    ResearchStudy study = new ResearchStudy().setStatus(ResearchStudy.ResearchStudyStatus.ACTIVE);
    study.addCondition().setText("Asthma");
    assertThat(Validators.errors(study)).isEmpty();
  }

  @Test
  void aMeasureOfAGroupIsNoMeasureOfAPatient() {
    Observation mean = bare(MEASURE, "mrss-total").setSubject(new Reference("Group/1"));
    assertThat(Validators.errors(mean)).isEmpty();
    mean.setSubject(new Reference("https://elsewhere.example.org/fhir/Group/1/_history/2"));
    assertThat(Validators.errors(mean)).isEmpty();
    mean.setSubject(new Reference("urn:uuid:c757873d-ec9a-4326-a141-556f43239520"));
    assertThat(Validators.errors(mean)).isNotEmpty();
  }

  @Test
  void aPublishedResultIsImpliedByItsCategory() {
    Observation result =
        Validators.example(Observation.class, "ssc-published-result-invalid-p-above-one");
    result.setMeta(new Meta());
    assertThat(Validators.errors(result))
        .extracting(Issue::diagnostics)
        .containsExactly("Observation: A p value must be 0 to 1; found 1.2 (ssc-result-2)");
  }

  @Test
  void aContainedResourceImpliesItsProfileToo() {
    Observation outer = bare("http://loinc.org", "8867-4");
    Observation inner = bare(MEASURE, "mrss-total");
    inner.setId("inner");
    outer.addContained(inner);
    outer.addHasMember(new Reference("#inner"));
    assertThat(Validators.errors(outer))
        .anySatisfy(issue -> {
          assertThat(issue.expression()).containsExactly("Observation.contained[0]");
          assertThat(issue.diagnostics())
              .contains("mRSS total must be 0 to 51 {score}; found 100000");
        });
  }

  @Test
  void anEntryOfABundleImpliesItsProfileToo() {
    String bundle =
        """
        {"resourceType": "Bundle", "type": "collection", "entry": [
          {"fullUrl": "https://example.org/fhir/Observation/x", "resource": %s}]}
        """
            .formatted(Validators.example("ssc-mrss-invalid-implied-by-code"));
    assertThat(Validators.errors(bundle))
        .anySatisfy(issue -> {
          assertThat(issue.expression()).containsExactly("Bundle.entry[0].resource");
          assertThat(issue.diagnostics()).contains("mRSS total must be 0 to 51 {score}; found 60");
        });
  }
}
