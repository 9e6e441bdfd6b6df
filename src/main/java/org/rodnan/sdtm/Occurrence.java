package org.rodnan.sdtm;

import java.util.Locale;
import org.rodnan.mapping.RowException;

/** Whether what a row of an event or intervention names took place (--OCCUR, --STAT). */
enum Occurrence {
  /** As a row means that says nothing of it. */
  HAPPENED,
  DID_NOT_HAPPEN,
  UNKNOWN;

  /**
   * @throws RowException if it says nothing that is known, or one thing and another
   */
  static Occurrence of(Row row, SdtmMapping mapping) {
    String variable = row.domain() + "OCCUR";
    String occurred = mapping.term(variable, row.text(variable)).toUpperCase(Locale.ROOT);
    if (row.isNotDone()) {
      if (occurred.matches("Y|N")) {
        throw new RowException(
            variable + " is '" + occurred + "', but " + row.domain() + "STAT is 'NOT DONE'");
      }
      return UNKNOWN;
    }
    return switch (occurred) {
      case "", "Y" -> HAPPENED;
      case "N" -> DID_NOT_HAPPEN;
      case "U", "NA" -> UNKNOWN;
      default ->
          throw new RowException(variable + " is '" + occurred + "'; expected Y, N, U or NA");
    };
  }
}
