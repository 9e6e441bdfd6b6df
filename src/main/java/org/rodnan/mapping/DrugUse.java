package org.rodnan.mapping;

import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Dosage;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationAdministration.MedicationAdministrationStatus;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.MedicationStatement.MedicationStatementStatus;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Type;

/**
 * A drug that somebody was given, or says to have taken. The resources have no id and no profile.
 *
 * @param patient id of the Patient
 * @param effective when: a dateTime or a Period
 * @param dosage in words; empty for none
 */
public record DrugUse(
    CodeableConcept drug,
    String patient,
    Optional<? extends Type> effective,
    Optional<Quantity> dose,
    String dosage) {
  private static final Set<String> NOT_GOING_ON =
      Set.of("on-hold", "stopped", "not-done", "not-taken");

  /**
   * As given under somebody's eyes.
   *
   * @param status a code of medication-admin-status
   * @throws RowException if it is none
   */
  public MedicationAdministration given(String status) {
    MedicationAdministration given = new MedicationAdministration();
    try {
      given.setStatus(MedicationAdministrationStatus.fromCode(status));
    } catch (FHIRException e) {
      throw noStatus(
          status, "in-progress, not-done, on-hold, completed, entered-in-error, stopped, unknown");
    }
    given.setMedication(drug);
    given.setSubject(Elements.reference("Patient", patient));
    effective.ifPresent(given::setEffective);
    dose.ifPresent(each -> given.getDosage().setDose(each));
    if (!dosage.isEmpty()) {
      given.getDosage().setText(dosage);
    }
    return given;
  }

  /**
   * As told by somebody.
   *
   * @param status a code of medication-statement-status
   * @throws RowException if it is none
   */
  public MedicationStatement taken(String status) {
    MedicationStatement taken = new MedicationStatement();
    try {
      taken.setStatus(MedicationStatementStatus.fromCode(status));
    } catch (FHIRException e) {
      throw noStatus(
          status,
          "active, completed, entered-in-error, intended, stopped, on-hold, unknown, not-taken");
    }
    taken.setMedication(drug);
    taken.setSubject(Elements.reference("Patient", patient));
    effective.ifPresent(taken::setEffective);
    Dosage how = new Dosage();
    if (!dosage.isEmpty()) {
      how.setText(dosage);
    }
    dose.ifPresent(each -> how.addDoseAndRate().setDose(each));
    if (!how.isEmpty()) {
      taken.addDosage(how);
    }
    return taken;
  }

  private static RowException noStatus(String status, String expected) {
    return new RowException("The status is '" + status + "'; expected one of " + expected);
  }

  /**
   * Says in a treatment how and why its dose was changed; the reason also as that of its status if
   * it doesn't go on and none is said yet.
   *
   * @param change a code of ssc-dose-change; empty for none
   * @param reason a code of ssc-dose-change-reason; empty for none
   */
  public static void explain(DomainResource treatment, String change, String reason) {
    CodeableConcept why = Elements.concept(Term.DOSE_CHANGE_REASON_SYSTEM, reason);
    if (!change.isEmpty()) {
      Extension extension = new Extension(Elements.PROFILES + "ssc-dose-change");
      extension.addExtension(
          Elements.extension("kind", Elements.concept(Term.DOSE_CHANGE_SYSTEM, change)));
      if (!reason.isEmpty()) {
        extension.addExtension(Elements.extension("reason", why.copy()));
      }
      treatment.addExtension(extension);
    }
    if (reason.isEmpty()) {
      return;
    }
    if (treatment instanceof MedicationAdministration given
        && given.hasStatus()
        && !given.hasStatusReason()
        && NOT_GOING_ON.contains(given.getStatus().toCode())) {
      given.addStatusReason(why);
    } else if (treatment instanceof MedicationStatement taken
        && taken.hasStatus()
        && !taken.hasStatusReason()
        && NOT_GOING_ON.contains(taken.getStatus().toCode())) {
      taken.addStatusReason(why);
    }
  }
}
