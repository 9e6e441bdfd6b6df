package org.rodnan.endpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.rodnan.fhir.LogPosition;

/**
 * What changed from baseline. Numbers are not rounded; NaN stands for what there are too few values
 * for.
 *
 * @param position of the log: everything up to here counts, and nothing after it
 * @param name of the measure
 * @param unit of the values, in UCUM
 * @param rows by population, stratum and visit, in this order
 * @param comparisons of the changes of each two strata
 */
public record EndpointTable(
    LogPosition position,
    String name,
    String unit,
    String baseline,
    List<Row> rows,
    List<Comparison> comparisons) {
  /** The stratum that everybody is in. */
  public static final String ALL = "all";

  /** Of the confidence intervals. */
  public static final double LEVEL = 0.95;

  public EndpointTable {
    rows = List.copyOf(rows);
    comparisons = List.copyOf(comparisons);
  }

  /**
   * One visit of one population.
   *
   * @param baseline {@code atVisit} and {@code change} are of the same subjects
   * @param percentChange of the subjects whose value at baseline isn't zero
   * @param correlation of the change with that of the second measure, if one was asked for
   * @param responders how many changed by as much as was asked for
   */
  public record Row(
      AnalysisSet population,
      String stratum,
      String visit,
      Sample baseline,
      Sample atVisit,
      Sample change,
      double changeCiLow,
      double changeCiHigh,
      Sample percentChange,
      Test pairedT,
      Test wilcoxon,
      Optional<Test> correlation,
      OptionalInt responders) {
    /** The same numbers as those of another population. */
    Row of(AnalysisSet other) {
      return new Row(
          other,
          stratum,
          visit,
          baseline,
          atVisit,
          change,
          changeCiLow,
          changeCiHigh,
          percentChange,
          pairedT,
          wilcoxon,
          correlation,
          responders);
    }
  }

  /** The changes of two strata at a visit. */
  public record Comparison(
      AnalysisSet population,
      String visit,
      String left,
      String right,
      Test welch,
      Test mannWhitney) {
    /** The same numbers as those of another population. */
    Comparison of(AnalysisSet other) {
      return new Comparison(other, visit, left, right, welch, mannWhitney);
    }
  }

  /**
   * A test's outcome.
   *
   * @param p two-sided
   * @param variant how it was computed
   */
  public record Test(double statistic, double p, String variant) {
    static Test of(Tests.Outcome outcome) {
      return new Test(outcome.statistic(), outcome.p(), outcome.variant());
    }
  }
}
