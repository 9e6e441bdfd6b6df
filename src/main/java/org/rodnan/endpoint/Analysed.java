package org.rodnan.endpoint;

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
 * What was worked out of the subjects of an analysis set at a visit. Sets of the same subjects with
 * the same values share it: where nothing is missing, all of them. For one thread.
 */
final class Analysed {
  private final Pairs everybody;
  private final Optional<Pairs> others;
  private final OptionalDouble responder;
  private final Map<String, Stratum> strata = new HashMap<>();
  private final Map<List<String>, Comparison> comparisons = new HashMap<>();

  private Analysed(Pairs everybody, Optional<Pairs> others, OptionalDouble responder) {
    this.everybody = everybody;
    this.others = others;
    this.responder = responder;
  }

  /** One stratum, and its row for the set that asked first. */
  record Stratum(Pairs pairs, Row row) {}

  /**
   * The one of the same values, or a new one, which is added.
   *
   * @param earlier those of the same visit
   * @param others of the second measure, if one was asked for
   */
  static Analysed among(
      List<Analysed> earlier, Pairs everybody, Optional<Pairs> others, OptionalDouble responder) {
    for (Analysed each : earlier) {
      if (each.isOf(everybody, others)) {
        return each;
      }
    }
    Analysed analysed = new Analysed(everybody, others, responder);
    earlier.add(analysed);
    return analysed;
  }

  private boolean isOf(Pairs pairs, Optional<Pairs> second) {
    return everybody.isSame(pairs)
        && others.isPresent() == second.isPresent()
        && others.map(own -> own.isSame(second.orElseThrow())).orElse(true);
  }

  Stratum stratum(AnalysisSet set, String name, String visit, BitSet members) {
    return strata.computeIfAbsent(
        name,
        key -> {
          Pairs pairs = everybody.among(members);
          return new Stratum(pairs, row(set, name, visit, pairs));
        });
  }

  private Row row(AnalysisSet set, String stratum, String visit, Pairs pairs) {
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
        test(Tests.pairedT(change)),
        test(Tests.signedRank(pairs.changes())),
        others.map(each -> test(pairs.correlation(each))),
        responder.isPresent()
            ? OptionalInt.of(pairs.responders(responder.getAsDouble()))
            : OptionalInt.empty());
  }

  /** The changes of two strata, both asked for before. */
  Comparison comparison(AnalysisSet set, String visit, String left, String right) {
    return comparisons
        .computeIfAbsent(
            List.of(left, right),
            key -> {
              Stratum one = Objects.requireNonNull(strata.get(left));
              Stratum other = Objects.requireNonNull(strata.get(right));
              return new Comparison(
                  set,
                  visit,
                  left,
                  right,
                  test(Tests.welch(one.row().change(), other.row().change())),
                  test(Tests.mannWhitney(one.pairs().changes(), other.pairs().changes())));
            })
        .of(set);
  }

  private static Test test(Tests.Outcome outcome) {
    return new Test(outcome.statistic(), outcome.p(), outcome.variant());
  }
}
