package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Annotation;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.mapping.Elements;

/** Notes of resources, which are the comments (CO) on their rows. */
final class Comments {
  private static final String NOTE = Elements.AE + "note";

  private Comments() {}

  static List<Annotation> of(DomainResource resource) {
    List<Annotation> notes =
        switch (resource) {
          case Observation observation -> observation.getNote();
          case MedicationAdministration given -> given.getNote();
          case MedicationStatement taken -> taken.getNote();
          case Condition condition -> condition.getNote();
          case AdverseEvent event -> ofEvent(event);
          default -> List.of();
        };
    return notes.stream().filter(Annotation::hasText).toList();
  }

  private static List<Annotation> ofEvent(AdverseEvent event) {
    List<Annotation> notes = new ArrayList<>();
    for (Extension extension : event.getExtensionsByUrl(NOTE)) {
      if (extension.getValue() instanceof Annotation note) {
        notes.add(note);
      }
    }
    return notes;
  }

  static void add(DomainResource resource, List<Annotation> notes) {
    for (Annotation note : notes) {
      switch (resource) {
        case Observation observation -> observation.addNote(note);
        case MedicationAdministration given -> given.addNote(note);
        case MedicationStatement taken -> taken.addNote(note);
        case Condition condition -> condition.addNote(note);
        case AdverseEvent event -> event.addExtension(Elements.extension(NOTE, note));
        default -> throw new IllegalArgumentException(resource.fhirType());
      }
    }
  }

  /** The values of CO but those that say what it is about. */
  static Map<String, String> values(Annotation note) {
    Map<String, String> values = new HashMap<>();
    List<String> parts = LongText.split(note.getText());
    for (int i = 0; i < parts.size(); i++) {
      values.put(i == 0 ? "COVAL" : "COVAL" + i, parts.get(i));
    }
    values.put(
        "COEVAL",
        note.getAuthor() instanceof StringType author && author.hasValue()
            ? author.getValue()
            : "");
    values.put("CODTC", note.hasTime() ? note.getTimeElement().getValueAsString() : "");
    return values;
  }

  /**
   * @param at as FHIR has it; empty if the comment has no date
   */
  static Annotation note(Row comment, String at) {
    Annotation note = new Annotation();
    note.setText(LongText.join(comment.text("COVAL"), part -> comment.part("COVAL" + part)));
    if (!comment.text("COEVAL").isEmpty()) {
      note.setAuthor(new StringType(comment.text("COEVAL")));
    }
    if (!at.isEmpty()) {
      note.setTimeElement(new DateTimeType(at));
    }
    return note;
  }
}
