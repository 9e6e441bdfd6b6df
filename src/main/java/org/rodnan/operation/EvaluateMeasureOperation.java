package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Measure;
import org.hl7.fhir.r4.model.MeasureReport;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.cohort.Disclosure;
import org.rodnan.cql.CqlEvaluation;
import org.rodnan.cql.MeasureQuestion;
import org.rodnan.cql.MeasureQuestion.Everybody;
import org.rodnan.cql.MeasureQuestion.InGroup;
import org.rodnan.cql.MeasureQuestion.InStudy;
import org.rodnan.cql.MeasureQuestion.OfPractitioner;
import org.rodnan.cql.MeasureQuestion.OnePatient;
import org.rodnan.cql.MeasureQuestion.Report;
import org.rodnan.cql.MeasureQuestion.Subjects;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.terminology.DefinitionSource;

/**
 * {@code $evaluate-measure} (R4, measure-operation-evaluate-measure.html): a measure whose criteria
 * are CQL. Thread safe.
 */
public final class EvaluateMeasureOperation {
  private static final Set<String> NAMES =
      Set.of("measure", "periodStart", "periodEnd", "reportType", "subject", "practitioner");

  private final CqlEvaluation cql;
  private final Disclosure disclosure;
  private final ReadInteraction read;
  private final DefinitionSource definitions;

  EvaluateMeasureOperation(
      CqlEvaluation cql,
      Disclosure disclosure,
      ReadInteraction read,
      DefinitionSource definitions) {
    this.cql = cql;
    this.disclosure = disclosure;
    this.read = read;
    this.definitions = definitions;
  }

  /**
   * The report of a measure.
   *
   * @param key of the measure; without it the parameter {@code measure} has its canonical or id
   * @throws FhirFailure as {@link CqlEvaluation} does; {@link FhirFailure.Malformed} if the
   *     parameters can't be understood; {@link FhirFailure.NotFound} if there is no such measure;
   *     {@link FhirFailure.Forbidden} if who asks may not see single subjects
   */
  public MeasureReport evaluate(Optional<ResourceKey> key, OperationArguments arguments) {
    arguments.requireOnly(NAMES);
    disclosure.requireSubjects("CQL");
    ZonedDateTime start = days("periodStart", arguments).first().atStartOfDay(ZoneOffset.UTC);
    ZonedDateTime end =
        days("periodEnd", arguments).after().atStartOfDay(ZoneOffset.UTC).minusSeconds(1);
    if (end.isBefore(start)) {
      throw OperationArguments.malformed("periodEnd", "is before periodStart");
    }
    Subjects subjects = subjects(arguments);
    Report report = report(arguments.text("reportType"), subjects);
    return cql.evaluate(new MeasureQuestion(measure(key, arguments), start, end, report, subjects));
  }

  private Measure measure(Optional<ResourceKey> key, OperationArguments arguments) {
    Optional<String> named = arguments.text("measure");
    if (key.isPresent()) {
      if (named.isPresent()) {
        throw OperationArguments.malformed("measure", "found one, but " + key.get() + " is asked");
      }
      return stored(key.get());
    }
    String text =
        named.orElseThrow(() -> OperationArguments.missing("a measure, its canonical or id"));
    if (text.contains(":")) {
      return definitions
          .find(Measure.class, text)
          .orElseThrow(() -> new FhirFailure.NotFound("Measure '" + text + "' is not known here"));
    }
    return stored(
        ResourceKey.parse(text.contains("/") ? text : "Measure/" + text)
            .filter(each -> each.type().equals("Measure"))
            .orElseThrow(() ->
                OperationArguments.malformed(
                    "measure", "found '" + text + "', expected a canonical or an id")));
  }

  private Measure stored(ResourceKey key) {
    return FhirContexts.r4()
        .newJsonParser()
        .parseResource(Measure.class, new String(read.read(key).json(), StandardCharsets.UTF_8));
  }

  private static Subjects subjects(OperationArguments arguments) {
    Optional<String> subject = arguments.text("subject");
    Optional<String> practitioner = arguments.text("practitioner");
    if (practitioner.isPresent()) {
      if (subject.isPresent()) {
        throw OperationArguments.malformed("practitioner", "found a subject besides it");
      }
      return new OfPractitioner(
          key("practitioner", practitioner.get(), "Practitioner", "expected Practitioner/[id]"));
    }
    return subject.map(EvaluateMeasureOperation::subject).orElseGet(Everybody::new);
  }

  private static Subjects subject(String text) {
    String expected = "expected Patient/[id], Group/[id] or ResearchStudy/[id]";
    ResourceKey key = key("subject", text, "Patient", expected);
    return switch (key.type()) {
      case "Patient" -> new OnePatient(key);
      case "Group" -> new InGroup(key);
      case "ResearchStudy" -> new InStudy(key);
      default -> throw OperationArguments.malformed("subject", "found '" + text + "', " + expected);
    };
  }

  private static ResourceKey key(String name, String text, String type, String expected) {
    return ResourceKey.parse(text.contains("/") ? text : type + "/" + text)
        .orElseThrow(() -> OperationArguments.malformed(name, "found '" + text + "', " + expected));
  }

  /** The codes of R4, and those by which reports and later versions call the same. */
  private static Report report(Optional<String> asked, Subjects subjects) {
    boolean isOne = subjects instanceof OnePatient;
    Report report =
        switch (asked.orElse(isOne ? "subject" : "population")) {
          case "subject", "individual", "patient" -> Report.SUBJECT;
          case "subject-list", "patient-list" -> Report.SUBJECT_LIST;
          case "population", "summary" -> Report.POPULATION;
          default ->
              throw OperationArguments.malformed(
                  "reportType",
                  "found '" + asked.get() + "', expected subject, subject-list or population");
        };
    if (report == Report.SUBJECT && !isOne) {
      throw OperationArguments.malformed(
          "reportType", "found '" + asked.get() + "', expected with it a subject Patient/[id]");
    }
    return report;
  }

  /** Its days, a whole month or year if no more is said (R4, datatypes.html#date). */
  private static Days days(String name, OperationArguments arguments) {
    String text =
        arguments
            .text(name)
            .orElseThrow(() ->
                new FhirFailure.Malformed(
                    IssueType.REQUIRED, "Parameter '" + name + "': expected a date", name));
    try {
      if (text.matches("\\d{4}")) {
        LocalDate first = Year.parse(text).atDay(1);
        return new Days(first, first.plusYears(1));
      }
      if (text.matches("\\d{4}-\\d{2}")) {
        LocalDate first = YearMonth.parse(text).atDay(1);
        return new Days(first, first.plusMonths(1));
      }
      LocalDate day = LocalDate.parse(text);
      return new Days(day, day.plusDays(1));
    } catch (DateTimeParseException e) {
      throw OperationArguments.malformed(
          name, "found '" + text + "', expected a date such as 2007-09-17");
    }
  }

  /**
   * @param after the first day that isn't one of them
   */
  private record Days(LocalDate first, LocalDate after) {}
}
