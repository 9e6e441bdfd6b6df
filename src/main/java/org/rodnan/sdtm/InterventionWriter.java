package org.rodnan.sdtm;

import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.dataset.Value;
import org.rodnan.mapping.Elements;

/** The study treatment as EX, other medications as CM. Not thread safe. */
final class InterventionWriter {
  private final WrittenRows rows;

  InterventionWriter(WrittenRows rows) {
    this.rows = rows;
  }

  void given(MedicationAdministration given, String usubjid) {
    Written row = rows.start("EX", usubjid, given);
    ResourceVariables.link(given, row);
    row.supp(
        "STATRSN", given.getStatusReason().stream().findFirst().map(ConceptText::of).orElse(""));
    if (given.getMedication() instanceof CodeableConcept drug) {
      ResourceVariables.term(drug, row, "EXTRT");
    }
    row.supp("DOSETXT", ResourceVariables.text(given.getDosage().getText()));
    exposure(
        given,
        row,
        given.getEffective(),
        given.hasDosage() ? given.getDosage().getDose() : new Quantity());
    status(given.hasStatus() ? given.getStatus().toCode() : "", "completed", row);
  }

  void taken(MedicationStatement taken, String usubjid) {
    boolean isOfStudy =
        taken.getMeta().hasProfile(Elements.PROFILES + "ssc-study-treatment-statement");
    Written row = rows.start(isOfStudy ? "EX" : "CM", usubjid, taken);
    ResourceVariables.link(taken, row);
    row.supp(
        "STATRSN", taken.getStatusReason().stream().findFirst().map(ConceptText::of).orElse(""));
    Quantity dose =
        taken.getDosageFirstRep().getDoseAndRateFirstRep().getDose() instanceof Quantity found
            ? found
            : new Quantity();
    String status = taken.hasStatus() ? taken.getStatus().toCode() : "";
    row.supp("DOSETXT", ResourceVariables.text(taken.getDosageFirstRep().getText()));
    if (isOfStudy) {
      if (taken.getMedication() instanceof CodeableConcept drug) {
        ResourceVariables.term(drug, row, "EXTRT");
      }
      exposure(taken, row, taken.getEffective(), dose);
      row.supp("RESTYPE", "MedicationStatement");
      status(status, "completed", row);
      return;
    }
    if (taken.getMedication() instanceof CodeableConcept drug) {
      ResourceVariables.term(drug, row, "CMTRT");
    }
    row.put("CMCAT", ResourceVariables.text(taken.getCategory().getText()));
    row.supp("CATCODE", taken.getCategory().hasCoding() ? ConceptText.of(taken.getCategory()) : "");
    CodeableConcept reason = taken.getReasonCodeFirstRep();
    row.put("CMINDC", ResourceVariables.text(reason.getText()));
    row.supp("INDCODE", reason.hasCoding() ? ConceptText.of(reason) : "");
    period(taken.getEffective(), row, "CMSTDTC", "CMENDTC");
    dose(dose, row, "CMDOSE", "CMDOSU");
    ResourceVariables.timing(taken, row, "CMSTDY");
    status(status, row.get("CMENDTC").isEmpty() ? "active" : "completed", row);
  }

  /**
   * What was not taken says so by --OCCUR, and how it was with all else by a qualifier.
   *
   * @param implied by a row that says nothing of it
   */
  private static void status(String status, String implied, Written row) {
    if (status.matches("not-done|not-taken")) {
      row.put(row.domain + "PRESP", "Y");
      row.put(row.domain + "OCCUR", "N");
    } else {
      row.supp("RESTAT", status.equals(implied) ? "" : status);
    }
  }

  private static void exposure(
      DomainResource resource, Written row, Type effective, Quantity dose) {
    period(effective, row, "EXSTDTC", "EXENDTC");
    dose(dose, row, "EXDOSE", "EXDOSU");
    ResourceVariables.timing(resource, row, "EXSTDY");
    Elements.find(resource, Elements.PROFILES + "ssc-dose-change")
        .ifPresent(change -> {
          Elements.part(change, "kind")
              .flatMap(Elements::code)
              .ifPresent(kind -> row.supp("DOSECHG", kind));
          Elements.part(change, "reason")
              .flatMap(Elements::code)
              .ifPresent(reason -> row.put("EXADJ", reason));
        });
  }

  private static void period(Type effective, Written row, String from, String to) {
    if (effective instanceof Period period) {
      row.put(from, ResourceVariables.text(period.getStartElement()));
      row.put(to, ResourceVariables.text(period.getEndElement()));
    } else if (effective instanceof DateTimeType at) {
      row.put(from, ResourceVariables.text(at));
      row.put(to, ResourceVariables.text(at));
      row.supp("POINT", "Y");
    }
  }

  private static void dose(Quantity dose, Written row, String value, String unit) {
    if (dose.hasValue()) {
      String digits = ResourceVariables.digits(dose.getValue());
      row.put(value, digits);
      row.supp(
          "DOSENUM", Value.of(Double.parseDouble(digits)).asText().equals(digits) ? "" : digits);
      ResourceVariables.unit(dose, row, unit);
    }
  }
}
