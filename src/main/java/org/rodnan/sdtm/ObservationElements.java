package org.rodnan.sdtm;

import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Period;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.RowException;

/** What observations have in all domains that give any. Not thread safe. */
final class ObservationElements {
  private final RowElements elements;
  private final VisitDates visits;

  ObservationElements(RowElements elements, VisitDates visits) {
    this.elements = elements;
    this.visits = visits;
  }

  /**
   * An observation without a value.
   *
   * @param test its --TESTCD; empty in MH
   */
  Observation observation(Row row, Measure measure, Subject subject, String test) {
    Observation observation = new Observation();
    RowElements.start(
        observation, elements.findingId(row, subject, measure, test), measure.profile(), subject);
    elements.linked(observation, row, row.domain() + "DY", row.domain() + "DTC", subject);
    observation.setStatus(
        ObservationStatus.fromCode(row.supp("OBSSTAT").isEmpty() ? "final" : row.supp("OBSSTAT")));
    String category = row.supp("OBSCAT").isEmpty() ? measure.category() : row.supp("OBSCAT");
    if (!category.equals("none")) {
      observation.addCategory(
          Elements.concept("http://terminology.hl7.org/CodeSystem/observation-category", category));
    }
    CodeableConcept code = Elements.concept(measure.system(), measure.code());
    RowElements.others(row, code);
    if (!row.supp("CODETXT").isEmpty()) {
      code.setText(row.supp("CODETXT"));
    }
    observation.setCode(code);
    observation.setSubject(Elements.reference("Patient", subject.patientId()));
    String variable = row.domain() + "DTC";
    String at = row.text(variable);
    String period = row.supp("PERIOD");
    String end = period.length() > 1 ? period : row.domain().equals("MH") ? "" : row.own("ENDTC");
    if (!end.isEmpty() || !period.isEmpty()) {
      Period taken = new Period();
      if (!at.isEmpty()) {
        taken.setStartElement(new DateTimeType(DateTexts.required(variable, at)));
      }
      if (!end.isEmpty()) {
        taken.setEndElement(new DateTimeType(DateTexts.required(row.domain() + "ENDTC", end)));
      }
      observation.setEffective(taken);
      return observation;
    }
    boolean isOfVisit = at.isEmpty();
    if (isOfVisit) {
      at = visits.of(row);
    }
    if (at.isEmpty()) {
      throw new RowException(variable + " is empty, and SV has no date of the visit");
    }
    observation.setEffective(
        new DateTimeType(DateTexts.required(isOfVisit ? "SVSTDTC" : variable, at)));
    return observation;
  }
}
