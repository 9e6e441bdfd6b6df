package org.rodnan.sdtm;

import java.util.Map;
import java.util.regex.Pattern;
import org.rodnan.mapping.Elements;

/** What AE and its qualifiers say in words of SDTM. */
final class AdverseEventTerms {
  /** Values of AEACN that are no action, and those that stand for qualifiers. */
  static final Pattern NO_ACTION =
      Pattern.compile("(?i)NOT APPLICABLE|DOSE NOT CHANGED|UNKNOWN|MULTIPLE|OTHER");

  /** Answers about adverse events that SDTM has no variable for. */
  static final Map<String, String> FLAGS =
      Map.of(
          Elements.AE + "caused-subject-to-discontinue-study", "AEDISC",
          Elements.AE + "expected-in-research-study", "AEEXPECT");

  private AdverseEventTerms() {}
}
