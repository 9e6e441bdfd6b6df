package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arithmetic of the list of misprints. */
class MisprintsTest {

  private final Misprints misprints = new Misprints();

  @Test
  void everyCorrectedNumberHasItsReason() {
    Set<String> used =
        Stream.of("spiera-2011", "spiera-2011-other", "pope-2011", "khanna-2011")
            .flatMap(table -> PublishedNumbers.of(table).all().stream())
            .flatMap(number -> number.misprint().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(misprints.byId().keySet()).containsAll(used);
    assertThat(used).hasSizeGreaterThan(14);
  }

  @Test
  void theDocumentListsEachOfThem() throws IOException {
    String document = Files.readString(Path.of("src/docs/seed-trials.md"));
    assertThat(misprints.byId()).hasSize(27);
    for (Misprints.Misprint misprint : misprints.byId().values()) {
      assertThat(document)
          .contains(
              "| "
                  + String.join(
                      " | ",
                      misprint.place(),
                      misprint.printed(),
                      misprint.reads(),
                      misprint.reason())
                  + " |");
    }
  }

  @Test
  void onlyMisprintedNumbersMustBeOtherThanPrinted() {
    for (PublishedNumber number : PublishedNumbers.ofSpiera().all()) {
      assertThat(number.required().equals(number.printed()))
          .as(number.toString())
          .isEqualTo(number.misprint().isEmpty());
    }
  }

  @Test
  void subgroupsAndIntervalExcludeThePrintedSdOfAllCompleters() {
    // Pooled sums of squares at the ends of what prints as 5.1, 4.1 and the two mean changes.
    Printed under4Years = new Printed("5.1");
    Printed over4Years = new Printed("4.1");
    double between = 17.0 * 7 / 24 * Math.pow(60.0 / 7 - 99.0 / 17, 2);
    double low =
        16 * square(under4Years.interval().low()) + 6 * square(over4Years.interval().low());
    double high =
        16 * square(under4Years.interval().high()) + 6 * square(over4Years.interval().high());
    assertThat(Math.sqrt((low + between) / 23)).isGreaterThan(4.85);
    assertThat(Math.sqrt((high + between) / 23)).isLessThan(4.97);
    double halfWidth = (8.7 - 4.5) / 2;
    assertThat((halfWidth - 0.05) / TrialStatistics.tFactor(24)).isGreaterThan(4.85);
  }

  @Test
  void onlyTheSdOfTheTextGivesThePrintedP() {
    assertThat(new Printed("0.006").matches(pOf(7.9, 5.7, 8))).isTrue();
    assertThat(new Printed("0.004").matches(pOf(7.9, 5.2, 8))).isTrue();
  }

  @Test
  void meansWithoutLungDiseaseDoNotReachTheMiddleOfTheInterval() {
    double changeMax =
        new Printed("103.2").interval().high() - new Printed("92.6").interval().low();
    double middleMin =
        (new Printed("3.3").interval().low() + new Printed("18.2").interval().low()) / 2;
    assertThat(changeMax).isLessThan(middleMin);
  }

  @Test
  void percentagesComeFromRoundedMeansOnly() {
    assertThat(sums(8, "26.8")).containsExactly(214);
    assertThat(sums(8, "7.9")).containsExactly(63);
    assertThat(Printed.round(100 * 63.0 / 214, 1)).hasToString("29.4");
    for (int baseline : sums(17, "28.8")) {
      for (int change : sums(17, "5.8")) {
        assertThat(new Printed("20.1").matches(100.0 * change / baseline))
            .as("%d/%d", change, baseline)
            .isFalse();
      }
    }
    assertThat(new Printed("29.5").matches(100 * 7.9 / 26.8)).isTrue();
    assertThat(new Printed("20.1").matches(100 * 5.8 / 28.8)).isTrue();
    assertThat(new Printed("22.4").matches(100 * 6.6 / 29.4)).isTrue();
  }

  @Test
  void sevenWholeNumbersHaveNotThePrintedMean() {
    assertThat(sums(7, "8.8")).isEmpty();
    assertThat(sums(6, "8.8")).containsExactly(53);
    assertThat(sums(5, "8.8")).containsExactly(44);
  }

  @Test
  void wholeScoresOfBreathingHaveNotThePrintedChange() {
    int changeMin = sums(24, "19.6").getFirst() - sums(24, "12.8").getLast();
    assertThat(changeMin).isEqualTo(162);
    assertThat(Printed.round(changeMin / 24.0, 1)).hasToString("6.8");
  }

  @Test
  void wholePercentagesHaveNotThePrintedMeansOfFvc() {
    assertThat(sums(11, "73.3")).containsExactly(806);
    assertThat(sums(11, "92.6")).containsExactly(1019);
    assertThat(new Printed("82.9").matches((806 + 1019) / 22.0)).isFalse();
    assertThat(sums(11, "103.2")).containsExactly(1135);
    assertThat(new Printed("10.7").matches((1135 - 1019) / 11.0)).isFalse();
  }

  @Test
  void relatedEventsHaveOneSplitByGrade() {
    List<Integer> ones = shares(171, "72.5");
    List<Integer> twos = shares(171, "25.1");
    assertThat(ones).containsExactly(124);
    assertThat(twos).containsExactly(43);
    assertThat(Printed.round(100.0 * (171 - 124 - 43) / 171, 1)).hasToString("2.3");
    assertThat(Printed.round(100.0 * (124 + 43) / 171, 1)).hasToString("97.7");
  }

  @Test
  void completersOfPopeAreOfSomeNumbersOnly() {
    assertThat(
            IntStream.rangeClosed(1, 9)
                .filter(n -> !sums(n, "31.0").isEmpty() && !sums(n, "30.3").isEmpty()))
        .containsExactly(3, 4, 6, 7, 8, 9);
  }

  /** The sums of n whole numbers whose mean prints so. */
  private static List<Integer> sums(int n, String mean) {
    Printed printed = new Printed(mean);
    return IntStream.rangeClosed(0, 200 * n)
        .filter(sum -> printed.matches((double) sum / n))
        .boxed()
        .toList();
  }

  private static List<Integer> shares(int n, String percent) {
    Printed printed = new Printed(percent);
    return IntStream.rangeClosed(0, n).filter(k -> printed.matches(100.0 * k / n)).boxed().toList();
  }

  private static double pOf(double change, double sd, int n) {
    double t = change * Math.sqrt(n) / sd;
    return 2
        * (1
            - new org.hipparchus.distribution.continuous.TDistribution(n - 1)
                .cumulativeProbability(t));
  }

  private static double square(double value) {
    return value * value;
  }
}
