package org.rodnan.mapping;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.ResearchSubject.ResearchSubjectStatus;

/**
 * How somebody's part in a study ended.
 *
 * @param term of {@link Term#DISPOSITION}
 * @param reason as it is recorded
 * @param date in ISO 8601; empty if unknown
 * @param lastVisit a code of ssc-visit
 */
public record Disposition(
    Term term, CodeableConcept reason, String date, Optional<String> lastVisit) {
  /** Of the ResearchSubject. */
  public Extension extension() {
    Extension extension = new Extension(Elements.PROFILES + "ssc-disposition");
    extension.addExtension(Elements.extension("reason", reason));
    if (!date.isEmpty()) {
      extension.addExtension(Elements.extension("date", new DateTimeType(date)));
    }
    lastVisit.ifPresent(code ->
        extension.addExtension(
            Elements.extension("lastVisit", Elements.concept(Elements.VISIT_SYSTEM, code))));
    return extension;
  }

  /** What the ResearchSubject's status is, unless something else is said. */
  public ResearchSubjectStatus status() {
    return status(term);
  }

  /** The same by the term alone. */
  public static ResearchSubjectStatus status(Term term) {
    return switch (term.code()) {
      case "completed", "death", "screen-failure" -> ResearchSubjectStatus.OFFSTUDY;
      default -> ResearchSubjectStatus.WITHDRAWN;
    };
  }
}
