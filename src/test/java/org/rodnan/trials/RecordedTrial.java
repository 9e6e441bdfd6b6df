package org.rodnan.trials;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Procedure;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;

/** The subjects of Spiera 2011 as some source of resources holds them. */
final class RecordedTrial {

  private static final String MEASURE_QUERY =
      "Observation?code=%s&researchStudy=" + Vocabulary.SPIERA;

  private final Map<String, RecordedSubject> byPatient = new LinkedHashMap<>();

  /** Reads everything that the printed numbers need. */
  RecordedTrial(ResourceSearch source) {
    for (Resource resource : source.search("ResearchSubject?study=" + Vocabulary.SPIERA)) {
      addSubject((ResearchSubject) resource);
    }
    source
        .search("Patient?identifier=" + Vocabulary.SUBJECTS + "|")
        .forEach(resource -> addPatient((Patient) resource));
    for (MeasureCode measure : MeasureCode.values()) {
      source.search(MEASURE_QUERY.formatted(measure.token())).stream()
          .map(Observation.class::cast)
          .filter(observation -> observation.getSubject().getReference().startsWith("Patient/"))
          .forEach(observation -> addObservation(measure, observation));
    }
    source
        .search("MedicationStatement?researchStudy=" + Vocabulary.SPIERA)
        .forEach(resource -> addMedication((MedicationStatement) resource));
    source
        .search("Procedure?researchStudy=" + Vocabulary.SPIERA)
        .forEach(resource -> addProcedure((Procedure) resource));
    source
        .search("AdverseEvent?study=" + Vocabulary.SPIERA)
        .forEach(resource -> addEvent((AdverseEvent) resource));
  }

  List<RecordedSubject> where(Predicate<RecordedSubject> condition) {
    return byPatient.values().stream().filter(condition).toList();
  }

  List<RecordedSubject> all() {
    return new ArrayList<>(byPatient.values());
  }

  private RecordedSubject of(Reference patient) {
    RecordedSubject subject = byPatient.get(patient.getReference());
    if (subject == null) {
      throw new IllegalStateException(patient.getReference() + " is no subject of the trial");
    }
    return subject;
  }

  private void addSubject(ResearchSubject subject) {
    Extension disposition = subject.getExtensionByUrl(Vocabulary.profile("ssc-disposition"));
    CodeableConcept reason = (CodeableConcept) disposition.getExtensionByUrl("reason").getValue();
    byPatient.put(
        subject.getIndividual().getReference(),
        new RecordedSubject(
            reason.getCodingFirstRep().getCode(),
            reason.getText(),
            LocalDate.parse(subject.getPeriod().getStartElement().getValueAsString())));
  }

  private void addPatient(Patient patient) {
    RecordedSubject subject = of(new Reference("Patient/" + patient.getIdElement().getIdPart()));
    subject.gender = patient.getGender().toCode();
    subject.birth = YearMonth.parse(patient.getBirthDateElement().getValueAsString());
    subject.race = code(patient.getExtensionByUrl(Vocabulary.profile("ssc-race")));
    subject.ethnicity = code(patient.getExtensionByUrl(Vocabulary.profile("ssc-ethnicity")));
  }

  private static String code(Extension extension) {
    return ((CodeableConcept) extension.getValue()).getCodingFirstRep().getCode();
  }

  private void addObservation(MeasureCode measure, Observation observation) {
    RecordedSubject subject = of(observation.getSubject());
    if (measure == MeasureCode.SCL70) {
      subject.isScl70Positive = valueCode(observation).equals("POS");
    } else if (measure.isOrgan()) {
      if (valueCode(observation).equals("Y")) {
        subject.organs.add(measure.measure());
      }
    } else {
      double value = observation.getValueQuantity().getValue().doubleValue();
      // Durations are printed in years and recorded in months.
      subject.put(
          measure.measure(),
          visit(observation),
          measure == MeasureCode.DURATION ? value / 12 : value);
    }
  }

  private static String valueCode(Observation observation) {
    return observation.getValueCodeableConcept().getCodingFirstRep().getCode();
  }

  private static String visit(Observation observation) {
    Extension visit = observation.getExtensionByUrl(Vocabulary.VISIT);
    return code(visit.getExtensionByUrl("code")).replace("-", "");
  }

  private void addMedication(MedicationStatement statement) {
    RecordedSubject subject = of(statement.getSubject());
    String text = statement.getMedicationCodeableConcept().getText();
    Extension change = statement.getExtensionByUrl(Vocabulary.profile("ssc-dose-change"));
    if (EarlierTreatment.CATEGORY.equals(statement.getCategory().getText())) {
      subject.earlierTreatments.add(text);
    } else if (change != null) {
      addDose(subject, statement, change);
    } else if ("Furosemide".equals(text)) {
      subject.hasFurosemide = true;
    }
  }

  private static void addDose(
      RecordedSubject subject, MedicationStatement statement, Extension change) {
    String kind = code(change.getExtensionByUrl("kind"));
    if (kind.equals("stop")) {
      return;
    }
    Extension reason = change.getExtensionByUrl("reason");
    double milligrams =
        statement.hasDosage()
            ? statement
                .getDosageFirstRep()
                .getDoseAndRateFirstRep()
                .getDoseQuantity()
                .getValue()
                .doubleValue()
            : 0;
    subject.doses.add(
        new RecordedSubject.Dose(
            LocalDate.parse(statement.getEffectivePeriod().getStartElement().getValueAsString()),
            LocalDate.parse(statement.getEffectivePeriod().getEndElement().getValueAsString()),
            milligrams,
            kind,
            reason == null ? "" : code(reason)));
  }

  private void addProcedure(Procedure procedure) {
    if (EarlierTreatment.CATEGORY.equals(procedure.getCategory().getText())) {
      of(procedure.getSubject()).earlierTreatments.add(procedure.getCode().getText());
    }
  }

  private void addEvent(AdverseEvent event) {
    Extension causality =
        event.getExtensionByUrl(Vocabulary.AE + "suspect-entity").getExtensionByUrl("causality");
    of(event.getSubject())
        .events
        .add(
            new RecordedSubject.Event(
                event.getEvent().getText(),
                code(causality.getExtensionByUrl("entityRelatedness")),
                code(event.getExtensionByUrl(Vocabulary.AE + "ae-grade")),
                event.getSeriousness().getCodingFirstRep().getCode().equals("serious"),
                event.getOutcome().getCodingFirstRep().getCode().equals("fatal")));
  }
}
