package org.rodnan.sdtm;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Term;

/** Adverse events as AE. Not thread safe. */
final class AdverseEventWriter {
  private final WrittenRows rows;

  AdverseEventWriter(WrittenRows rows) {
    this.rows = rows;
  }

  void write(AdverseEvent event, String usubjid) {
    Written row = rows.start("AE", usubjid, event);
    String term = event.getEvent().getText();
    ResourceVariables.term(event.getEvent(), row, "AETERM");
    row.put("AEDECOD", ResourceVariables.text(term).isEmpty() ? row.get("AETERM") : term);
    Elements.visitCode(event).ifPresent(code -> ResourceVariables.visit(code, row));
    ResourceVariables.day(event, row, "AESTDY");
    row.put("AESTDTC", ResourceVariables.text(event.getDateElement()));
    row.put(
        "AESER",
        Elements.code(event.getSeriousness()).filter("serious"::equalsIgnoreCase).isPresent()
            ? "Y"
            : "N");
    Elements.code(event.getSeverity())
        .ifPresent(each -> row.put("AESEV", each.toUpperCase(Locale.ROOT)));
    row.put(
        "AEOUT",
        event.getOutcome().getCoding().stream()
            .flatMap(each -> Term.ofCode(Term.OUT, ResourceVariables.text(each.getCode())).stream())
            .map(Term::submission)
            .findFirst()
            .orElse("UNKNOWN"));
    for (Extension extension : event.getExtension()) {
      String url = extension.getUrl();
      if (url.equals(Elements.AE + "seriousness-criteria")) {
        Elements.part(extension, "criterionCode")
            .flatMap(Elements::code)
            .flatMap(code -> Term.ofCode(Term.CRITERIA, code))
            .ifPresent(criterion -> row.put(criterion.submission(), "Y"));
      } else if (url.equals(Elements.AE + "ae-grade")) {
        row.put("AETOXGR", ResourceVariables.submission(Term.GRADE, extension.getValue()));
      } else if (url.equals(Elements.AE + "resolve-date")) {
        row.put("AEENDTC", ResourceVariables.time(extension.getValue()));
      } else if (extension.getValue() instanceof BooleanType is
          && AdverseEventTerms.FLAGS.containsKey(url)) {
        row.supp(AdverseEventTerms.FLAGS.get(url), is.booleanValue() ? "Y" : "N");
      }
    }
    suspects(event.getExtensionsByUrl(Elements.AE + "suspect-entity"), row);
    items(event, "mitigating-action", "AEACT", row);
    row.put("AEACN", actions(row));
    items(event, "contributing-factor", "AECTF", row);
    items(event, "supporting-info", "AEINF", row);
    row.supp(
        "NORSUB",
        Elements.find(event, Elements.AE + "research-subject-ref").isPresent() ? "" : "Y");
    String status =
        event.getModifierExtension().stream()
            .map(Extension::getValue)
            .filter(CodeType.class::isInstance)
            .map(each -> ((CodeType) each).getCode())
            .findFirst()
            .orElse("completed");
    boolean isOver = row.get("AEOUT").matches("FATAL|RECOVERED/RESOLVED( WITH SEQUELAE)?");
    row.supp("AESTAT", status.equals(isOver ? "completed" : "in-progress") ? "" : status);
  }

  /** The first one's causality is AEREL; all else is in SUPPAE, numbered. */
  private static void suspects(List<Extension> suspects, Written row) {
    for (int i = 0; i < suspects.size(); i++) {
      String number = String.valueOf(i + 1);
      Extension suspect = suspects.get(i);
      Optional<Extension> causality = Optional.ofNullable(suspect.getExtensionByUrl("causality"));
      Optional<Type> related = causality.flatMap(each -> Elements.part(each, "entityRelatedness"));
      String term = related.map(each -> ResourceVariables.named(Term.RELATEDNESS, each)).orElse("");
      if (i == 0) {
        row.put("AEREL", related.isPresent() && term.isEmpty() ? "OTHER" : term);
      } else {
        row.supp("AEREL" + number, term);
      }
      if (term.isEmpty()) {
        row.supp("AERELC" + number, related.map(ConceptText::of).orElse(""));
      }
      row.supp(
          "AEMETH" + number,
          causality
              .flatMap(each -> Elements.part(each, "assessmentMethod"))
              .map(ConceptText::of)
              .orElse(""));
      row.supp(
          "AESUSP" + number, Elements.part(suspect, "instance").map(ConceptText::of).orElse(""));
    }
  }

  /** What an extension with an item says in codes or words. */
  private static void items(AdverseEvent event, String extension, String name, Written row) {
    int i = 0;
    for (Extension each : event.getExtensionsByUrl(Elements.AE + extension)) {
      row.supp(name + ++i, Elements.part(each, "item").map(ConceptText::of).orElse(""));
    }
  }

  /** One action that is a text needs no qualifier beside AEACN. */
  private static String actions(Written row) {
    String first = row.supplemental.getOrDefault("AEACT1", "");
    if (row.supplemental.containsKey("AEACT2")) {
      return "MULTIPLE";
    }
    if (first.isEmpty()
        || first.contains("|")
        || AdverseEventTerms.NO_ACTION.matcher(first).matches()) {
      return first.isEmpty() ? "" : "OTHER";
    }
    row.supplemental.remove("AEACT1");
    return first;
  }
}
