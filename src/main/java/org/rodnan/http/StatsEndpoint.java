package org.rodnan.http;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Period;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.operation.StatsOperation;

/** Reads what {@code $stats} is asked with. */
final class StatsEndpoint {
  private static final Set<String> PARAMETERS =
      Set.of(
          "subject",
          "code",
          "system",
          "coding",
          "duration",
          "period",
          "statistic",
          "include",
          "limit");

  private StatsEndpoint() {}

  static Answer stats(OperationCall call, StatsOperation operation) {
    OperationInput input = call.input();
    input.requireOnly(PARAMETERS);
    List<String> statistics = input.texts("statistic");
    List<Coding> codings = codings(input);
    if (statistics.isEmpty() || codings.isEmpty()) {
      String missing = statistics.isEmpty() ? "statistic" : "code";
      throw new FhirFailure.Malformed("There is no parameter '" + missing + "'", missing);
    }
    return Answer.of(
        200,
        JsonBytes.of(
            operation.stats(
                new StatsOperation.Question(
                    input
                        .text("subject")
                        .orElseThrow(() ->
                            new FhirFailure.Malformed(
                                "There is no parameter 'subject'", "subject")),
                    codings,
                    input.text("duration").map(StatsEndpoint::hours),
                    period(input),
                    statistics,
                    input.flag("include"),
                    input.text("limit").map(StatsEndpoint::limit)))));
  }

  /** In a URL a coding is written as a token, {@code system|code}. */
  private static List<Coding> codings(OperationInput input) {
    List<Coding> codings = new ArrayList<>();
    String system = input.text("system").orElse(null);
    for (String code : input.texts("code")) {
      codings.add(new Coding().setSystem(system).setCode(code));
    }
    for (String token : input.texts("coding")) {
      int bar = token.indexOf('|');
      codings.add(
          new Coding()
              .setSystem(bar < 1 ? null : token.substring(0, bar))
              .setCode(token.substring(bar + 1)));
    }
    for (Coding coding : input.complex("coding", Coding.class)) {
      codings.add(coding);
    }
    for (Coding coding : codings) {
      if (!coding.hasCode()) {
        throw new FhirFailure.Malformed("The coding has no code", "coding");
      }
    }
    return codings;
  }

  /** In a URL {@code start/end}, as ISO 8601 writes it; one of them may be missing. */
  private static Optional<Period> period(OperationInput input) {
    List<Period> given = new ArrayList<>(input.complex("period", Period.class));
    for (String text : input.texts("period")) {
      int slash = text.indexOf('/');
      Period period = new Period();
      try {
        if (slash < 0 || text.length() == 1) {
          throw new IllegalArgumentException(text);
        }
        if (slash > 0) {
          period.getStartElement().setValueAsString(text.substring(0, slash));
        }
        if (slash < text.length() - 1) {
          period.getEndElement().setValueAsString(text.substring(slash + 1));
        }
      } catch (IllegalArgumentException | ca.uhn.fhir.parser.DataFormatException e) {
        throw new FhirFailure.Malformed(
            "period is '" + text + "'; expected start/end, each a date or time", "period");
      }
      given.add(period);
    }
    if (given.size() > 1) {
      throw new FhirFailure.Malformed(
          "'period' is given several times; expected it once", "period");
    }
    return given.stream().findFirst();
  }

  private static BigDecimal hours(String text) {
    if (!text.matches("\\d{1,30}(\\.\\d{1,9})?")) {
      throw new FhirFailure.Malformed(
          "duration is '" + text + "'; expected a number of hours", "duration");
    }
    return new BigDecimal(text);
  }

  private static int limit(String text) {
    if (!text.matches("[1-9]\\d{0,8}")) {
      throw new FhirFailure.Malformed(
          "limit is '" + text + "'; expected a whole number of 1 or more", "limit");
    }
    return Integer.parseInt(text);
  }
}
