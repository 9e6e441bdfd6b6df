package org.rodnan.sdtm;

import java.util.Map;

/** Units of UCUM as SDTM submits them. */
final class SubmissionUnits {
  /** What CDISC's UNIT has for a unit of UCUM; any other stands for itself. */
  private static final Map<String, String> SUBMISSION =
      Map.of(
          "mL/min/mm[Hg]", "mL/min/mmHg",
          "mm[Hg]", "mmHg",
          "mo", "MONTHS",
          "Cel", "C",
          "/min", "beats/min",
          "mm/h", "mm/h",
          "{score}", "");

  private SubmissionUnits() {}

  static String submission(String ucum) {
    return SUBMISSION.getOrDefault(ucum, ucum);
  }
}
