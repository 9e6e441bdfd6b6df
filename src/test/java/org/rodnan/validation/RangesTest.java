package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Quantity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.fhir.Issue;

/** Each range of the profiles: its edges are accepted, a little beyond is refused by name. */
class RangesTest {
  private static final String MEASURE = "https://w3id.org/rodnan/CodeSystem/ssc-measure";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ssc-mrss-valid-total-only | | {score} | 0 | 51 | -1 | 52 | mRSS total must be 0 to 51 {score}",
        "ssc-fvc-valid-litres | | L | 0.1 | 12 | 0.09 | 12.01 | FVC must be 0.1 to 12 L",
        "ssc-fvc-valid-litres | | mL | 100 | 12000 | 99.9 | 12000.1 | FVC must be 0.1 to 12 L",
        "ssc-fvc-valid-percent-predicted | | % | 1 | 250 | 0.9 | 250.1 | FVC % predicted must be 1 to 250 %",
        "ssc-dlco-valid-raw | | mL/min/mm[Hg] | 0.1 | 80 | 0.09 | 80.1 | DLCO must be 0.1 to 80 mL/min/mm[Hg]",
        "ssc-dlco-valid-hb-adjusted | | mL/min/mm[Hg] | 0.1 | 80 | 0.09 | 80.1 | DLCO must be 0.1 to 80 mL/min/mm[Hg]",
        "ssc-dlco-valid-raw-si | | mmol/(min.kPa) | 0.0335 | 26.77 | 0.0334 | 26.78 | DLCO must be 0.1 to 80 mL/min/mm[Hg]",
        "ssc-dlco-valid-raw-si | | mmol/min/kPa | 0.0335 | 26.77 | 0.0334 | 26.78 | DLCO must be 0.1 to 80 mL/min/mm[Hg]",
        "ssc-dlco-valid-percent | | % | 1 | 250 | 0.9 | 250.1 | DLCO % predicted must be 1 to 250 %",
        "ssc-dlco-valid-hb-adjusted-percent | | % | 1 | 250 | 0.9 | 250.1 | DLCO % predicted must be 1 to 250 %",
        "ssc-outcome-score-valid-shaq-di | haq-di | {score} | 0 | 3 | -0.1 | 3.1 | HAQ-DI must be 0 to 3 {score}",
        "ssc-outcome-score-valid-shaq-di | shaq-di | {score} | 0 | 3 | -0.1 | 3.1 | SHAQ-DI must be 0 to 3 {score}",
        "ssc-outcome-score-valid-shaq-di | sf36-pcs | {score} | 0 | 100 | -0.1 | 100.1 | SF-36 component must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | sf36-mcs | {score} | 0 | 100 | -0.1 | 100.1 | SF-36 component must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | vas-pain | {score} | 0 | 100 | -0.1 | 100.1 | VAS must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | vas-raynaud | {score} | 0 | 100 | -0.1 | 100.1 | VAS must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | vas-digital-ulcers | {score} | 0 | 100 | -0.1 | 100.1 | VAS must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | vas-breathing | {score} | 0 | 100 | -0.1 | 100.1 | VAS must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | vas-intestinal | {score} | 0 | 100 | -0.1 | 100.1 | VAS must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | vas-overall-severity | {score} | 0 | 100 | -0.1 | 100.1 | VAS must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | patient-global | {score} | 0 | 100 | -0.1 | 100.1 | Patient global must be 0 to 100 {score}",
        "ssc-outcome-score-valid-shaq-di | physician-global | {score} | 0 | 10 | -0.1 | 10.1 | Physician global must be 0 to 10 {score}",
        "ssc-lab-result-valid-esr | | mm/h | 0 | 200 | -1 | 201 | ESR must be 0 to 200 mm/h",
        "ssc-lab-result-valid-lvef | | % | 5 | 90 | 4.9 | 90.1 | LVEF must be 5 to 90 %",
        "ssc-lab-result-valid-esr | crp | mg/L | 0 | 500 | -0.1 | -5 | CRP and CK must not be negative",
        "ssc-lab-result-valid-esr | ck | U/L | 0 | 99999 | -0.1 | -5 | CRP and CK must not be negative",
        "ssc-disease-duration-valid-months | | mo | 0 | 1200 | -0.1 | 1200.1 | Disease duration must be 0 to 1200 mo",
      })
  void edgesAreInsideAndBeyondIsRefusedWithTheRangeNamed(
      String example,
      String code,
      String unit,
      BigDecimal low,
      BigDecimal high,
      BigDecimal below,
      BigDecimal above,
      String message) {
    assertThat(Validators.errors(with(example, code, unit, low))).isEmpty();
    assertThat(Validators.errors(with(example, code, unit, high))).isEmpty();
    for (BigDecimal outside : new BigDecimal[] {below, above}) {
      assertThat(Validators.errors(with(example, code, unit, outside)))
          .extracting(Issue::diagnostics)
          .anySatisfy(text ->
              assertThat(text)
                  .startsWith("Observation: " + message)
                  .contains("; found " + outside.toPlainString() + " " + unit));
    }
  }

  private static Observation with(String example, String code, String unit, BigDecimal value) {
    Observation observation = Validators.example(Observation.class, example);
    if (code != null) {
      observation.getCode().getCoding().clear();
      observation.getCode().addCoding().setSystem(MEASURE).setCode(code);
    }
    Quantity quantity = new Quantity().setValue(value).setUnit(unit).setCode(unit);
    return observation.setValue(quantity.setSystem("http://unitsofmeasure.org"));
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, true", "2, true", "3, true", "-1, false", "4, false", "1.5, false"})
  void aSiteOfTheSkinScoreIsAWholeNumberFromZeroToThree(BigDecimal value, boolean isAccepted) {
    Observation mrss = Validators.example(Observation.class, "ssc-mrss-valid-all-sites");
    BigDecimal before = mrss.getComponent().get(3).getValueQuantity().getValue();
    mrss.getComponent().get(3).getValueQuantity().setValue(value);
    Quantity total = mrss.getValueQuantity();
    total.setValue(total.getValue().subtract(before).add(value));
    assertThat(Validators.validate(mrss).isAccepted()).isEqualTo(isAccepted);
    if (!isAccepted) {
      assertThat(Validators.errors(mrss))
          .anySatisfy(issue -> {
            assertThat(issue.expression()).containsExactly("Observation.component[3]");
            assertThat(issue.diagnostics()).contains("mRSS site must be 0, 1, 2 or 3 {score}");
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "3, 51"})
  void aTotalOfAllSitesIsTheirSum(int site, int sum) {
    Observation mrss = Validators.example(Observation.class, "ssc-mrss-valid-all-sites");
    mrss.getComponent().forEach(c -> c.getValueQuantity().setValue(site));
    mrss.getValueQuantity().setValue(sum);
    assertThat(Validators.errors(mrss)).isEmpty();
    mrss.getValueQuantity().setValue(sum == 0 ? 1 : sum - 1);
    assertThat(Validators.errors(mrss))
        .extracting(Issue::diagnostics)
        .anyMatch(text -> text.contains("must equal the sum of the 17 sites"));
  }
}
