package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Type;
import org.jspecify.annotations.Nullable;
import org.rodnan.dataset.Value;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Term;
import org.rodnan.mapping.Units;

/** Variables that rows of several domains have, from the elements of resources. */
final class ResourceVariables {
  private static final int DIGITS_MAX = 70;

  private ResourceVariables() {}

  /** What the study's rows are taken to have: a link to it. */
  static void link(DomainResource resource, Written row) {
    row.supp("NOSTUDY", Elements.find(resource, Elements.STUDY).isPresent() ? "" : "Y");
  }

  static void timing(DomainResource resource, Written row, String dayVariable) {
    Elements.visitCode(resource).ifPresent(code -> visit(code, row));
    day(resource, row, dayVariable);
  }

  static void day(DomainResource resource, Written row, String variable) {
    Elements.studyDay(resource)
        .ifPresentOrElse(
            day -> row.put(variable, String.valueOf(day)), () -> row.supp("NODAY", "Y"));
  }

  static void visit(String code, Written row) {
    row.put("VISIT", VisitNames.name(code));
    row.put("VISITNUM", Value.of(VisitNames.number(code)).asText());
  }

  static void term(CodeableConcept concept, Written row, String variable) {
    boolean hasText = concept.hasText();
    Coding first = concept.getCodingFirstRep();
    row.put(
        variable,
        hasText
            ? concept.getText()
            : first.hasDisplay() ? first.getDisplay() : text(first.getCode()));
    row.supp("NOTEXT", hasText ? "" : "Y");
    codes(concept, Optional.empty(), row);
  }

  /** Those that the row's own variables don't say. */
  static void codes(CodeableConcept concept, Optional<Coding> said, Written row) {
    int i = 0;
    for (Coding coding : Elements.codings(concept)) {
      if (said.isEmpty() || coding != said.get()) {
        row.supp("CODE" + ++i, Elements.token(coding));
      }
    }
  }

  /** The submission value; empty if no term says all of it. */
  static String named(List<Term> terms, Type value) {
    return Elements.code(value)
        .flatMap(code -> Term.ofCode(terms, code))
        .filter(term -> ConceptText.isOnly(value, term.system(), term.code()))
        .map(Term::submission)
        .orElse("");
  }

  static String submission(List<Term> terms, @Nullable Type value) {
    return value == null
        ? ""
        : Elements.code(value)
            .flatMap(code -> Term.ofCode(terms, code))
            .map(Term::submission)
            .orElse("");
  }

  static void unit(Quantity quantity, Written row, String... variables) {
    String unit = text(quantity.hasCode() ? quantity.getCode() : quantity.getUnit());
    String submission = SubmissionUnits.submission(unit);
    for (String variable : variables) {
      row.put(variable, submission);
    }
    boolean isKnown =
        submission.isEmpty() || Units.ucum(submission).filter(unit::equals).isPresent();
    row.supp("UCUM", isKnown ? "" : unit);
  }

  /** A short text may stand for a number of millions of digits. */
  static String digits(BigDecimal number) {
    if (Math.abs((long) number.scale()) > DIGITS_MAX || number.precision() > DIGITS_MAX) {
      throw new FhirFailure.Unprocessable(
          IssueType.VALUE,
          "A value has more than " + DIGITS_MAX + " digits; SDTM has no place for it",
          "valueQuantity");
    }
    return number.toPlainString();
  }

  static String text(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }

  static String text(@Nullable BaseDateTimeType at) {
    return at == null || at.isEmpty() ? "" : text(at.getValueAsString());
  }

  static String time(@Nullable Type at) {
    return at instanceof BaseDateTimeType time ? text(time) : "";
  }
}
