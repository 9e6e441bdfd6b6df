package org.rodnan.sdtm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.rodnan.mapping.Disposition;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Term;

/** From DS to how subjects' part in the study ended. Not thread safe. */
final class DispositionReader {
  private final RowElements elements;
  private final Tally tally;

  DispositionReader(RowElements elements, Tally tally) {
    this.elements = elements;
    this.tally = tally;
  }

  /** The row of each USUBJID that tells how its part ended. */
  Map<String, Row> ends(List<Row> rows) {
    Map<String, Row> found = new HashMap<>();
    int others = 0;
    for (Row row : rows) {
      String category = row.text("DSCAT");
      if (!category.isEmpty() && !category.equalsIgnoreCase("DISPOSITION EVENT")) {
        others++;
        continue;
      }
      Row before = found.get(row.subject());
      boolean isOfStudy = row.text("DSSCAT").equalsIgnoreCase("STUDY PARTICIPATION");
      if (before == null || isOfStudy) {
        found.put(row.subject(), row);
      }
      others += before == null ? 0 : 1;
    }
    if (others > 0) {
      tally.add(
          rows.getFirst().file(),
          "DS",
          "rows are no end of study participation, such as protocol milestones",
          others);
    }
    return found;
  }

  Disposition read(Row row) {
    Term term =
        elements.term(row, "DSDECOD", RowElements.required(row, "DSDECOD"), Term.DISPOSITION);
    CodeableConcept reason =
        row.supp("NOCODE").equals("Y")
            ? new CodeableConcept()
            : Elements.concept(term.system(), term.code());
    RowElements.others(row, reason);
    String text = row.text("DSTERM");
    boolean isTexted = row.supp("TEXTED").equals("Y");
    if (!text.isEmpty() && (isTexted || !text.equalsIgnoreCase(row.text("DSDECOD")))) {
      reason.setText(text);
    }
    return new Disposition(term, reason, elements.date(row, "DSSTDTC"), elements.visitCode(row));
  }
}
