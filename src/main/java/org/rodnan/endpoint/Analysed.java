package org.rodnan.endpoint;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.rodnan.endpoint.EndpointTable.Comparison;
import org.rodnan.endpoint.EndpointTable.Row;
import org.rodnan.endpoint.EndpointTable.Test;

/**
 * What the subjects of an analysis set tell at a visit, worked out at once. Sets of the same
 * subjects with the same values share it: where nothing is missing, all of them. Immutable.
 */
final class Analysed {
  private final Pairs everybody;
  private final Optional<Pairs> others;
  private final Map<String, Stratum> strata = new HashMap<>();
  private final Map<List<String>, Comparison> comparisons = new HashMap<>();

  /**
   * @param set that rows and comparisons name
   * @param others of the second measure, if one was asked for
   * @param members of each stratum
   */
  Analysed(
      AnalysisSet set,
      String visit,
      Pairs everybody,
      Optional<Pairs> others,
      OptionalDouble responder,
      Map<String, BitSet> members) {
    this.everybody = everybody;
    this.others = others;
    List<String> compared = new ArrayList<>();
    members.forEach((name, some) -> {
      Pairs pairs = everybody.among(some);
      Stratum stratum = new Stratum(pairs, row(set, name, visit, pairs, others, responder));
      strata.put(name, stratum);
      if (!name.equals(EndpointTable.ALL)) {
        compared.forEach(other ->
            comparisons.put(
                List.of(other, name), comparison(set, visit, this.stratum(other), stratum)));
        compared.add(name);
      }
    });
  }

  /** One stratum, and its row for the set that was worked out first. */
  record Stratum(Pairs pairs, Row row) {}

  /** Whether it is of the same values. */
  boolean isOf(Pairs pairs, Optional<Pairs> second) {
    return everybody.isSame(pairs)
        && others.isPresent() == second.isPresent()
        && others.map(own -> own.isSame(second.orElseThrow())).orElse(true);
  }

  Stratum stratum(String name) {
    return Objects.requireNonNull(strata.get(name));
  }

  /** The changes of two strata, in the order in which they were asked for. */
  Comparison comparison(String left, String right) {
    return Objects.requireNonNull(comparisons.get(List.of(left, right)));
  }

  private static Row row(
      AnalysisSet set,
      String stratum,
      String visit,
      Pairs pairs,
      Optional<Pairs> others,
      OptionalDouble responder) {
    Sample change = Sample.of(pairs.changes());
    double half = change.halfInterval(EndpointTable.LEVEL);
    return new Row(
        set,
        stratum,
        visit,
        Sample.of(pairs.baseline()),
        Sample.of(pairs.atVisit()),
        change,
        change.mean() - half,
        change.mean() + half,
        Sample.of(pairs.percentChanges()),
        Test.of(Tests.pairedT(change)),
        Test.of(Tests.signedRank(pairs.changes())),
        others.map(each -> Test.of(pairs.correlation(each))),
        responder.isPresent()
            ? OptionalInt.of(pairs.responders(responder.getAsDouble()))
            : OptionalInt.empty());
  }

  private static Comparison comparison(AnalysisSet set, String visit, Stratum left, Stratum right) {
    return new Comparison(
        set,
        visit,
        left.row().stratum(),
        right.row().stratum(),
        Test.of(Tests.welch(left.row().change(), right.row().change())),
        Test.of(Tests.mannWhitney(left.pairs().changes(), right.pairs().changes())));
  }
}
