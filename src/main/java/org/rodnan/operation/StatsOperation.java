package org.rodnan.operation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.interaction.SearchInteraction;
import org.rodnan.operation.Statistic.Point;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.terminology.CanonicalQuantity;
import org.rodnan.terminology.UnitConversion;

/**
 * {@code $stats} of Observation (R4, observation-operation-stats.html): statistics over what was
 * measured of one subject, for each code one Observation. The values are those of the code, be it
 * of the Observation or of one of its components, that are quantities in UCUM; they are brought to
 * the unit of the newest. Thread safe.
 */
public final class StatsOperation {
  private static final String STATISTICS =
      "http://terminology.hl7.org/CodeSystem/observation-statistics";
  private static final String UCUM = "http://unitsofmeasure.org";
  private static final String ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
  private static final MathContext DIGITS = new MathContext(12);
  private static final long MILLIS_OF_HOUR = 3_600_000;

  private final ReadInteraction read;
  private final SearchInteraction search;
  private final UnitConversion units;
  private final Limits limits;
  private final Clock clock;

  StatsOperation(
      ReadInteraction read,
      SearchInteraction search,
      UnitConversion units,
      Limits limits,
      Clock clock) {
    this.read = read;
    this.search = search;
    this.units = units;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * What is asked.
   *
   * @param codings what was measured; of one without a system only the code counts
   * @param hours back from now
   * @param statistics codes of R4's value set observation-statistics
   * @param include whether the Observations come along
   * @param limit so many of them at most, the newest
   */
  public record Question(
      String subject,
      List<Coding> codings,
      Optional<BigDecimal> hours,
      Optional<Period> period,
      List<String> statistics,
      boolean include,
      Optional<Integer> limit) {}

  /** One measured value, as it stands. */
  private record Measured(Instant at, Quantity quantity) {}

  /**
   * @return Parameters with one {@code statistics} for each code, then each {@code source}
   * @throws FhirFailure.NotFound if the subject isn't there
   * @throws FhirFailure.Gone if it was deleted
   * @throws FhirFailure.Malformed if the question makes no sense, or concerns more Observations
   *     than {@code rodnan.limits.bundle-entries-max}
   */
  public byte[] stats(Question question) {
    List<Statistic> statistics = question.statistics().stream().map(Statistic::of).toList();
    Period period = period(question);
    ResourceKey.parse(question.subject())
        .filter(key -> key.toString().equals(question.subject()))
        .ifPresent(read::read);
    Parameters answer = new Parameters();
    List<Observation> sources = new ArrayList<>();
    for (Coding coding : question.codings()) {
      List<Observation> found = find(question.subject(), coding, period);
      answer
          .addParameter()
          .setName("statistics")
          .setResource(statistics(question.subject(), coding, period, found, statistics));
      sources.addAll(found);
    }
    if (question.include()) {
      sources.stream()
          .limit(question.limit().orElse(Integer.MAX_VALUE))
          .forEach(source -> answer.addParameter().setName("source").setResource(source));
    }
    return FhirContexts.r4()
        .newJsonParser()
        .encodeResourceToString(answer)
        .getBytes(StandardCharsets.UTF_8);
  }

  private Period period(Question question) {
    if (question.hours().isPresent() && question.period().isPresent()) {
      throw new FhirFailure.Malformed(
          "duration and period are both given; expected one of them", "duration", "period");
    }
    Period period = question.period().orElseGet(Period::new);
    if (period.hasStart() && period.hasEnd()) {
      Span.requireOrder(
          period.getStartElement().getValueAsString(),
          period.getEndElement().getValueAsString(),
          "period");
    }
    question
        .hours()
        .ifPresent(hours -> {
          BigDecimal millis = hours.multiply(BigDecimal.valueOf(MILLIS_OF_HOUR));
          Instant now = clock.instant();
          if (millis.signum() <= 0
              || millis.compareTo(BigDecimal.valueOf(now.toEpochMilli())) > 0) {
            throw new FhirFailure.Malformed(
                "duration is "
                    + hours.toPlainString()
                    + "; expected a number of hours over 0 and at most "
                    + now.toEpochMilli() / MILLIS_OF_HOUR
                    + ", back to 1970",
                "duration");
          }
          period.setStart(Date.from(now.minusMillis(millis.longValue()))).setEnd(Date.from(now));
        });
    return period;
  }

  /** The newest first. */
  private List<Observation> find(String subject, Coding coding, Period period) {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(new Parameter("subject", escaped(subject)));
    String code = escaped(coding.getCode());
    parameters.add(
        new Parameter(
            "combo-code", coding.hasSystem() ? escaped(coding.getSystem()) + "|" + code : code));
    parameters.add(new Parameter("status:not", "entered-in-error"));
    if (period.hasStart()) {
      parameters.add(new Parameter("date", "ge" + period.getStartElement().getValueAsString()));
    }
    if (period.hasEnd()) {
      parameters.add(new Parameter("date", "le" + period.getEndElement().getValueAsString()));
    }
    parameters.add(new Parameter("_sort", "-date"));
    parameters.add(new Parameter("_count", Integer.toString(limits.pageSizeMax())));
    SearchRequest asked =
        new SearchRequest(List.of("Observation"), Optional.empty(), parameters, false);
    SearchPage page = search.search(asked);
    if (page.total().orElse(0) > limits.bundleEntriesMax()) {
      throw new FhirFailure.Malformed(
          IssueType.TOOCOSTLY,
          "There are "
              + page.total().orElse(0)
              + " Observations of "
              + coding.getCode()
              + "; rodnan.limits.bundle-entries-max allows "
              + limits.bundleEntriesMax());
    }
    List<Observation> found = new ArrayList<>();
    while (true) {
      for (SearchPage.Entry entry : page.entries()) {
        String json = new String(entry.json(), StandardCharsets.UTF_8);
        found.add(FhirContexts.r4().newJsonParser().parseResource(Observation.class, json));
      }
      if (page.next().isEmpty()) {
        return found;
      }
      page = search.next(asked, page.next().get());
    }
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("|", "\\|").replace("$", "\\$");
  }

  private Observation statistics(
      String subject,
      Coding coding,
      Period period,
      List<Observation> found,
      List<Statistic> statistics) {
    List<Measured> measured =
        found.stream().flatMap(each -> measured(each, coding).stream()).toList();
    Optional<Quantity> unit = measured.stream().findFirst().map(Measured::quantity);
    List<Point> points = new ArrayList<>();
    unit.ifPresent(in ->
        measured.forEach(each ->
            converted(each.quantity(), in)
                .ifPresent(value -> points.add(new Point(each.at(), value)))));
    Observation result = new Observation();
    result.setStatus(ObservationStatus.FINAL);
    result.setCode(new CodeableConcept(coding));
    result.setSubject(new Reference(subject));
    if (!period.isEmpty()) {
      result.setEffective(period);
    }
    for (Statistic statistic : statistics) {
      for (Statistic.Result number : statistic.of(points, found.size())) {
        component(result.addComponent(), statistic, number, unit);
      }
    }
    return result;
  }

  private static void component(
      ObservationComponentComponent component,
      Statistic statistic,
      Statistic.Result number,
      Optional<Quantity> unit) {
    component
        .getCode()
        .setText(number.name())
        .addCoding()
        .setSystem(STATISTICS)
        .setCode(statistic.code())
        .setDisplay(statistic.display());
    if (!Double.isFinite(number.value())) {
      component
          .getDataAbsentReason()
          .addCoding()
          .setSystem(ABSENT)
          .setCode("not-a-number")
          .setDisplay("Not a Number (NaN)");
      return;
    }
    BigDecimal rounded = new BigDecimal(number.value()).round(DIGITS).stripTrailingZeros();
    Quantity value = new Quantity().setValue(rounded.scale() < 0 ? rounded.setScale(0) : rounded);
    switch (number.unit()) {
      case OF_THE_VALUES ->
          unit.ifPresent(in -> {
            value.setUnit(in.getUnit());
            value.setSystem(in.getSystem()).setCode(in.getCode());
          });
      case ONE -> value.setSystem(UCUM).setCode("1");
      case NONE -> {
        // That of a variance or a gradient need not be one of UCUM's texts.
      }
    }
    component.setValue(value);
  }

  /** Of the Observation itself and of its components, what is of the code and a UCUM quantity. */
  private static List<Measured> measured(Observation observation, Coding coding) {
    List<Measured> measured = new ArrayList<>();
    Instant at = Times.of(observation);
    if (is(observation.getCode(), coding) && isUcum(observation.getValue())) {
      measured.add(new Measured(at, (Quantity) observation.getValue()));
    }
    for (ObservationComponentComponent component : observation.getComponent()) {
      if (is(component.getCode(), coding) && isUcum(component.getValue())) {
        measured.add(new Measured(at, (Quantity) component.getValue()));
      }
    }
    return measured;
  }

  private static boolean is(CodeableConcept concept, Coding coding) {
    return concept.getCoding().stream()
        .anyMatch(each ->
            coding.getCode().equals(each.getCode())
                && (!coding.hasSystem() || coding.getSystem().equals(each.getSystem())));
  }

  private static boolean isUcum(org.hl7.fhir.r4.model.Type value) {
    return value instanceof Quantity quantity
        && quantity.hasValue()
        && !quantity.hasComparator()
        && UCUM.equals(quantity.getSystem())
        && quantity.hasCode();
  }

  /** The number in the unit of another; also where zero is not zero, as of temperatures. */
  private Optional<Double> converted(Quantity quantity, Quantity unit) {
    if (quantity.getCode().equals(unit.getCode())) {
      return Optional.of(quantity.getValue().doubleValue());
    }
    Optional<CanonicalQuantity> value = units.canonical(quantity.getCode(), quantity.getValue());
    Optional<CanonicalQuantity> zero = units.canonical(unit.getCode(), BigDecimal.ZERO);
    Optional<CanonicalQuantity> one = units.canonical(unit.getCode(), BigDecimal.ONE);
    if (value.isEmpty()
        || zero.isEmpty()
        || one.isEmpty()
        || !value.get().unit().equals(one.get().unit())) {
      return Optional.empty();
    }
    double from = zero.get().value().doubleValue();
    double step = one.get().value().doubleValue() - from;
    return Optional.of((value.get().value().doubleValue() - from) / step);
  }

  /** When an Observation was made. */
  private static final class Times {
    static Instant of(Observation observation) {
      Date date = null;
      if (observation.hasEffectiveDateTimeType()) {
        date = observation.getEffectiveDateTimeType().getValue();
      } else if (observation.hasEffectiveInstantType()) {
        date = observation.getEffectiveInstantType().getValue();
      } else if (observation.hasEffectivePeriod()) {
        date = observation.getEffectivePeriod().getStart();
      }
      return date == null ? Instant.EPOCH : date.toInstant();
    }
  }
}
