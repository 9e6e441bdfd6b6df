package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.AdverseEvent.AdverseEventActuality;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;

/** From AE to adverse events. Not thread safe. */
final class AdverseEventReader {
  private final Subjects subjects;
  private final RowElements elements;
  private final RowRelations relations;

  AdverseEventReader(Subjects subjects, RowElements elements, RowRelations relations) {
    this.subjects = subjects;
    this.elements = elements;
    this.relations = relations;
  }

  AdverseEvent read(Row row) {
    Subject subject = subjects.of(row);
    AdverseEvent event = new AdverseEvent();
    RowElements.start(event, elements.rowId(row, subject), "ssc-adverse-event", subject);
    elements.visit(row, "AESTDY", "AESTDTC", subject).ifPresent(event::addExtension);
    if (row.supp("NORSUB").isEmpty()) {
      event.addExtension(
          Elements.extension(
              Elements.AE + "research-subject-ref",
              Elements.reference("ResearchSubject", subject.subjectId())));
    }
    criteria(row).forEach(event::addExtension);
    if (!row.text("AETOXGR").isEmpty()) {
      Term grade =
          elements.term(
              row, "AETOXGR", row.text("AETOXGR").replaceFirst("(?i)^grade ", ""), Term.GRADE);
      event.addExtension(
          Elements.extension(
              Elements.AE + "ae-grade", Elements.concept(grade.system(), grade.code())));
    }
    suspects(row).forEach(event::addExtension);
    boolean isAction =
        !row.text("AEACN").isEmpty()
            && row.supp("AEACT1").isEmpty()
            && !AdverseEventTerms.NO_ACTION.matcher(row.text("AEACN")).matches();
    if (isAction) {
      row.supplemental().put("AEACT1", row.text("AEACN"));
    }
    items(row, "AEACT", Relation.Role.ACTION, event);
    items(row, "AECTF", Relation.Role.FACTOR, event);
    items(row, "AEINF", Relation.Role.INFO, event);
    String end = elements.date(row, "AEENDTC");
    if (!end.isEmpty()) {
      event.addExtension(Elements.extension(Elements.AE + "resolve-date", new DateTimeType(end)));
    }
    AdverseEventTerms.FLAGS.forEach((url, name) -> {
      if (!row.supp(name).isEmpty()) {
        event.addExtension(Elements.extension(url, new BooleanType(row.supp(name).equals("Y"))));
      }
    });
    outcome(row, event);
    event.setActuality(AdverseEventActuality.ACTUAL);
    event.setEvent(elements.term(row, "AETERM", "AEDECOD"));
    String preferred = row.text("AEPTCD");
    if (preferred.matches("\\d{8}")) {
      event.getEvent().addCoding().setSystem("https://www.meddra.org").setCode(preferred);
    }
    event.setSubject(Elements.reference("Patient", subject.patientId()));
    String start = elements.date(row, "AESTDTC");
    if (!start.isEmpty()) {
      event.setDateElement(new DateTimeType(start));
    }
    String serious = row.text("AESER");
    if (!serious.matches("[YN]")) {
      throw new RowException("AESER is '" + serious + "'; expected Y or N");
    }
    event.setSeriousness(
        Elements.concept(
            "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness",
            serious.equals("Y") ? "serious" : "non-serious"));
    if (row.text("AESEV").matches("(?i)MILD|MODERATE|SEVERE")) {
      event.setSeverity(
          Elements.concept(
              "http://terminology.hl7.org/CodeSystem/adverse-event-severity",
              row.text("AESEV").toLowerCase(Locale.ROOT)));
    }
    event.addStudy(Elements.reference("ResearchStudy", subject.study()));
    return event;
  }

  private static List<Extension> criteria(Row row) {
    List<Extension> criteria = new ArrayList<>();
    for (Term criterion : Term.CRITERIA) {
      if (row.text(criterion.submission()).equals("Y")) {
        Extension present = new Extension(Elements.AE + "seriousness-criteria");
        present.addExtension(
            Elements.extension(
                "criterionCode", Elements.concept(criterion.system(), criterion.code())));
        present.addExtension(Elements.extension("criterionPresent", new BooleanType(true)));
        criteria.add(present);
      }
    }
    return criteria;
  }

  /** The outcome, and whether the event is over. */
  private void outcome(Row row, AdverseEvent event) {
    String out = row.text("AEOUT");
    Term outcome = elements.term(row, "AEOUT", out.isEmpty() ? "UNKNOWN" : out, Term.OUT);
    boolean isOver = outcome.code().matches("fatal|resolved|resolvedWithSequelae");
    event.addModifierExtension(
        Elements.extension(
            Elements.AE + "status",
            new CodeType(
                !row.supp("AESTAT").isEmpty()
                    ? row.supp("AESTAT")
                    : isOver ? "completed" : "in-progress")));
    CodeableConcept outcomes = Elements.concept(outcome.system(), outcome.code());
    Term.ofSubmission(Term.OUT_NCIT, outcome.submission())
        .ifPresent(ncit -> outcomes.addCoding(Elements.coding(ncit.system() + "|" + ncit.code())));
    event.setOutcome(outcomes);
  }

  private void items(Row row, String name, Relation.Role role, AdverseEvent event) {
    for (int i = 1; !row.supp(name + i).isEmpty() || row.isRelated(role, i); i++) {
      event.addExtension(role.extension("item", item(row, role, i, row.supp(name + i))));
    }
  }

  /** A reference to another row, or what is said in words or codes. */
  private Type item(Row row, Relation.Role role, int place, String concept) {
    if (!row.isRelated(role, place)) {
      return ConceptText.parse(concept);
    }
    return relations.item(row, new Relation(role, place));
  }

  /** The study treatment, if AEREL says something of it, and all that SUPPAE names. */
  private List<Extension> suspects(Row row) {
    List<Extension> suspects = new ArrayList<>();
    for (int i = 1; ; i++) {
      String drug = row.supp("AESUSP" + i);
      String related = i == 1 ? row.text("AEREL") : row.supp("AEREL" + i);
      String other = row.supp("AERELC" + i);
      String method = row.supp("AEMETH" + i);
      boolean isRow = row.isRelated(Relation.Role.SUSPECT, i);
      if (!isRow && drug.isEmpty() && related.isEmpty() && other.isEmpty() && method.isEmpty()) {
        return suspects;
      }
      Extension causality = new Extension("causality");
      if (!method.isEmpty()) {
        causality.addExtension(Elements.extension("assessmentMethod", ConceptText.parse(method)));
      }
      if (!other.isEmpty()) {
        causality.addExtension(Elements.extension("entityRelatedness", ConceptText.parse(other)));
      } else if (!related.isEmpty()) {
        Term term = elements.term(row, "AEREL", related, Term.RELATEDNESS);
        causality.addExtension(
            Elements.extension("entityRelatedness", Elements.concept(term.system(), term.code())));
      }
      Type instance =
          item(row, Relation.Role.SUSPECT, i, drug.isEmpty() ? "Study treatment" : drug);
      Extension suspect = Relation.Role.SUSPECT.extension("instance", instance);
      suspect.addExtension(causality);
      suspects.add(suspect);
    }
  }
}
