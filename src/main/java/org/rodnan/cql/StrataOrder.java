package org.rodnan.cql;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.MeasureReport;
import org.hl7.fhir.r4.model.MeasureReport.MeasureReportGroupStratifierComponent;
import org.hl7.fhir.r4.model.MeasureReport.StratifierGroupComponent;

/**
 * Puts the strata of a report in the order of their values, since the processor gives them in a
 * different one each time: numbers by size, then texts. The components of a stratum are in the
 * order of their codes.
 */
final class StrataOrder {
  private static final Comparator<String> VALUES =
      Comparator.comparing(
              StrataOrder::number,
              Comparator.comparing(
                  (Optional<BigDecimal> number) -> number.orElse(null),
                  Comparator.nullsLast(Comparator.naturalOrder())))
          .thenComparing(Comparator.naturalOrder());

  private StrataOrder() {}

  static void sort(MeasureReport report) {
    report.getGroup().stream()
        .flatMap(group -> group.getStratifier().stream())
        .map(MeasureReportGroupStratifierComponent::getStratum)
        .forEach(strata -> {
          strata.forEach(stratum ->
              stratum
                  .getComponent()
                  .sort(Comparator.comparing(component -> text(component.getCode()))));
          strata.sort(Comparator.comparing(StrataOrder::value, VALUES));
        });
  }

  /** Of several components their values one after the other. */
  private static String value(StratifierGroupComponent stratum) {
    return stratum.hasValue()
        ? text(stratum.getValue())
        : stratum.getComponent().stream()
            .map(component -> text(component.getValue()))
            .collect(Collectors.joining("\n"));
  }

  private static String text(CodeableConcept value) {
    return value.hasText()
        ? value.getText()
        : value.getCoding().stream()
            .map(coding -> coding.getSystem() + "|" + coding.getCode())
            .collect(Collectors.joining(","));
  }

  private static Optional<BigDecimal> number(String text) {
    return text.matches("-?\\d{1,18}([.]\\d{1,18})?")
        ? Optional.of(new BigDecimal(text))
        : Optional.empty();
  }
}
