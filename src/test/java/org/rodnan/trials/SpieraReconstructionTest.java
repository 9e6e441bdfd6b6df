package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.trials.Roster.Disposition;

/** What the printed numbers leave open, and must be plausible all the same. */
class SpieraReconstructionTest {

  private static List<Subject> subjects;

  @BeforeAll
  static void reconstruct() {
    subjects = new SpieraReconstruction(TrialFiles.SEED).subjects();
  }

  @Test
  void oneSeedGivesOneResult() {
    assertThat(new SpieraReconstruction(TrialFiles.SEED).subjects()).isEqualTo(subjects);
  }

  @Test
  void enrolsInOrderWithinThePrintedMonths() {
    assertThat(subjects).extracting(Subject::start).isSorted();
    assertThat(subjects.getFirst().start()).hasYear(2007).hasMonthValue(9);
    assertThat(subjects.getLast().start()).hasYear(2009).hasMonthValue(3);
  }

  @Test
  void nobodyEntersBelowTheInclusionScore() {
    assertThat(subjects)
        .allSatisfy(subject ->
            assertThat(subject.skin().getFirst().total())
                .isGreaterThanOrEqualTo(SkinScores.INCLUSION_MIN));
  }

  @Test
  void sitesSumToTheTotal() {
    assertThat(subjects.stream().flatMap(subject -> subject.skin().stream()))
        .hasSize(30 + 27 + 26 + 26 + 24)
        .allSatisfy(visit -> {
          assertThat(visit.sites()).hasSize(17);
          assertThat(visit.sites().values()).allMatch(score -> score >= 0 && score <= 3);
          assertThat(visit.sites().values().stream().mapToInt(Integer::intValue).sum())
              .isEqualTo(visit.total());
        });
  }

  @Test
  void skinThickensFromTheFingersUpAndAlikeOnBothSides() {
    for (Subject subject : subjects) {
      for (Subject.SkinVisit visit : subject.skin()) {
        Map<String, Integer> sites = visit.sites();
        for (String side : List.of("-right", "-left")) {
          assertThat(
                  List.of(
                      site(sites, "upper-arm" + side),
                      site(sites, "forearm" + side),
                      site(sites, "hand" + side),
                      site(sites, "fingers" + side)))
              .as("%s %s", subject.label(), visit)
              .isSorted();
        }
        for (String region :
            List.of("fingers", "hand", "forearm", "upper-arm", "foot", "leg", "thigh")) {
          assertThat(Math.abs(site(sites, region + "-right") - site(sites, region + "-left")))
              .isLessThanOrEqualTo(1);
        }
      }
    }
  }

  @Test
  void nothingHappensAfterTheLastDay() {
    for (Subject subject : subjects) {
      assertThat(subject.events())
          .allMatch(event -> event.startDay() >= 1 && event.startDay() <= subject.endDay())
          .allMatch(event -> event.endDay().orElse(subject.endDay()) <= subject.endDay())
          .allMatch(event -> event.endDay().orElse(subject.endDay()) >= event.startDay());
      assertThat(subject.skin())
          .allMatch(visit -> visit.day() >= 1 && visit.day() <= subject.endDay());
      assertThat(subject.furosemideDay().orElse(1)).isLessThanOrEqualTo(subject.endDay());
    }
  }

  @Test
  void dosesFollowEachOtherWithoutGap() {
    for (Subject subject : subjects) {
      int next = 1;
      for (Subject.DosePeriod dose : subject.doses()) {
        assertThat(dose.startDay()).as(subject.label()).isEqualTo(next);
        assertThat(dose.days()).as(subject.label()).isPositive();
        assertThat(dose.milligrams()).isIn(0, 200, 300, 400);
        next = dose.endDay() + 1;
      }
      assertThat(next).isEqualTo(subject.endDay() + 1);
    }
  }

  @Test
  void maleEventsHappenToMen() {
    assertThat(subjects)
        .filteredOn(subject ->
            subject.events().stream()
                .anyMatch(event -> event.term().code().equals("erectile-dysfunction")))
        .hasSize(2)
        .noneMatch(subject -> subject.profile().isFemale());
  }

  @Test
  void theDeceasedHasLungDiseaseAndPulmonaryHypertensionAndOneFatalEvent() {
    Subject deceased = withDisposition(Disposition.DEATH);
    assertThat(deceased.hasOrgan("interstitial-lung-disease")).isTrue();
    assertThat(deceased.hasOrgan("pulmonary-artery-hypertension")).isTrue();
    assertThat(deceased.endDay()).isGreaterThan(335);
    assertThat(deceased.events()).filteredOn(LedgerEvent::isFatal).hasSize(1);
  }

  @Test
  void myalgiaAndFatigueMakeOneSubjectLeave() {
    Subject leaver = withDisposition(Disposition.ADVERSE_EVENT);
    assertThat(leaver.events())
        .filteredOn(LedgerEvent::endedParticipation)
        .extracting(event -> event.term().code())
        .containsExactlyInAnyOrder("myalgias", "fatigue");
    assertThat(leaver.endDay()).isBetween(92, 180);
  }

  @Test
  void lungFunctionGoesToCompletersByLungDisease() {
    assertThat(subjects)
        .filteredOn(subject -> subject.scores().containsKey(PairedScores.Measure.FVC))
        .hasSize(22)
        .allMatch(subject -> subject.place().isCompleter())
        .filteredOn(subject -> subject.hasOrgan("interstitial-lung-disease"))
        .hasSize(11);
  }

  private static int site(Map<String, Integer> sites, String name) {
    return sites.getOrDefault(name, -1);
  }

  private static Subject withDisposition(Disposition disposition) {
    return subjects.stream()
        .filter(subject -> subject.place().disposition() == disposition)
        .findFirst()
        .orElseThrow();
  }
}
