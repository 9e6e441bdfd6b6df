package org.rodnan.trials;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** Turns the printed numbers of one measure into conditions of a search. */
final class PrintedConditions {

  private final PublishedNumbers numbers;
  private final String measure;
  private final List<String> visits;

  /**
   * @param visits the visits in the order of the columns; the first is baseline
   */
  PrintedConditions(PublishedNumbers numbers, String measure, List<String> visits) {
    this.numbers = numbers;
    this.measure = measure;
    this.visits = visits;
  }

  /** Requires what is printed for {@code population}, which is these {@code rows}. */
  void require(MomentMatching matching, String population, int[] rows) {
    for (int column = 0; column < visits.size(); column++) {
      String visit = visits.get(column);
      MomentMatching.Term values = matching.values(rows, column);
      List<PublishedNumber> ofVisit =
          numbers.where(number ->
              number.population().equals(population)
                  && number.measure().equals(measure)
                  && number.visit().equals(visit));
      ofVisit.forEach(number -> requireValue(matching, values, number));
      if (column > 0) {
        MomentMatching.Term changes = matching.differences(rows, column, 0);
        int sign = signOfChange(population, visit);
        ofVisit.forEach(number -> requireChange(matching, changes, sign, number));
      }
    }
  }

  /** Requires the printed p of the change between two populations. */
  void requireBetween(MomentMatching matching, String populations, int[] first, int[] second) {
    int last = visits.size() - 1;
    for (PublishedNumber number :
        numbers.where(candidate ->
            candidate.population().equals(populations)
                && candidate.measure().equals(measure)
                && candidate.statistic().equals("p-between"))) {
      matching.unpairedP(
          matching.differences(first, last, 0),
          matching.differences(second, last, 0),
          number.isInWords() ? new Interval(0.1, 1) : number.required().interval());
    }
  }

  private int signOfChange(String population, String visit) {
    return required(population, visit, "change")
        .or(() ->
            required(population, visit, "mean")
                .flatMap(
                    after -> required(population, visits.getFirst(), "mean").map(after::subtract)))
        .map(BigDecimal::signum)
        .orElse(1);
  }

  private Optional<BigDecimal> required(String population, String visit, String statistic) {
    return numbers
        .where(number ->
            number.population().equals(population)
                && number.measure().equals(measure)
                && number.visit().equals(visit)
                && number.statistic().equals(statistic))
        .stream()
        .findFirst()
        .map(number -> number.required().value());
  }

  private static void requireValue(
      MomentMatching matching, MomentMatching.Term values, PublishedNumber number) {
    switch (number.statistic()) {
      case "mean" -> matching.mean(values, number.required().interval());
      case "sd" -> matching.sd(values, number.required().interval());
      default -> {}
    }
  }

  private static void requireChange(
      MomentMatching matching, MomentMatching.Term changes, int sign, PublishedNumber number) {
    switch (number.statistic()) {
      case "change" -> matching.mean(changes, number.required().interval());
      case "change-sd" -> matching.sd(changes, number.required().interval());
      case "ci-low" -> matching.bound(changes, -1, number.required().interval());
      case "ci-high" -> matching.bound(changes, 1, number.required().interval());
      case "p" -> matching.pairedP(changes, sign, number.required().interval());
      default -> {}
    }
  }
}
