package org.rodnan.operation;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.hipparchus.stat.descriptive.DescriptiveStatistics;
import org.hipparchus.stat.regression.SimpleRegression;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.codesystems.ObservationStatistics;
import org.rodnan.fhir.FhirFailure;

/**
 * A statistic of R4's value set observation-statistics, computed by Hipparchus. Spread, skewness
 * and kurtosis are those of a sample; percentiles lie at (n + 1) p between the values in their
 * order.
 */
record Statistic(ObservationStatistics kind) {
  private static final double SECONDS_OF_DAY = 86_400;

  /** A value and its time. */
  record Point(Instant at, double value) {}

  /** In which unit a number is. */
  enum Unit {
    OF_THE_VALUES,
    ONE,
    NONE
  }

  /**
   * @param value not finite if there are too few values
   */
  record Result(String name, double value, Unit unit) {}

  /**
   * @throws FhirFailure.Malformed if the value set has no such code
   */
  static Statistic of(String code) {
    try {
      return new Statistic(ObservationStatistics.fromCode(code));
    } catch (FHIRException e) {
      throw new FhirFailure.Malformed(
          "statistic is '"
              + code
              + "'; expected one of "
              + Arrays.stream(ObservationStatistics.values())
                  .filter(each -> each != ObservationStatistics.NULL)
                  .map(ObservationStatistics::toCode)
                  .toList(),
          "statistic");
    }
  }

  String code() {
    return kind.toCode();
  }

  String display() {
    return kind.getDisplay();
  }

  /**
   * @param total how many Observations there are, those without a valid value too
   */
  List<Result> of(List<Point> points, int total) {
    return switch (kind) {
      case AVERAGE -> values(points, DescriptiveStatistics::getMean);
      case MAXIMUM -> values(points, DescriptiveStatistics::getMax);
      case MINIMUM -> values(points, DescriptiveStatistics::getMin);
      case COUNT -> one(points.size());
      case TOTALCOUNT -> one(total);
      case MEDIAN -> percentile(points, 50);
      case STDDEV -> values(points, spread(DescriptiveStatistics::getStandardDeviation));
      case SUM -> values(points, DescriptiveStatistics::getSum);
      case VARIANCE -> number(points, spread(DescriptiveStatistics::getVariance), Unit.NONE);
      case _20PERCENT, _51 -> percentile(points, 20);
      case _80PERCENT, _54 -> percentile(points, 80);
      case _4LOWER -> percentile(points, 25);
      case _4UPPER -> percentile(points, 75);
      case _4DEV -> values(points, of -> (of.getPercentile(75) - of.getPercentile(25)) / 2);
      case _52 -> percentile(points, 40);
      case _53 -> percentile(points, 60);
      case SKEW -> number(points, DescriptiveStatistics::getSkewness, Unit.ONE);
      case KURTOSIS -> number(points, DescriptiveStatistics::getKurtosis, Unit.ONE);
      case REGRESSION -> regression(points);
      case NULL -> throw new IllegalStateException("No statistic");
    };
  }

  private List<Result> one(int count) {
    return List.of(new Result(display(), count, Unit.ONE));
  }

  private List<Result> percentile(List<Point> points, int percent) {
    return values(points, of -> of.getPercentile(percent));
  }

  private List<Result> values(List<Point> points, ToDoubleFunction<DescriptiveStatistics> of) {
    return number(points, of, Unit.OF_THE_VALUES);
  }

  /** Hipparchus says of a single value that it has none; a sample of one has no known spread. */
  private static ToDoubleFunction<DescriptiveStatistics> spread(
      ToDoubleFunction<DescriptiveStatistics> of) {
    return statistics -> statistics.getN() < 2 ? Double.NaN : of.applyAsDouble(statistics);
  }

  private List<Result> number(
      List<Point> points, ToDoubleFunction<DescriptiveStatistics> of, Unit unit) {
    DescriptiveStatistics statistics =
        new DescriptiveStatistics(points.stream().mapToDouble(Point::value).toArray());
    double value = points.isEmpty() ? Double.NaN : of.applyAsDouble(statistics);
    return List.of(new Result(display(), value, unit));
  }

  /** By the days since the first value. */
  private List<Result> regression(List<Point> points) {
    SimpleRegression line = new SimpleRegression();
    points.stream()
        .map(Point::at)
        .min(Instant::compareTo)
        .ifPresent(first ->
            points.forEach(point ->
                line.addData(
                    (point.at().getEpochSecond() - first.getEpochSecond()) / SECONDS_OF_DAY,
                    point.value())));
    return List.of(
        new Result(display() + " gradient, by day", line.getSlope(), Unit.NONE),
        new Result(
            display() + " intercept, at the first value", line.getIntercept(), Unit.OF_THE_VALUES));
  }
}
