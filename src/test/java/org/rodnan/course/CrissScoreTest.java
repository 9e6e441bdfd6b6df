package org.rodnan.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.course.CrissScore.Finding;
import org.rodnan.course.CrissScore.Pair;

class CrissScoreTest {
  private static Map<CoreMeasure, Pair> pairs() {
    Map<CoreMeasure, Pair> pairs = new EnumMap<>(CoreMeasure.class);
    pairs.put(CoreMeasure.MRSS, new Pair(30, 23.4));
    pairs.put(CoreMeasure.FVC, new Pair(82.9, 89.3));
    pairs.put(CoreMeasure.PATIENT_GLOBAL, new Pair(5, 4.04));
    pairs.put(CoreMeasure.PHYSICIAN_GLOBAL, new Pair(6.2, 4));
    pairs.put(CoreMeasure.HAQ_DI, new Pair(1, 1.02));
    return pairs;
  }

  /**
   * By hand: -5.54 + 0.81 * 6.6 + 0.21 * 6.4 + 0.40 * 0.96 + 0.44 * 2.2 - 3.41 * 0.02 = -5.54 +
   * 5.346 + 1.344 + 0.384 + 0.968 - 0.0682 = 2.4338; 1 / (1 + e^-2.4338) = 0.9194.
   */
  @Test
  void isTheLogisticFunctionOfTheWeightedChanges() {
    CrissScore score = new CrissScore(pairs(), Map.of());
    assertThat(score.sum()).hasValue(2.4338);
    assertThat(score.probability().getAsDouble()).isCloseTo(0.9194, within(0.00005));
    assertThat(score.isResponder()).contains(true);
    assertThat(score.whyNot()).isEmpty();
  }

  /** An event makes it zero, whatever else is known or missing. */
  @Test
  void isZeroAfterAnEvent() {
    CrissScore score = new CrissScore(Map.of(), Map.of(OrganEvent.RENAL_CRISIS, Finding.YES));
    assertThat(score.probability()).hasValue(0);
    assertThat(score.isResponder()).contains(false);
    CrissScore both =
        new CrissScore(
            pairs(),
            Map.of(
                OrganEvent.RENAL_CRISIS, Finding.YES, OrganEvent.FVC_DECLINE, Finding.UNCONFIRMED));
    assertThat(both.probability()).hasValue(0);
  }

  @Test
  void saysWhyThereIsNone() {
    Map<CoreMeasure, Pair> four = pairs();
    four.remove(CoreMeasure.HAQ_DI);
    CrissScore score = new CrissScore(four, Map.of(OrganEvent.FVC_DECLINE, Finding.UNCONFIRMED));
    assertThat(score.probability()).isEmpty();
    assertThat(score.isResponder()).isEmpty();
    assertThat(score.whyNot()).isEqualTo("fvc_decline unconfirmed; missing: haq_di");
  }

  @ParameterizedTest
  @CsvSource({
    "MRSS, 30, 24, true", // exactly 20 %
    "MRSS, 30, 24.1, false",
    "HAQ_DI, 0.3, 0.24, true", // not so in doubles
    "HAQ_DI, 0, 0, false",
    "FVC, 80, 84, true", // exactly 5 %
    "FVC, 80, 83.9, false",
    "FVC, 80, 60, false",
    "PATIENT_GLOBAL, 0, 1, false",
  })
  void countsWhatImprovedByItsLimit(
      CoreMeasure measure, double baseline, double then, boolean improved) {
    assertThat(new CrissScore(Map.of(measure, new Pair(baseline, then)), Map.of()).improved())
        .isEqualTo(improved ? 1 : 0);
  }

  /** mRSS 22 % and physician 35 % and the patient's 19.2 %: two; HAQ-DI rose; FVC rose by 7.7 %. */
  @Test
  void tellsTheRevisedIndexIfWhatIsMissingCannotDecide() {
    Map<CoreMeasure, Pair> known = pairs();
    assertThat(new CrissScore(known, Map.of()).improved()).isEqualTo(3);
    assertThat(new CrissScore(known, Map.of()).isImproved()).contains(true);
    known.remove(CoreMeasure.HAQ_DI);
    assertThat(new CrissScore(known, Map.of()).isImproved()).contains(true);
    known.remove(CoreMeasure.FVC);
    assertThat(new CrissScore(known, Map.of()).isImproved()).isEqualTo(Optional.empty());
    known.remove(CoreMeasure.MRSS);
    known.put(CoreMeasure.HAQ_DI, new Pair(1, 1));
    known.put(CoreMeasure.FVC, new Pair(80, 80));
    known.put(CoreMeasure.PHYSICIAN_GLOBAL, new Pair(5, 5));
    assertThat(new CrissScore(known, Map.of()).isImproved()).contains(false);
  }
}
