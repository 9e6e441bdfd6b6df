package org.rodnan.mapping;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.ResearchSubject;
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
  private static final String URL = Elements.PROFILES + "ssc-disposition";

  /** Of the ResearchSubject. */
  public Extension extension() {
    Extension extension = new Extension(URL);
    extension.addExtension(Elements.extension("reason", reason));
    if (!date.isEmpty()) {
      extension.addExtension(Elements.extension("date", new DateTimeType(date)));
    }
    lastVisit.ifPresent(code ->
        extension.addExtension(
            Elements.extension("lastVisit", Elements.concept(Elements.VISIT_SYSTEM, code))));
    return extension;
  }

  /**
   * Where files don't tell how parts ended, what is stored of it stays: disposition, end, and the
   * status.
   *
   * @param now is given what stays
   * @param tellsStatus whether the files tell a status; it goes before a stored one that no
   *     disposition explains
   * @return whether anything stays but that somebody is on the study
   */
  public static boolean keep(ResearchSubject now, ResearchSubject before, boolean tellsStatus) {
    Optional<Extension> disposition = Elements.find(before, URL);
    disposition.map(Extension::copy).ifPresent(now::addExtension);
    boolean keepsStatus = before.hasStatus() && (disposition.isPresent() || !tellsStatus);
    if (keepsStatus) {
      now.setStatus(before.getStatus());
    }
    boolean keepsEnd = before.getPeriod().hasEnd() && !now.getPeriod().hasEnd();
    if (keepsEnd) {
      now.getPeriod().setEndElement(before.getPeriod().getEndElement().copy());
    }
    return keepsEnd || keepsStatus && before.getStatus() != ResearchSubjectStatus.ONSTUDY;
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
