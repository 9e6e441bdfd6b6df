package org.rodnan.hl7v2;

import java.util.Optional;
import java.util.Set;

/**
 * What a result measures, as our profiles have it.
 *
 * @param profile the last part of its canonical; empty for none
 * @param category of Observation
 * @param unit of UCUM that a result without one is in; empty if it must say
 */
record Measure(
    String system, String code, Kind kind, String profile, String category, String unit) {
  enum Kind {
    QUANTITY,
    MRSS_TOTAL,
    MRSS_SITE,
    ANTIBODY
  }

  static final String OURS = "https://w3id.org/rodnan/CodeSystem/ssc-measure";
  static final String LOINC = "http://loinc.org";
  static final String MRSS = "mrss-total";

  private static final Set<String> FVC =
      Set.of("19870-5", "19868-9", "19876-2", "19874-7", "19869-7");
  private static final Set<String> FVC_PERCENT = Set.of("19872-1", "19871-3", "19873-9");
  private static final Set<String> DLCO =
      Set.of("19911-7", "98091-2", "98092-0", "19910-9", "19913-3", "19912-5");
  private static final Set<String> HB_ADJUSTED =
      Set.of("19913-3", "19912-5", "dlco-hb-adjusted-percent-predicted");
  private static final String HEMOGLOBIN = "718-7";

  /** Height, weight, both blood pressures, heart rate, temperature. */
  private static final Set<String> VITAL_SIGNS =
      Set.of("8302-2", "29463-7", "8480-6", "8462-4", "8867-4", "8310-5");

  /**
   * Empty if it is none that is taken here; that ours is a code of ssc-measure is not looked at.
   */
  static Optional<Measure> of(String system, String code) {
    return switch (system) {
      case OURS -> ours(code);
      case LOINC -> loinc(code);
      default -> Optional.empty();
    };
  }

  private static Optional<Measure> ours(String code) {
    if (code.equals(MRSS)) {
      return some(OURS, code, Kind.MRSS_TOTAL, "ssc-mrss", "exam", "{score}");
    }
    if (code.startsWith("mrss-")) {
      return some(OURS, code, Kind.MRSS_SITE, "ssc-mrss", "exam", "{score}");
    }
    if (code.startsWith("vas-") || code.startsWith("sf36-")) {
      return some(OURS, code, Kind.QUANTITY, "ssc-outcome-score", "survey", "{score}");
    }
    return switch (code) {
      case "haq-di", "shaq-di", "patient-global" ->
          some(OURS, code, Kind.QUANTITY, "ssc-outcome-score", "survey", "{score}");
      case "physician-global" ->
          some(OURS, code, Kind.QUANTITY, "ssc-outcome-score", "exam", "{score}");
      case "esr", "crp", "ck" ->
          some(OURS, code, Kind.QUANTITY, "ssc-lab-result", "laboratory", "");
      case "lvef" -> some(OURS, code, Kind.QUANTITY, "ssc-lab-result", "procedure", "");
      case "anti-scl-70", "anti-centromere", "anti-rna-polymerase-iii" ->
          some(OURS, code, Kind.ANTIBODY, "ssc-lab-result", "laboratory", "");
      case "dlco-hb-adjusted-percent-predicted" ->
          some(OURS, code, Kind.QUANTITY, "ssc-dlco", "procedure", "");
      default -> Optional.empty();
    };
  }

  private static Optional<Measure> loinc(String code) {
    if (FVC.contains(code) || FVC_PERCENT.contains(code)) {
      return some(LOINC, code, Kind.QUANTITY, "ssc-fvc", "procedure", "");
    }
    if (DLCO.contains(code) || code.equals("98130-8")) {
      return some(LOINC, code, Kind.QUANTITY, "ssc-dlco", "procedure", "");
    }
    if (VITAL_SIGNS.contains(code)) {
      return some(LOINC, code, Kind.QUANTITY, "", "vital-signs", "");
    }
    return code.equals(HEMOGLOBIN)
        ? some(LOINC, code, Kind.QUANTITY, "", "laboratory", "")
        : Optional.empty();
  }

  private static Optional<Measure> some(
      String system, String code, Kind kind, String profile, String category, String unit) {
    return Optional.of(new Measure(system, code, kind, profile, category, unit));
  }

  boolean isMrss() {
    return kind == Kind.MRSS_TOTAL || kind == Kind.MRSS_SITE;
  }

  /** Whether it is a percentage of a predicted value, which names its equation. */
  boolean isPredicted() {
    return FVC_PERCENT.contains(code)
        || code.equals("98130-8")
        || code.equals("dlco-hb-adjusted-percent-predicted");
  }

  boolean isHemoglobinAdjusted() {
    return HB_ADJUSTED.contains(code);
  }
}
