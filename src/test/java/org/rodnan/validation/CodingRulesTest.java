package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.Issue.Severity;
import org.rodnan.terminology.Definitions;

/** Pairs of code and display as they were seen in public repositories, and the right ones. */
class CodingRulesTest {
  private static final CodingRules RULES = CodingRules.of(new Definitions());
  private static final String LOINC = "http://loinc.org";
  private static final String SNOMED_CT = "http://snomed.info/sct";

  @ParameterizedTest
  @CsvSource({
    "19868-9, FEV1 % predicted",
    "19868-9, FEV1",
    "19868-9, Oxygen saturation by pulse oximetry",
    "19911-7, Peak expiratory flow",
    "38214-3, eGFR",
    "38214-3, Glomerular filtration rate",
    "20150-9, Forced Expiratory Volume in 0.1 Second",
    "19870-5, FVC % predicted",
    "19874-7, FVC pre bronchodilation",
    "19911-7, DLCO adjusted for hemoglobin",
    "718-7, Hemoglobin A1c",
  })
  void refusesTheDisplayOfAnotherQuantity(String code, String display) {
    Issue issue = judged(LOINC, code, display);
    assertThat(issue.severity()).isEqualTo(Severity.ERROR);
    assertThat(issue.diagnostics())
        .startsWith("Observation.code.coding[0].display")
        .contains(code, display, "expected");
    assertThat(issue.expression()).containsExactly("Observation.code.coding[0].display");
  }

  @ParameterizedTest
  @CsvSource({
    "19876-2, Forced vital capacity [Volume] Respiratory system by Spirometry",
    "19872-1, FVC",
    "19913-3, DLCO",
  })
  void warnsOfADisplayThatSaysTooLittle(String code, String display) {
    assertThat(judged(LOINC, code, display).severity()).isEqualTo(Severity.WARNING);
  }

  @ParameterizedTest
  @CsvSource({
    "19868-9, Forced vital capacity [Volume] Respiratory system by Spirometry",
    "19868-9, FVC",
    "19868-9, FORCED   VITAL  CAPACITY",
    "19876-2, FVC pre bronchodilator",
    "19872-1, FVC % predicted",
    "19926-5, FEV1/FVC",
    "20150-9, FEV 1",
    "19911-7, 'Diffusion capacity.carbon monoxide, unadjusted for Hb'",
    "19913-3, DLCO Hb-corrected",
    "98130-8, DLCO % predicted",
    "19916-6, KCO",
    "38214-3, Pain VAS",
    "8867-4, anything: of this code nothing is known",
  })
  void acceptsTheDisplaysOfTheSameQuantity(String code, String display) {
    assertThat(issues(LOINC, code, display)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"19868-8", "FVC", "198689", "19868-9 ", "-9", "00019868-9"})
  void refusesWhatCanBeNoLoincCode(String code) {
    assertThat(judged(LOINC, code, null).diagnostics())
        .startsWith("Observation.code.coding[0].code")
        .contains("'" + code + "'", "LOINC", "check digit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LP14082-9", "LA6576-8", "LL1000-0"})
  void acceptsLoincsNamesOfPartsAnswersAndLists(String code) {
    assertThat(issues(LOINC, code, null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"323426006", "TODO", "23426", "50834006", "751689013", "50834005:246112005=TODO"})
  void refusesWhatCanBeNoSnomedCtIdentifier(String code) {
    assertThat(judged(SNOMED_CT, code, null).diagnostics())
        .startsWith("Observation.code.coding[0].code")
        .contains("SNOMED CT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "23426006",
        "50834005",
        "1366665001",
        "50834005 |Forced vital capacity (2)|",
        "7569003:272741003=7771000",
        "=== 7569003 + 89545001 : { 272741003 = ( 7771000 ) }"
      })
  void acceptsSnomedCtIdentifiersAndExpressions(String code) {
    assertThat(issues(SNOMED_CT, code, null)).isEmpty();
  }

  @Test
  void looksAtEveryCodingOfTheResource() {
    String json =
        """
        {"resourceType": "Observation", "status": "final",
         "contained": [{"resourceType": "Observation", "id": "a", "status": "final", "code":
           {"coding": [{"system": "http://loinc.org", "code": "1-2"}]}}],
         "code": {"text": "x"},
         "component": [{"code": {"text": "y"}}, {"code": {"coding": [
           {"display": "x"}, {"code": "TODO", "system": "http://snomed.info/sct"}]}}]}
        """;
    assertThat(Validators.errors(json))
        .extracting(issue -> issue.expression().getFirst())
        .contains(
            "Basic.contained[0].code.coding[0].code", "Basic.component[1].code.coding[1].code");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http:\\/\\/loinc.org", "http://loinc\\u002eorg"})
  void readsEscapedSystems(String system) {
    assertThat(judged(system, "19868-9", "FEV1").severity()).isEqualTo(Severity.ERROR);
  }

  private static Issue judged(String system, String code, @Nullable String display) {
    List<Issue> issues = issues(system, code, display);
    assertThat(issues).hasSize(1);
    return issues.getFirst();
  }

  private static List<Issue> issues(String system, String code, @Nullable String display) {
    String json =
        """
        {"resourceType": "Observation", "status": "final", "code": {"coding": [
          {"system": "%s", "code": "%s"%s}]}}
        """
            .formatted(system, code, display == null ? "" : ", \"display\": \"" + display + "\"");
    return RULES.judge("Observation", json.getBytes(StandardCharsets.UTF_8));
  }
}
