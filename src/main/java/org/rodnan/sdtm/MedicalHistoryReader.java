package org.rodnan.sdtm;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Observation;
import org.jspecify.annotations.Nullable;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.MedicalHistory;

/**
 * From MH to conditions, and to observations of the organs that were asked for. Not thread safe.
 */
final class MedicalHistoryReader {
  private final Subjects subjects;
  private final RowElements elements;
  private final ObservationElements observations;

  MedicalHistoryReader(Subjects subjects, RowElements elements, ObservationElements observations) {
    this.subjects = subjects;
    this.elements = elements;
    this.observations = observations;
  }

  DomainResource read(Row row) {
    Optional<Measure> asked = organ(row);
    Subject subject = subjects.of(row);
    if (asked.isPresent()) {
      Observation observation = observations.observation(row, asked.get(), subject, "");
      String occurred = row.text("MHOCCUR");
      if (occurred.matches("[YN]")) {
        observation.setValue(
            Elements.concept("http://terminology.hl7.org/CodeSystem/v2-0136", occurred));
      } else {
        observation.setDataAbsentReason(ResultReader.absent(row));
      }
      return observation;
    }
    Condition condition =
        new MedicalHistory(
                elements.term(row, "MHTERM", "MHDECOD"),
                subject.patientId(),
                elements.date(row, "MHSTDTC"),
                elements.date(row, "MHENDTC"),
                !row.text("MHENDTC").isEmpty() || row.text("MHENRF").matches("(?i)BEFORE"))
            .condition();
    condition.setClinicalStatus(status(row.supp("CLINSTAT"), condition.getClinicalStatus()));
    condition.setVerificationStatus(status(row.supp("VERSTAT"), condition.getVerificationStatus()));
    RowElements.start(condition, elements.rowId(row, subject), "", subject);
    return condition;
  }

  /** In the place of what the row implies. */
  private static @Nullable CodeableConcept status(String code, CodeableConcept implied) {
    return switch (code) {
      case "" -> implied;
      case "NONE" -> null;
      default -> Elements.concept(implied.getCodingFirstRep().getSystem(), code);
    };
  }

  /** The organ that was asked for. */
  static Optional<Measure> organ(Row row) {
    return row.domain().equals("MH") && row.text("MHPRESP").equals("Y")
        ? Finding.in("MH", row.text("MHTERM"))
        : Optional.empty();
  }
}
