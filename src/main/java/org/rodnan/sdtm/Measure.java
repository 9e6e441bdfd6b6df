package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a finding measures, and where SDTM has it unless a mapping says otherwise.
 *
 * @param code of {@code system}; for mRSS sites a component's
 * @param domain such as RE
 * @param test --TESTCD
 * @param name --TEST
 * @param isStandard whether CDISC's controlled terms have the test; else it is the sponsor's own
 * @param group --CAT; empty if the domain has none
 * @param unit of UCUM that a row without one is in; empty if a row must say
 * @param category of Observation; empty for none
 * @param profile the last part of its canonical; empty for none
 */
record Measure(
    String system,
    String code,
    Kind kind,
    String domain,
    String test,
    String name,
    boolean isStandard,
    String group,
    String unit,
    String category,
    String profile) {
  /** What the value is. */
  enum Kind {
    QUANTITY,
    SITE,
    ANTIBODY,
    INVOLVEMENT
  }

  static final String OURS = "https://w3id.org/rodnan/CodeSystem/ssc-measure";
  static final String LOINC = "http://loinc.org";
  static final String MRSS = "mrss-total";
  private static final String MRSS_GROUP = "MODIFIED RODNAN SKIN SCORE";

  static final List<Measure> ALL = all();

  /** The 17 sites in the order of the code system. */
  static final List<Measure> SITES = ALL.stream().filter(each -> each.kind() == Kind.SITE).toList();

  private static List<Measure> all() {
    List<Measure> all = new ArrayList<>();
    all.add(mrss(MRSS, Kind.QUANTITY, "MRSSTOT", "mRSS Total Score"));
    all.add(mrss("mrss-face", Kind.SITE, "MRSSFACE", "mRSS Face"));
    all.add(mrss("mrss-anterior-chest", Kind.SITE, "MRSSCHST", "mRSS Anterior Chest"));
    all.add(mrss("mrss-abdomen", Kind.SITE, "MRSSABD", "mRSS Abdomen"));
    for (String side : List.of("Right", "Left")) {
      for (String[] site :
          new String[][] {
            {"fingers", "FIN", "Fingers"},
            {"hand", "HND", "Dorsum of Hand"},
            {"forearm", "FAR", "Forearm"},
            {"upper-arm", "UAR", "Upper Arm"},
            {"thigh", "THI", "Thigh"},
            {"leg", "LEG", "Leg"},
            {"foot", "FOO", "Foot"}
          }) {
        all.add(
            mrss(
                "mrss-" + site[0] + "-" + side.toLowerCase(Locale.ROOT),
                Kind.SITE,
                "MRSS" + site[1] + side.charAt(0),
                "mRSS " + site[2] + ", " + side));
      }
    }
    all.add(lung(LOINC, "19870-5", "FVC", "Forced Vital Capacity", "", "ssc-fvc"));
    all.add(
        lung(LOINC, "19872-1", "FVCPP", "Percent Predicted Forced Vital Capacity", "%", "ssc-fvc"));
    all.add(lung(LOINC, "19911-7", "DLCO", "Diffusion Capacity of Lung for CO", "", "ssc-dlco"));
    all.add(lung(LOINC, "98130-8", "DLCOPP", "Percent Predicted DLCO", "%", "ssc-dlco"));
    all.add(lung(LOINC, "19913-3", "DLCOHC", "HGB Corrected DLCO", "", "ssc-dlco"));
    all.add(
        lung(
            OURS,
            "dlco-hb-adjusted-percent-predicted",
            "DLCOHCPP",
            "Percent Predicted HGB Corrected DLCO",
            "%",
            "ssc-dlco"));
    all.add(score("haq-di", "HAQDI", "HAQ Disability Index", "HAQ-DI", "survey"));
    all.add(score("shaq-di", "SHAQDI", "Scleroderma HAQ Disability Index", "SHAQ", "survey"));
    all.add(score("sf36-pcs", "SF36PCS", "SF-36 Physical Component Summary", "SF-36", "survey"));
    all.add(score("sf36-mcs", "SF36MCS", "SF-36 Mental Component Summary", "SF-36", "survey"));
    all.add(score("vas-pain", "VASPAIN", "VAS Pain", "VAS", "survey"));
    all.add(score("vas-raynaud", "VASRAYN", "VAS Raynaud's Phenomenon", "VAS", "survey"));
    all.add(score("vas-digital-ulcers", "VASDU", "VAS Digital Ulcers", "VAS", "survey"));
    all.add(score("vas-breathing", "VASBREA", "VAS Shortness of Breath", "VAS", "survey"));
    all.add(score("vas-intestinal", "VASINTE", "VAS Intestinal Symptoms", "VAS", "survey"));
    all.add(score("vas-overall-severity", "VASSEV", "VAS Overall Severity", "VAS", "survey"));
    all.add(score("patient-global", "PTGLOB", "Patient Global Assessment", "GLOBAL", "survey"));
    all.add(score("physician-global", "PHGLOB", "Physician Global Assessment", "GLOBAL", "exam"));
    all.add(lab("esr", "ESR", "Erythrocyte Sedimentation Rate", true, "mm/h"));
    all.add(lab("crp", "CRP", "C Reactive Protein", true, ""));
    all.add(lab("ck", "CK", "Creatine Kinase", true, "U/L"));
    all.add(antibody("anti-scl-70", "SCL70AB", "Anti-Scl-70 Antibody Status"));
    all.add(antibody("anti-centromere", "CENTAB", "Anti-Centromere Antibody Status"));
    all.add(
        antibody("anti-rna-polymerase-iii", "RNAP3AB", "Anti-RNA Polymerase III Antibody Status"));
    all.add(
        new Measure(
            OURS,
            "lvef",
            Kind.QUANTITY,
            "CV",
            "LVEF",
            "Left Ventricular Ejection Fraction",
            false,
            "",
            "%",
            "procedure",
            "ssc-lab-result"));
    all.add(
        new Measure(
            OURS,
            "disease-duration",
            Kind.QUANTITY,
            "SC",
            "DISDUR",
            "Disease Duration",
            false,
            "",
            "mo",
            "exam",
            "ssc-disease-duration"));
    vital(all, "8302-2", "HEIGHT", "Height");
    vital(all, "29463-7", "WEIGHT", "Weight");
    vital(all, "8480-6", "SYSBP", "Systolic Blood Pressure");
    vital(all, "8462-4", "DIABP", "Diastolic Blood Pressure");
    vital(all, "8867-4", "HR", "Heart Rate");
    vital(all, "8310-5", "TEMP", "Temperature");
    involvement(all, "gastrointestinal", "GASTROINTESTINAL INVOLVEMENT");
    involvement(all, "interstitial-lung-disease", "INTERSTITIAL LUNG DISEASE");
    involvement(all, "pulmonary-arterial-hypertension", "PULMONARY ARTERIAL HYPERTENSION");
    involvement(all, "cardiac", "CARDIAC INVOLVEMENT");
    involvement(all, "renal", "RENAL INVOLVEMENT");
    involvement(all, "myopathy", "MYOPATHY");
    involvement(all, "arthritis", "ARTHRITIS");
    involvement(all, "raynaud", "RAYNAUD'S PHENOMENON");
    involvement(all, "digital-ulcer", "DIGITAL ULCERATION");
    return List.copyOf(all);
  }

  private static Measure mrss(String code, Kind kind, String test, String name) {
    return new Measure(
        OURS, code, kind, "RS", test, name, false, MRSS_GROUP, "{score}", "exam", "ssc-mrss");
  }

  private static Measure lung(
      String system, String code, String test, String name, String unit, String profile) {
    return new Measure(
        system, code, Kind.QUANTITY, "RE", test, name, true, "", unit, "procedure", profile);
  }

  private static Measure score(
      String code, String test, String name, String group, String category) {
    return new Measure(
        OURS,
        code,
        Kind.QUANTITY,
        "QS",
        test,
        name,
        false,
        group,
        "{score}",
        category,
        "ssc-outcome-score");
  }

  private static Measure lab(
      String code, String test, String name, boolean isStandard, String unit) {
    return new Measure(
        OURS,
        code,
        Kind.QUANTITY,
        "LB",
        test,
        name,
        isStandard,
        "",
        unit,
        "laboratory",
        "ssc-lab-result");
  }

  private static Measure antibody(String code, String test, String name) {
    return new Measure(
        OURS, code, Kind.ANTIBODY, "LB", test, name, false, "", "", "laboratory", "ssc-lab-result");
  }

  private static void vital(List<Measure> all, String code, String test, String name) {
    all.add(
        new Measure(LOINC, code, Kind.QUANTITY, "VS", test, name, true, "", "", "vital-signs", ""));
  }

  /** In MH, by what was asked for (MHPRESP). */
  private static void involvement(List<Measure> all, String organ, String term) {
    all.add(
        new Measure(
            OURS,
            "involvement-" + organ,
            Kind.INVOLVEMENT,
            "MH",
            term,
            term,
            false,
            "ORGAN INVOLVEMENT",
            "",
            "exam",
            "ssc-organ-involvement"));
  }

  static Optional<Measure> of(String system, String code) {
    return ALL.stream()
        .filter(each -> each.system().equals(system) && each.code().equals(code))
        .findFirst();
  }

  /** Of our own code system, or of LOINC. */
  static Optional<Measure> of(String code) {
    return ALL.stream().filter(each -> each.code().equals(code)).findFirst();
  }

  /** mRSS is looked for in each domain where sponsors have it. */
  static Optional<Measure> in(String domain, String test) {
    return ALL.stream()
        .filter(each ->
            each.test().equalsIgnoreCase(test)
                && (each.domain().equals(domain)
                    || each.profile().equals("ssc-mrss")
                        && List.of("QS", "RS", "MK").contains(domain)))
        .findFirst();
  }

  /** Whether it is a percentage of a predicted value, which names its equation. */
  boolean isPredicted() {
    return unit.equals("%") && domain.equals("RE");
  }
}
