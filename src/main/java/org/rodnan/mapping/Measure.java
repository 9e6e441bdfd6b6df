package org.rodnan.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is measured, as all readers of foreign files know it.
 *
 * @param code of {@code system}; for mRSS sites a component's
 * @param kind what the value is
 * @param unit of UCUM that a value without one is in; empty if it must say
 * @param category of Observation; empty for none
 * @param profile the last part of its canonical; empty for none
 */
public record Measure(
    String system, String code, Kind kind, String unit, String category, String profile) {
  /** What the value is. */
  public enum Kind {
    QUANTITY,
    SITE,
    ANTIBODY,
    INVOLVEMENT
  }

  public static final String OURS = "https://w3id.org/rodnan/CodeSystem/ssc-measure";
  public static final String LOINC = "http://loinc.org";
  public static final String MRSS = "mrss-total";

  /** In the order of the code system. */
  public static final List<Measure> ALL = all();

  /** The 17 sites of the skin score in the order of the code system. */
  public static final List<Measure> SITES =
      ALL.stream().filter(each -> each.kind() == Kind.SITE).toList();

  private static List<Measure> all() {
    List<Measure> all = new ArrayList<>();
    all.add(new Measure(OURS, MRSS, Kind.QUANTITY, "{score}", "exam", "ssc-mrss"));
    for (String site : List.of("face", "anterior-chest", "abdomen")) {
      all.add(site(site));
    }
    for (String side : List.of("-right", "-left")) {
      for (String site :
          List.of("fingers", "hand", "forearm", "upper-arm", "thigh", "leg", "foot")) {
        all.add(site(site + side));
      }
    }
    all.add(lung(LOINC, "19870-5", "", "ssc-fvc"));
    all.add(lung(LOINC, "19872-1", "%", "ssc-fvc"));
    all.add(lung(LOINC, "19911-7", "", "ssc-dlco"));
    all.add(lung(LOINC, "98130-8", "%", "ssc-dlco"));
    all.add(lung(LOINC, "19913-3", "", "ssc-dlco"));
    all.add(lung(OURS, "dlco-hb-adjusted-percent-predicted", "%", "ssc-dlco"));
    for (String score :
        List.of(
            "haq-di",
            "shaq-di",
            "sf36-pcs",
            "sf36-mcs",
            "vas-pain",
            "vas-raynaud",
            "vas-digital-ulcers",
            "vas-breathing",
            "vas-intestinal",
            "vas-overall-severity",
            "patient-global")) {
      all.add(new Measure(OURS, score, Kind.QUANTITY, "{score}", "survey", "ssc-outcome-score"));
    }
    all.add(
        new Measure(
            OURS, "physician-global", Kind.QUANTITY, "{score}", "exam", "ssc-outcome-score"));
    all.add(lab("esr", "mm/h"));
    all.add(lab("crp", ""));
    all.add(lab("ck", "U/L"));
    for (String antibody : List.of("anti-scl-70", "anti-centromere", "anti-rna-polymerase-iii")) {
      all.add(new Measure(OURS, antibody, Kind.ANTIBODY, "", "laboratory", "ssc-lab-result"));
    }
    all.add(new Measure(OURS, "lvef", Kind.QUANTITY, "%", "procedure", "ssc-lab-result"));
    all.add(
        new Measure(OURS, "disease-duration", Kind.QUANTITY, "mo", "exam", "ssc-disease-duration"));
    for (String vital : List.of("8302-2", "29463-7", "8480-6", "8462-4", "8867-4", "8310-5")) {
      all.add(new Measure(LOINC, vital, Kind.QUANTITY, "", "vital-signs", ""));
    }
    for (String organ :
        List.of(
            "gastrointestinal",
            "interstitial-lung-disease",
            "pulmonary-arterial-hypertension",
            "cardiac",
            "renal",
            "myopathy",
            "arthritis",
            "raynaud",
            "digital-ulcer")) {
      all.add(
          new Measure(
              OURS, "involvement-" + organ, Kind.INVOLVEMENT, "", "exam", "ssc-organ-involvement"));
    }
    return List.copyOf(all);
  }

  private static Measure site(String site) {
    return new Measure(OURS, "mrss-" + site, Kind.SITE, "{score}", "exam", "ssc-mrss");
  }

  private static Measure lung(String system, String code, String unit, String profile) {
    return new Measure(system, code, Kind.QUANTITY, unit, "procedure", profile);
  }

  private static Measure lab(String code, String unit) {
    return new Measure(OURS, code, Kind.QUANTITY, unit, "laboratory", "ssc-lab-result");
  }

  public static Optional<Measure> of(String system, String code) {
    return ALL.stream()
        .filter(each -> each.system().equals(system) && each.code().equals(code))
        .findFirst();
  }

  /** Of our own code system, or of LOINC. */
  public static Optional<Measure> of(String code) {
    return ALL.stream().filter(each -> each.code().equals(code)).findFirst();
  }

  /** Whether it is a percentage of a predicted value, which names its equation. */
  public boolean isPredicted() {
    return unit.equals("%") && (profile.equals("ssc-fvc") || profile.equals("ssc-dlco"));
  }

  /** Whether it is adjusted for haemoglobin, which names where that comes from. */
  public boolean isAdjusted() {
    return code.equals("19913-3") || code.equals("dlco-hb-adjusted-percent-predicted");
  }

  public boolean isSkinScore() {
    return profile.equals("ssc-mrss");
  }
}
