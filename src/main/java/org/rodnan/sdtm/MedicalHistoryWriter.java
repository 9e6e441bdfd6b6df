package org.rodnan.sdtm;

import org.hl7.fhir.r4.model.Condition;
import org.rodnan.mapping.Elements;

/**
 * Conditions as MH. One that is refuted, or entered in error, is nobody's history, and left out.
 * Not thread safe.
 */
final class MedicalHistoryWriter {
  private final WrittenRows rows;
  private final LeftOut leftOut;

  MedicalHistoryWriter(WrittenRows rows, LeftOut leftOut) {
    this.rows = rows;
    this.leftOut = leftOut;
  }

  void write(Condition condition, String usubjid) {
    String verification = Elements.code(condition.getVerificationStatus()).orElse("");
    if (verification.matches("refuted|entered-in-error")) {
      leftOut.add("Condition " + verification);
      return;
    }
    if (!condition.hasCode()) {
      leftOut.add("Condition without a code");
      return;
    }
    Written row = rows.start("MH", usubjid, condition);
    ResourceVariables.term(condition.getCode(), row, "MHTERM");
    row.put("MHSTDTC", ResourceVariables.time(condition.getOnset()));
    row.put("MHENDTC", ResourceVariables.time(condition.getAbatement()));
    String implied = row.get("MHENDTC").isEmpty() ? "active" : "resolved";
    status("CLINSTAT", Elements.code(condition.getClinicalStatus()).orElse(""), implied, row);
    status("VERSTAT", verification, "confirmed", row);
  }

  /** Unless it is what the row implies. */
  private static void status(String qualifier, String code, String implied, Written row) {
    if (!code.equals(implied)) {
      row.supp(qualifier, code.isEmpty() ? "NONE" : code);
    }
  }
}
