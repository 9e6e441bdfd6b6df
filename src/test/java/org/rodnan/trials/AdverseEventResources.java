package org.rodnan.trials;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Reference;

/** The adverse events of one synthetic subject, in the shape of the HL7 research backport. */
final class AdverseEventResources {

  private AdverseEventResources() {}

  static List<AdverseEvent> of(Subject subject) {
    List<AdverseEvent> resources = new ArrayList<>();
    for (LedgerEvent event : subject.events()) {
      String id = String.format(Locale.ROOT, "%s-ae-%02d", subject.label(), resources.size() + 1);
      resources.add(resource(id, subject, event));
    }
    return resources;
  }

  private static AdverseEvent resource(String id, Subject subject, LedgerEvent event) {
    AdverseEvent resource = new AdverseEvent();
    resource.setId(id);
    resource.getMeta().addProfile(Vocabulary.profile("ssc-adverse-event"));
    resource.addModifierExtension(
        new Extension(Vocabulary.AE + "status", new CodeType("completed")));
    resource.addExtension(Vocabulary.visitExtension("", event.startDay()));
    resource.addExtension(
        Vocabulary.AE + "research-subject-ref",
        new Reference("ResearchSubject/" + subject.label()));
    if (event.endedParticipation()) {
      resource.addExtension(
          Vocabulary.AE + "caused-subject-to-discontinue-study", new BooleanType(true));
    }
    event.criterion().ifPresent(criterion -> resource.addExtension(seriousness(criterion)));
    resource.addExtension(Vocabulary.AE + "ae-grade", grade(event.grade()));
    resource.addExtension(suspect(event.relatedness()));
    event
        .endDay()
        .ifPresent(day ->
            resource.addExtension(
                Vocabulary.AE + "resolve-date", SubjectResources.dateTime(subject.date(day))));
    resource.setActuality(AdverseEvent.AdverseEventActuality.ACTUAL);
    CodeableConcept term = Vocabulary.text(event.term().name());
    event
        .term()
        .snomed()
        .ifPresent(code -> term.addCoding(new Coding().setSystem(Vocabulary.SNOMED).setCode(code)));
    resource.setEvent(term);
    resource.setSubject(new Reference("Patient/" + subject.label()));
    resource.setDateElement(SubjectResources.dateTime(subject.date(event.startDay())));
    resource.setSeriousness(
        Vocabulary.concept(
            "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness",
            event.isSerious() ? "serious" : "non-serious",
            event.isSerious() ? "Serious" : "Non-serious"));
    resource.setOutcome(outcome(event));
    resource.addStudy(new Reference(Vocabulary.SPIERA));
    SubjectResources.say(
        resource, "adverse event, " + event.term().name() + ", grade " + event.grade());
    return resource;
  }

  private static Extension seriousness(LedgerEvent.Criterion criterion) {
    Extension extension = new Extension(Vocabulary.AE + "seriousness-criteria");
    extension.addExtension(new Extension("criterionCode", criterionCode(criterion)));
    extension.addExtension(new Extension("criterionPresent", new BooleanType(true)));
    return extension;
  }

  private static CodeableConcept criterionCode(LedgerEvent.Criterion criterion) {
    return nci(
        switch (criterion) {
          case DEATH -> "C48275";
          case LIFE_THREATENING -> "C84266";
          case HOSPITALISATION -> "C83052";
          case MEDICALLY_IMPORTANT -> "C82521";
        });
  }

  private static CodeableConcept grade(int grade) {
    return nci(
        switch (grade) {
          case 1 -> "C41338";
          case 2 -> "C41339";
          case 3 -> "C41340";
          case 4 -> "C41337";
          default -> "C48275";
        });
  }

  private static Extension suspect(LedgerEvent.Relatedness relatedness) {
    Extension causality = new Extension("causality");
    causality.addExtension(
        new Extension(
            "entityRelatedness",
            nci(
                switch (relatedness) {
                  case NOT_RELATED -> "C53256";
                  case UNLIKELY -> "C53257";
                  case POSSIBLY -> "C53258";
                  case PROBABLY -> "C53259";
                })));
    Extension suspect = new Extension(Vocabulary.AE + "suspect-entity");
    suspect.addExtension(new Extension("instance", Vocabulary.imatinib()));
    suspect.addExtension(causality);
    return suspect;
  }

  private static CodeableConcept outcome(LedgerEvent event) {
    String system = "http://terminology.hl7.org/CodeSystem/adverse-event-outcome";
    if (event.isFatal()) {
      return Vocabulary.concept(system, "fatal", "Fatal").addCoding(nciCoding("C48275"));
    }
    return event.endDay().isPresent()
        ? Vocabulary.concept(system, "resolved", "Resolved").addCoding(nciCoding("C49498"))
        : Vocabulary.concept(system, "ongoing", "Ongoing").addCoding(nciCoding("C49494"));
  }

  private static CodeableConcept nci(String code) {
    return new CodeableConcept(nciCoding(code));
  }

  private static Coding nciCoding(String code) {
    return new Coding().setSystem(Vocabulary.NCIT).setCode(code);
  }
}
