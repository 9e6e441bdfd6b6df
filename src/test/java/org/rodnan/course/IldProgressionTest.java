package org.rodnan.course;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.course.IldProgression.Change;
import org.rodnan.course.IldProgression.Row;
import org.rodnan.fhir.ResourceKey;

class IldProgressionTest {
  private static final LocalDate START = LocalDate.of(2020, 1, 1);

  private static Optional<Change> change(String values, LocalDate later) {
    if (values == null || values.isEmpty()) {
      return Optional.empty();
    }
    String[] both = values.split(" ");
    return Optional.of(
        new Change(
            Double.parseDouble(both[0]),
            Double.parseDouble(both[1]),
            Optional.of(START),
            Optional.of(later)));
  }

  private static Row row(
      LungDisease disease,
      String fvc,
      String dlco,
      LocalDate later,
      Optional<Boolean> symptoms,
      Optional<Boolean> imaging) {
    return new Row(
        new ResourceKey("ResearchSubject", "1"),
        new ResourceKey("Patient", "1"),
        "",
        disease,
        change(fvc, later),
        change(dlco, later),
        30,
        symptoms,
        imaging);
  }

  private static Row row(String fvc, String dlco) {
    return row(
        LungDisease.PRESENT, fvc, dlco, START.plusYears(1), Optional.empty(), Optional.empty());
  }

  /** Khanna 2015: 10 % of baseline, or 5 to less than 10 % with DLCO 15 %. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "70 63, -, true, FVC -10 %", // exactly 10 %
        "70.3 63.27, 60 60, true, FVC -10 %", // exactly, though not in doubles
        "70 63.1, -, -, ''",
        "70 63.1, 60 51, true, FVC -5 % and DLCO -15 %", // exactly 15 %
        "70 63.1, 60 51.1, false, ''",
        "80 76, 60 51, true, FVC -5 % and DLCO -15 %", // exactly 5 %
        "80 76.1, 60 30, false, ''",
        "80 90, -, false, ''",
        "-, 60 30, -, ''",
      })
  void followsOmeract(String fvc, String dlco, Boolean expected, String criterion) {
    Row row = row(fvc, dlco);
    assertThat(row.omeract()).isEqualTo(Optional.ofNullable(expected));
    assertThat(row.omeractCriterion()).isEqualTo(criterion);
  }

  /** The guideline of 2022, table 4: 5 points of FVC, or 10 of DLCO, whatever the baseline. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "50.3 45.3, -, true, FVC -5 points", // exactly, though not in doubles
        "50 45.1, -, -, ''",
        "50 45.1, 60 50, true, DLCO -10 points",
        "50 45, 60 50, true, FVC -5 points and DLCO -10 points",
        "50 45.1, 60 50.1, false, ''",
        "-, 60 50.1, -, ''",
      })
  void followsTheGuideline(String fvc, String dlco, Boolean expected, String criterion) {
    Row row = row(fvc, dlco);
    assertThat(row.physiology()).isEqualTo(Optional.ofNullable(expected));
    assertThat(row.physiologyCriterion()).isEqualTo(criterion);
  }

  @Test
  void takesNoVisitThatIsLaterThanAYearAndItsTolerance() {
    LocalDate last = START.plusYears(1).plusDays(30);
    assertThat(within(last).physiology()).contains(true);
    assertThat(within(last.plusDays(1)).physiology()).isEmpty();
    assertThat(within(last.plusDays(1)).whyNot()).contains("not within a year");
    assertThat(within(last.plusDays(1)).omeract()).contains(true);
  }

  private static Row within(LocalDate later) {
    return row(LungDisease.PRESENT, "70 60", "60 60", later, Optional.empty(), Optional.empty());
  }

  /** Two of three. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "70 60, true, false, true",
        "70 60, false, false, false",
        "70 60, false, -, -",
        "70 70, false, -, false",
        "70 70, true, true, true",
        "70 70, true, -, -",
      })
  void needsTwoOfThree(String fvc, Boolean symptoms, Boolean imaging, Boolean expected) {
    Row row =
        row(
            LungDisease.PRESENT,
            fvc,
            "60 60",
            START.plusYears(1),
            Optional.ofNullable(symptoms),
            Optional.ofNullable(imaging));
    assertThat(row.progressive()).isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void judgesNobodyWithoutLungDisease() {
    Row row =
        row(
            LungDisease.ABSENT,
            "70 50",
            "60 40",
            START.plusYears(1),
            Optional.of(true),
            Optional.of(true));
    assertThat(row.omeract()).isEmpty();
    assertThat(row.physiology()).isEmpty();
    assertThat(row.progressive()).isEmpty();
    assertThat(row.whyNot()).isEqualTo("no interstitial lung disease recorded");
  }
}
