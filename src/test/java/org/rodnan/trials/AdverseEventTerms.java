package org.rodnan.trials;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The terms of table 2, and those added where the paper gives numbers only. */
final class AdverseEventTerms {

  /**
   * A term of the upper part of table 2.
   *
   * @param subjects how many had it at least possibly related to the drug
   * @param repeats further events of it in subjects who had one already
   * @param gradeTwos how many of its events are of grade 2
   */
  record Related(AdverseEventTerm term, int subjects, int repeats, int gradeTwos) {}

  /**
   * A line of the lower part of table 2.
   *
   * @param bearer whom it happens to: one, deceased or other
   */
  record Serious(
      AdverseEventTerm term,
      int events,
      LedgerEvent.Relatedness relatedness,
      int grade,
      LedgerEvent.Criterion criterion,
      String bearer) {}

  private final List<String[]> rows =
      PublishedNumbers.lines("spiera-2011-adverse-events.psv").stream()
          .map(line -> line.split(" \\| "))
          .toList();

  List<Related> related() {
    return of("related").stream()
        .map(c -> new Related(term(c), number(c[4]), number(c[5]), number(c[6])))
        .toList();
  }

  List<AdverseEventTerm> relatedOnce() {
    return of("once").stream().map(AdverseEventTerms::term).toList();
  }

  List<AdverseEventTerm> unrelated() {
    return of("unrelated").stream().map(AdverseEventTerms::term).toList();
  }

  List<Serious> serious() {
    return of("serious").stream()
        .map(c ->
            new Serious(
                term(c),
                number(c[4]),
                LedgerEvent.Relatedness.valueOf(c[5]),
                number(c[6]),
                LedgerEvent.Criterion.valueOf(c[7]),
                c[8]))
        .toList();
  }

  /** The name that the paper gives a code. */
  String nameOf(String code) {
    return rows.stream()
        .filter(cells -> cells[1].equals(code))
        .map(cells -> cells[2])
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no term " + code));
  }

  /** The terms that table 2 lists, in its order. */
  List<AdverseEventTerm> printed() {
    return rows.stream()
        .filter(cells -> Arrays.asList("related", "serious").contains(cells[0]))
        .map(AdverseEventTerms::term)
        .toList();
  }

  private List<String[]> of(String kind) {
    return rows.stream().filter(cells -> cells[0].equals(kind)).toList();
  }

  private static AdverseEventTerm term(String[] cells) {
    return new AdverseEventTerm(
        cells[1], cells[2], cells[3].equals("-") ? Optional.empty() : Optional.of(cells[3]));
  }

  private static int number(String cell) {
    return Integer.parseInt(cell);
  }
}
