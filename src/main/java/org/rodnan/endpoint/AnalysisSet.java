package org.rodnan.endpoint;

import org.rodnan.fhir.FhirFailure;

/** Whose values are analysed, and what stands for those that are missing. */
public enum AnalysisSet {
  COMPLETERS(
      "completers",
      "completers",
      "Subjects with a value at baseline and at the last of the visits; nothing is replaced"),
  OBSERVED(
      "observed",
      "observed-cases",
      "Subjects with a value at baseline and at the visit; nothing is replaced"),
  LOCF(
      "locf",
      "locf",
      "Subjects with a value at baseline and one after it; a missing value is replaced by the last"
          + " one after baseline and before the visit, and who has none is left out there"),
  ITT(
      "itt",
      "intention-to-treat",
      "All subjects with a value at baseline; a missing value is replaced by the last one before"
          + " the visit, that of baseline included");

  private final String code;
  private final String set;
  private final String rule;

  AnalysisSet(String code, String set, String rule) {
    this.code = code;
    this.set = set;
    this.rule = rule;
  }

  /** As it is asked for. */
  public String code() {
    return code;
  }

  /** In the code system {@code ssc-analysis-set}. */
  public String set() {
    return set;
  }

  /** In a sentence. */
  public String rule() {
    return rule;
  }

  /**
   * @throws FhirFailure.Malformed if there is none of that code
   */
  public static AnalysisSet of(String code) {
    for (AnalysisSet each : values()) {
      if (each.code.equals(code)) {
        return each;
      }
    }
    throw new FhirFailure.Malformed(
        "population is '" + code + "'; expected completers, observed, locf or itt", "population");
  }
}
