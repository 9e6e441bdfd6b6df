package org.rodnan.sdtm;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.rodnan.mapping.Disposition;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Term;

/** How subjects' part in the study ended, as DS. Not thread safe. */
final class DispositionWriter {
  private final WrittenRows rows;

  DispositionWriter(WrittenRows rows) {
    this.rows = rows;
  }

  /**
   * @param demographics the row of DM, which keeps what DS doesn't say
   */
  void write(ResearchSubject subject, String usubjid, Written demographics) {
    Optional<Extension> found = Elements.find(subject, Elements.PROFILES + "ssc-disposition");
    String status = subject.hasStatus() ? subject.getStatus().toCode() : "";
    if (found.isEmpty()) {
      demographics.supp("RSSTAT", status.equals("on-study") ? "" : status);
      return;
    }
    CodeableConcept reason =
        Elements.part(found.get(), "reason")
            .filter(CodeableConcept.class::isInstance)
            .map(CodeableConcept.class::cast)
            .orElseGet(CodeableConcept::new);
    Optional<Coding> ours =
        reason.getCoding().stream()
            .filter(each -> Term.ofCode(Term.DISPOSITION, each.getCode()).isPresent())
            .findFirst();
    Written row = rows.start("DS", usubjid, subject);
    row.values.remove("DSSPID");
    Term known =
        ours.flatMap(each -> Term.ofCode(Term.DISPOSITION, each.getCode()))
            .or(() -> Term.ofSubmission(Term.DISPOSITION, "OTHER"))
            .orElseThrow();
    String term = known.submission();
    row.put("DSTERM", reason.hasText() ? reason.getText() : term);
    row.put("DSDECOD", term);
    row.put("DSCAT", "DISPOSITION EVENT");
    row.put("DSSCAT", "STUDY PARTICIPATION");
    Elements.part(found.get(), "date")
        .ifPresent(date -> row.put("DSSTDTC", ResourceVariables.time(date)));
    Elements.part(found.get(), "lastVisit")
        .flatMap(Elements::code)
        .ifPresent(code -> ResourceVariables.visit(code, row));
    ResourceVariables.codes(reason, ours, row);
    row.supp("NOCODE", ours.isEmpty() ? "Y" : "");
    row.supp("TEXTED", reason.hasText() && reason.getText().equalsIgnoreCase(term) ? "Y" : "");
    boolean isImplied = status.equals(Disposition.status(known).toCode());
    demographics.supp("RSSTAT", isImplied ? "" : status);
  }
}
