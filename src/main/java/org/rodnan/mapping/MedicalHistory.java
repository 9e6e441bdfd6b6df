package org.rodnan.mapping;

import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DateTimeType;

/**
 * What somebody has or had beside, or before, the study.
 *
 * @param patient id of the Patient
 * @param start in ISO 8601; empty if unknown
 * @param end in ISO 8601; empty if unknown, or if it isn't over
 * @param isOver whether it is; an end says so too
 */
public record MedicalHistory(
    CodeableConcept code, String patient, String start, String end, boolean isOver) {
  /** Without id and profile. */
  public Condition condition() {
    Condition condition = new Condition();
    condition.setClinicalStatus(
        Elements.concept(
            "http://terminology.hl7.org/CodeSystem/condition-clinical",
            isOver || !end.isEmpty() ? "resolved" : "active"));
    condition.setVerificationStatus(
        Elements.concept(
            "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"));
    condition.setCode(code);
    condition.setSubject(Elements.reference("Patient", patient));
    if (!start.isEmpty()) {
      condition.setOnset(new DateTimeType(start));
    }
    if (!end.isEmpty()) {
      condition.setAbatement(new DateTimeType(end));
    }
    return condition;
  }
}
