package org.rodnan.sdtm;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.DrugUse;
import org.rodnan.mapping.RowException;

/** From EX and CM to the study treatment and other medications. Not thread safe. */
final class InterventionReader {
  private final SdtmMapping mapping;
  private final Subjects subjects;
  private final RowElements elements;

  InterventionReader(SdtmMapping mapping, Subjects subjects, RowElements elements) {
    this.mapping = mapping;
    this.subjects = subjects;
    this.elements = elements;
  }

  DomainResource exposure(Row row) {
    Subject subject = subjects.of(row);
    boolean isStatement = row.supp("RESTYPE").equals("MedicationStatement");
    CodeableConcept drug = elements.term(row, "EXTRT", "");
    Optional<Quantity> dose = elements.dose(row, "EXDOSE", "EXDOSU");
    Type period =
        elements
            .effective(row, "EXSTDTC", "EXENDTC")
            .orElseThrow(
                () -> new RowException("EXSTDTC and EXENDTC are empty, or without a year"));
    DrugUse use =
        new DrugUse(drug, subject.patientId(), Optional.of(period), dose, row.supp("DOSETXT"));
    String implied = !didNotHappen(row) ? "completed" : isStatement ? "not-taken" : "not-done";
    String status = RowElements.kept(row, "RESTAT", implied);
    DomainResource resource = isStatement ? use.taken(status) : use.given(status);
    addReasonOfStatus(resource, row);
    RowElements.start(
        resource,
        elements.rowId(row, subject),
        isStatement ? "ssc-study-treatment-statement" : "ssc-study-treatment",
        subject);
    elements.linked(resource, row, "EXSTDY", "EXSTDTC", subject);
    if (!row.supp("DOSECHG").isEmpty()) {
      DrugUse.explain(resource, row.supp("DOSECHG"), row.text("EXADJ"));
    }
    return resource;
  }

  private static void addReasonOfStatus(DomainResource resource, Row row) {
    Optional<CodeableConcept> reason = reasonOfStatus(row);
    if (resource instanceof MedicationAdministration given) {
      reason.ifPresent(given::addStatusReason);
    } else if (resource instanceof MedicationStatement taken) {
      reason.ifPresent(taken::addStatusReason);
    }
  }

  /** Why it has its status, such as why nothing was given. */
  static Optional<CodeableConcept> reasonOfStatus(Row row) {
    return concept(row, "STATRSN", row.domain() + "REASOC");
  }

  DomainResource medication(Row row) {
    Subject subject = subjects.of(row);
    MedicationStatement taken =
        new DrugUse(
                elements.term(row, "CMTRT", "CMDECOD"),
                subject.patientId(),
                elements.effective(row, "CMSTDTC", "CMENDTC"),
                elements.dose(row, "CMDOSE", "CMDOSU"),
                row.supp("DOSETXT"))
            .taken(
                RowElements.kept(
                    row,
                    "RESTAT",
                    didNotHappen(row)
                        ? "not-taken"
                        : row.text("CMENDTC").isEmpty() ? "active" : "completed"));
    RowElements.start(taken, elements.rowId(row, subject), "", subject);
    elements.linked(taken, row, "CMSTDY", "CMSTDTC", subject);
    addReasonOfStatus(taken, row);
    concept(row, "CATCODE", "CMCAT").ifPresent(taken::setCategory);
    concept(row, "INDCODE", "CMINDC").ifPresent(taken::addReasonCode);
    return taken;
  }

  /** Of the qualifier, which says it with codes, else a text. */
  private static Optional<CodeableConcept> concept(Row row, String qualifier, String variable) {
    return !row.supp(qualifier).isEmpty()
        ? Optional.of(ConceptText.parse(row.supp(qualifier)))
        : Optional.of(row.text(variable))
            .filter(text -> !text.isEmpty())
            .map(text -> new CodeableConcept().setText(text));
  }

  private boolean didNotHappen(Row row) {
    return Occurrence.of(row, mapping) == Occurrence.DID_NOT_HAPPEN;
  }
}
