package org.rodnan.endpoint;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.rodnan.cohort.SmallCounts;

/**
 * Which numbers of a table may be told to whoever may not see single subjects. Rows go first, in
 * their order; after all of them what is of some of a row's subjects only, so that no row is left
 * out for its sake.
 */
final class Admitted {
  /** For whoever may see single subjects. */
  static final Admitted EVERYTHING = new Admitted(place -> true, place -> true, place -> true);

  private final Predicate<Place> rows;
  private final Predicate<Place> percentChanges;
  private final Predicate<Place> responders;

  /** Where a row stands in the table. */
  record Place(AnalysisSet population, String visit, String stratum) {}

  private Admitted(
      Predicate<Place> rows, Predicate<Place> percentChanges, Predicate<Place> responders) {
    this.rows = rows;
    this.percentChanges = percentChanges;
    this.responders = responders;
  }

  /**
   * @param places of all rows
   * @param responder what counts as a response, if that is asked for
   * @param pairs the numbers of a row
   */
  static Admitted of(
      SmallCounts counts,
      List<Place> places,
      OptionalDouble responder,
      Function<Place, Pairs> pairs) {
    Set<Place> rows = admitted(counts, places, place -> pairs.apply(place).everybody());
    List<Place> shown = places.stream().filter(rows::contains).toList();
    Set<Place> percentChanges =
        admitted(counts, shown, place -> pairs.apply(place).withPercentChange());
    Set<Place> responders =
        responder.isEmpty()
            ? Set.of()
            : admitted(
                counts, shown, place -> pairs.apply(place).responding(responder.getAsDouble()));
    return new Admitted(rows::contains, percentChanges::contains, responders::contains);
  }

  private static Set<Place> admitted(
      SmallCounts counts, List<Place> places, Function<Place, BitSet> subjects) {
    Set<Place> admitted = new HashSet<>();
    for (Place place : places) {
      if (counts.admits(List.of(subjects.apply(place)))) {
        admitted.add(place);
      }
    }
    return admitted;
  }

  boolean hasRow(Place place) {
    return rows.test(place);
  }

  boolean hasPercentChange(Place place) {
    return percentChanges.test(place);
  }

  boolean hasResponders(Place place) {
    return responders.test(place);
  }
}
