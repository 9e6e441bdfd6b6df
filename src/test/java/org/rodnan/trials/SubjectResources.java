package org.rodnan.trials;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Dosage;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Procedure;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.trials.Roster.Disposition;

/** One synthetic subject as FHIR resources, each tagged and worded as synthetic. */
final class SubjectResources {

  private static final String ARM = "Imatinib";
  private static final String MADE_UP = "Synthetic, from the reconstruction of Spiera 2011: ";

  private final Subject subject;
  private final String label;
  private final List<DomainResource> resources = new ArrayList<>();

  private SubjectResources(Subject subject) {
    this.subject = subject;
    this.label = subject.label();
  }

  /** The resources in an order in which each refers to earlier ones only. */
  static List<DomainResource> of(Subject subject) {
    SubjectResources made = new SubjectResources(subject);
    made.addPatient();
    made.addResearchSubject();
    made.addBaseline();
    made.addSkin();
    made.addScores();
    made.addEarlierTreatments();
    made.addDoses();
    made.addFurosemide();
    AdverseEventResources.of(subject).forEach(made::add);
    return made.resources;
  }

  private void add(DomainResource resource) {
    resource
        .getMeta()
        .addSecurity(
            new Coding(
                "http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", "test health data"));
    String sentence = resource.getText().hasDiv() ? resource.getText().getDivAsString() : "";
    if (sentence.isEmpty()) {
      throw new IllegalStateException("no text: " + resource.getId());
    }
    resources.add(resource);
  }

  static void say(DomainResource resource, String what) {
    resource.setText(Vocabulary.narrative(MADE_UP + what + "."));
  }

  private void addPatient() {
    Subject.Profile profile = subject.profile();
    Patient patient = new Patient();
    patient.setId(label);
    patient.getMeta().addProfile(Vocabulary.profile("ssc-patient"));
    patient.addIdentifier().setSystem(Vocabulary.SUBJECTS).setValue(number());
    patient.addName().setText("Synthetic subject " + number() + " of Spiera 2011");
    patient.setGender(profile.isFemale() ? AdministrativeGender.FEMALE : AdministrativeGender.MALE);
    patient.setBirthDateElement(new DateType(profile.birth().toString()));
    boolean isBlack = profile.race().equals("african-american");
    patient.addExtension(
        Vocabulary.profile("ssc-race"),
        isBlack
            ? Vocabulary.concept(
                "http://terminology.hl7.org/CodeSystem/v3-Race",
                "2054-5",
                "Black or African American")
            : Vocabulary.concept(
                "http://terminology.hl7.org/CodeSystem/v3-Race", "2106-3", "White"));
    boolean isHispanic = profile.race().equals("white-hispanic");
    patient.addExtension(
        Vocabulary.profile("ssc-ethnicity"),
        Vocabulary.concept(
            "http://terminology.hl7.org/CodeSystem/v3-Ethnicity",
            isHispanic ? "2135-2" : "2186-5",
            isHispanic ? "Hispanic or Latino" : "Not Hispanic or Latino"));
    if (subject.place().disposition() == Disposition.DEATH) {
      patient.setDeceased(dateTime(subject.endDay()));
    }
    say(patient, "subject " + number() + ", " + profile.age() + " years at baseline");
    add(patient);
  }

  private void addResearchSubject() {
    ResearchSubject participation = new ResearchSubject();
    participation.setId(label);
    participation.getMeta().addProfile(Vocabulary.profile("ssc-research-subject"));
    participation.addIdentifier().setSystem(Vocabulary.SUBJECTS).setValue(number());
    participation.setStudy(new Reference(Vocabulary.SPIERA));
    participation.setIndividual(patient());
    participation.setAssignedArm(ARM);
    participation.setActualArm(ARM);
    participation.setPeriod(period(1, subject.endDay()));
    boolean isOff =
        subject.place().isCompleter() || subject.place().disposition() == Disposition.DEATH;
    participation.setStatus(
        isOff
            ? ResearchSubject.ResearchSubjectStatus.OFFSTUDY
            : ResearchSubject.ResearchSubjectStatus.WITHDRAWN);
    CodeableConcept reason = reason(subject.place().disposition());
    Extension disposition = new Extension(Vocabulary.profile("ssc-disposition"));
    disposition.addExtension(new Extension("reason", reason));
    disposition.addExtension(new Extension("date", dateTime(subject.endDay())));
    int lastMonth = subject.place().lastVisitMonth();
    disposition.addExtension(
        new Extension(
            "lastVisit", Vocabulary.visit(lastMonth == 0 ? "baseline" : "month" + lastMonth)));
    participation.addExtension(disposition);
    say(participation, "subject " + number() + ", " + reason.getText().toLowerCase(Locale.ROOT));
    add(participation);
  }

  private static CodeableConcept reason(Disposition disposition) {
    String system = Vocabulary.system("ssc-disposition-reason");
    return switch (disposition) {
      case COMPLETED ->
          Vocabulary.concept(system, "completed", "Completed").setText("Completed 12 months");
      case NON_COMPLIANCE ->
          Vocabulary.concept(system, "non-compliance", "Non-compliance").setText("Non-compliance");
      case INFLAMMATORY_MYOPATHY ->
          Vocabulary.concept(
                  system,
                  "prohibited-treatment-needed",
                  "Treatment needed that the protocol prohibits")
              .setText("Inflammatory myopathy needing immunosuppression");
      case ADVERSE_EVENT ->
          Vocabulary.concept(system, "adverse-event", "Adverse event")
              .setText("Adverse event: myalgia and fatigue");
      case MEDICAL_ISSUES ->
          Vocabulary.concept(system, "other", "Other").setText("Multiple medical issues");
      case DEATH ->
          Vocabulary.concept(system, "death", "Death")
              .setText(
                  "Death of pneumonia and respiratory failure with severe interstitial lung disease"
                      + " and pulmonary hypertension");
    };
  }

  private void addBaseline() {
    Observation duration = observation(MeasureCode.DURATION, "baseline", 1);
    duration.setValue(
        Vocabulary.quantity(
            BigDecimal.valueOf(subject.profile().durationMonths()), MeasureCode.DURATION.unit()));
    say(duration, "disease duration " + subject.profile().durationMonths() + " months");
    add(duration);
    Observation scl70 = observation(MeasureCode.SCL70, "baseline", 1);
    boolean isPositive = subject.profile().isScl70Positive();
    scl70.setValue(
        Vocabulary.concept(
            "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
            isPositive ? "POS" : "NEG",
            isPositive ? "Positive" : "Negative"));
    say(scl70, "anti-Scl-70 " + (isPositive ? "positive" : "negative"));
    add(scl70);
    for (MeasureCode organ : MeasureCode.organs()) {
      Observation involvement = observation(organ, "baseline", 1);
      boolean isInvolved = subject.hasOrgan(organ.measure().substring("organ:".length()));
      involvement.setValue(
          Vocabulary.concept(
              "http://terminology.hl7.org/CodeSystem/v2-0136",
              isInvolved ? "Y" : "N",
              isInvolved ? "Yes" : "No"));
      say(involvement, organ.display() + ": " + (isInvolved ? "yes" : "no"));
      add(involvement);
    }
  }

  private void addSkin() {
    for (Subject.SkinVisit visit : subject.skin()) {
      Observation mrss = observation(MeasureCode.MRSS, visit.visit(), visit.day());
      mrss.setValue(score(visit.total()));
      for (Map.Entry<String, Integer> site : visit.sites().entrySet()) {
        mrss.addComponent()
            .setCode(
                new CodeableConcept(
                    new Coding().setSystem(Vocabulary.MEASURE).setCode("mrss-" + site.getKey())))
            .setValue(score(site.getValue()));
      }
      say(mrss, "mRSS " + visit.total());
      add(mrss);
    }
  }

  private void addScores() {
    int lastDay = subject.skin().getLast().day();
    subject
        .scores()
        .forEach((measure, pair) -> {
          addScore(measure, "baseline", 1, measure.value(pair.baseline()));
          addScore(measure, "month12", lastDay, measure.value(pair.month12()));
        });
  }

  private void addScore(PairedScores.Measure measure, String visit, int day, BigDecimal value) {
    MeasureCode code = MeasureCode.of(measure.code()).orElseThrow();
    Observation observation = observation(code, visit, day);
    if (measure.isPulmonary()) {
      observation.addExtension(
          Vocabulary.profile("ssc-reference-equation"), notStated("ssc-reference-equation"));
    }
    if (measure == PairedScores.Measure.DLCO) {
      observation.addExtension(
          Vocabulary.profile("ssc-hemoglobin-source"), notStated("ssc-hemoglobin-source"));
    }
    observation.setValue(Vocabulary.quantity(value, code.unit()));
    say(observation, code.display() + " " + value.toPlainString());
    add(observation);
  }

  private static CodeableConcept notStated(String system) {
    return Vocabulary.concept(Vocabulary.system(system), "not-stated", "Not stated in the source");
  }

  private void addEarlierTreatments() {
    for (EarlierTreatment treatment : EarlierTreatment.values()) {
      if (!subject.profile().treatments().contains(treatment.code())) {
        continue;
      }
      String id = label + "-before-" + treatment.code();
      if (treatment.isProcedure()) {
        Procedure procedure = new Procedure();
        procedure.setId(id);
        procedure.addExtension(Vocabulary.studyLink(Vocabulary.SPIERA));
        procedure.setStatus(Procedure.ProcedureStatus.COMPLETED);
        procedure.setCategory(Vocabulary.text(EarlierTreatment.CATEGORY));
        procedure.setCode(Vocabulary.text(treatment.printed()));
        procedure.setSubject(patient());
        procedure.setPerformed(new StringType("before baseline"));
        say(procedure, treatment.printed() + " before the study");
        add(procedure);
      } else {
        MedicationStatement statement = statement(id, treatment.printed());
        statement.setCategory(Vocabulary.text(EarlierTreatment.CATEGORY));
        statement.setStatus(MedicationStatement.MedicationStatementStatus.COMPLETED);
        statement.setEffective(new Period().setEndElement(dateTime(1)));
        say(statement, treatment.printed() + " before the study");
        add(statement);
      }
    }
  }

  private MedicationStatement statement(String id, String medication) {
    MedicationStatement statement = new MedicationStatement();
    statement.setId(id);
    statement.addExtension(Vocabulary.studyLink(Vocabulary.SPIERA));
    statement.setMedication(Vocabulary.text(medication));
    statement.setSubject(patient());
    return statement;
  }

  private void addDoses() {
    int record = 1;
    for (Subject.DosePeriod dose : subject.doses()) {
      MedicationStatement statement =
          treatment(record++, dose.change(), dose.reason().orElse(""), dose.startDay());
      statement.setEffective(period(dose.startDay(), dose.endDay()));
      if (dose.milligrams() == 0) {
        statement.setStatus(MedicationStatement.MedicationStatementStatus.ONHOLD);
        statement.addStatusReason(doseChangeReason(dose.reason().orElseThrow()));
        say(statement, "imatinib held");
      } else {
        statement.setStatus(MedicationStatement.MedicationStatementStatus.COMPLETED);
        statement.addDosage(daily(dose.milligrams()));
        say(statement, "imatinib " + dose.milligrams() + " mg daily");
      }
      add(statement);
    }
    String why =
        switch (subject.place().disposition()) {
          case COMPLETED -> "per-protocol";
          case NON_COMPLIANCE -> "non-compliance";
          case INFLAMMATORY_MYOPATHY, ADVERSE_EVENT, DEATH -> "adverse-event";
          case MEDICAL_ISSUES -> "physician-decision";
        };
    MedicationStatement stop = treatment(record, "stop", why, subject.endDay());
    stop.setStatus(MedicationStatement.MedicationStatementStatus.STOPPED);
    stop.addStatusReason(doseChangeReason(why));
    stop.setEffective(dateTime(subject.endDay()));
    say(stop, "imatinib stopped");
    add(stop);
  }

  private static Dosage daily(int milligrams) {
    Dosage dosage = new Dosage();
    dosage.setText(milligrams + " mg daily");
    dosage.addDoseAndRate().setDose(Vocabulary.quantity(BigDecimal.valueOf(milligrams), "mg"));
    return dosage;
  }

  private MedicationStatement treatment(int record, String change, String reason, int day) {
    MedicationStatement statement = statement(label + "-imatinib-" + record, "");
    statement.getMeta().addProfile(Vocabulary.profile("ssc-study-treatment-statement"));
    statement.setMedication(Vocabulary.imatinib());
    statement.addExtension(Vocabulary.visitExtension("", day));
    Extension doseChange = new Extension(Vocabulary.profile("ssc-dose-change"));
    doseChange.addExtension(
        new Extension(
            "kind",
            new CodeableConcept(
                new Coding().setSystem(Vocabulary.system("ssc-dose-change")).setCode(change))));
    if (!reason.isEmpty()) {
      doseChange.addExtension(new Extension("reason", doseChangeReason(reason)));
    }
    statement.addExtension(doseChange);
    return statement;
  }

  private static CodeableConcept doseChangeReason(String reason) {
    return new CodeableConcept(
        new Coding().setSystem(Vocabulary.system("ssc-dose-change-reason")).setCode(reason));
  }

  private void addFurosemide() {
    subject
        .furosemideDay()
        .ifPresent(day -> {
          MedicationStatement statement = statement(label + "-furosemide", "Furosemide");
          statement.setCategory(Vocabulary.text("Concomitant treatment"));
          statement.addExtension(Vocabulary.visitExtension("", day));
          statement.setStatus(MedicationStatement.MedicationStatementStatus.COMPLETED);
          statement.setEffective(period(day, subject.endDay()));
          say(statement, "furosemide added");
          add(statement);
        });
  }

  private Observation observation(MeasureCode code, String visit, int day) {
    Observation observation = new Observation();
    observation.setId(label + "-" + code.slug() + "-" + visit);
    observation.getMeta().addProfile(code.profile());
    observation.addExtension(Vocabulary.studyLink(Vocabulary.SPIERA));
    observation.addExtension(Vocabulary.visitExtension(visit, day));
    observation.setStatus(Observation.ObservationStatus.FINAL);
    observation.addCategory(
        new CodeableConcept(
            new Coding()
                .setSystem("http://terminology.hl7.org/CodeSystem/observation-category")
                .setCode(code.category())));
    observation.setCode(code.concept());
    observation.setSubject(patient());
    observation.setEffective(dateTime(day));
    return observation;
  }

  private static Quantity score(int value) {
    return Vocabulary.quantity(BigDecimal.valueOf(value), "{score}");
  }

  private String number() {
    return String.format(Locale.ROOT, "%03d", subject.number());
  }

  private Reference patient() {
    return new Reference("Patient/" + label);
  }

  private DateTimeType dateTime(int day) {
    return dateTime(subject.date(day));
  }

  static DateTimeType dateTime(LocalDate date) {
    return new DateTimeType(date.toString());
  }

  private Period period(int from, int to) {
    return new Period().setStartElement(dateTime(from)).setEndElement(dateTime(to));
  }
}
