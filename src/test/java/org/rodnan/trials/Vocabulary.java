package org.rodnan.trials;

import java.math.BigDecimal;
import java.util.Locale;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Expression;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Narrative;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;

/** The codes and small shapes that the trials' resources are made of. */
final class Vocabulary {

  static final String BASE = "https://w3id.org/rodnan/";
  static final String MEASURE = system("ssc-measure");
  static final String STATISTIC = system("ssc-statistic");
  static final String LOINC = "http://loinc.org";
  static final String SNOMED = "http://snomed.info/sct";
  static final String NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl";
  static final String UCUM = "http://unitsofmeasure.org";
  static final String STUDY_LINK = "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy";
  static final String VISIT = profile("ssc-visit");
  static final String AE = "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/";
  static final String SUBJECTS = BASE + "subjects/spiera-2011";
  static final String SPIERA = "ResearchStudy/spiera-2011";

  private Vocabulary() {}

  static String system(String name) {
    return BASE + "CodeSystem/" + name;
  }

  static String profile(String name) {
    return BASE + "StructureDefinition/" + name;
  }

  static CodeableConcept concept(String system, String code, String display) {
    return new CodeableConcept(new Coding(system, code, display));
  }

  static CodeableConcept text(String text) {
    return new CodeableConcept().setText(text);
  }

  static CodeableConcept imatinib() {
    return concept(NCIT, "C1687", "Imatinib Mesylate");
  }

  static Quantity quantity(BigDecimal value, String unit) {
    return new Quantity().setValue(value).setUnit(unit).setSystem(UCUM).setCode(unit);
  }

  static Extension studyLink(String study) {
    return new Extension(STUDY_LINK, new Reference(study));
  }

  /** A visit by its name in the tables, such as month3; the baseline is a visit too. */
  static CodeableConcept visit(String name) {
    String code = name.startsWith("month") ? "month-" + name.substring(5) : name;
    String display =
        name.startsWith("month")
            ? "Month " + name.substring(5)
            : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    return concept(system("ssc-visit"), code, display);
  }

  static Extension visitExtension(String name, int studyDay) {
    Extension visit = new Extension(VISIT);
    if (!name.isEmpty()) {
      visit.addExtension(new Extension("code", visit(name)));
    }
    if (studyDay != 0) {
      visit.addExtension(new Extension("studyDay", new IntegerType(studyDay)));
    }
    return visit;
  }

  /** A narrative of one sentence. */
  static Narrative narrative(String sentence) {
    Narrative narrative = new Narrative();
    narrative.setStatus(Narrative.NarrativeStatus.GENERATED);
    narrative.setDivAsString(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">"
            + sentence.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            + "</div>");
    return narrative;
  }

  /** Why subjects left or didn't enter. */
  static Coding disposition(String code) {
    String display =
        switch (code) {
          case "lost-to-follow-up" -> "Lost to follow-up";
          case "non-compliance" -> "Non-compliance";
          case "declined-consent" -> "Consent declined";
          case "prohibited-treatment-needed" -> "Treatment needed that the protocol prohibits";
          default ->
              code.substring(0, 1).toUpperCase(Locale.ROOT) + code.substring(1).replace('-', ' ');
        };
    return new Coding(system("ssc-disposition-reason"), code, display);
  }

  /** The search that gives what an element tells, as an expression. */
  static Extension search(String search) {
    return new Extension(
        "http://hl7.org/fhir/StructureDefinition/cqf-expression",
        new Expression().setLanguage("application/x-fhir-query").setExpression(search));
  }
}
