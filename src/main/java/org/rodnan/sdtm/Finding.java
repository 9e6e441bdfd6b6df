package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.rodnan.mapping.Measure;

/**
 * A measure, and where SDTM has it unless a mapping says otherwise.
 *
 * @param domain such as RE
 * @param test --TESTCD
 * @param name --TEST
 * @param isStandard whether CDISC's controlled terms have the test; else it is the sponsor's own
 * @param group --CAT; empty if the domain has none
 */
record Finding(
    Measure measure, String domain, String test, String name, boolean isStandard, String group) {
  private static final String MRSS_GROUP = "MODIFIED RODNAN SKIN SCORE";

  static final List<Finding> ALL = all();

  private static List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    all.add(mrss(Measure.MRSS, "MRSSTOT", "mRSS Total Score"));
    all.add(mrss("mrss-face", "MRSSFACE", "mRSS Face"));
    all.add(mrss("mrss-anterior-chest", "MRSSCHST", "mRSS Anterior Chest"));
    all.add(mrss("mrss-abdomen", "MRSSABD", "mRSS Abdomen"));
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
                "MRSS" + site[1] + side.charAt(0),
                "mRSS " + site[2] + ", " + side));
      }
    }
    all.add(standard("RE", "19870-5", "FVC", "Forced Vital Capacity"));
    all.add(standard("RE", "19872-1", "FVCPP", "Percent Predicted Forced Vital Capacity"));
    all.add(standard("RE", "19911-7", "DLCO", "Diffusion Capacity of Lung for CO"));
    all.add(standard("RE", "98130-8", "DLCOPP", "Percent Predicted DLCO"));
    all.add(standard("RE", "19913-3", "DLCOHC", "HGB Corrected DLCO"));
    all.add(
        standard(
            "RE",
            "dlco-hb-adjusted-percent-predicted",
            "DLCOHCPP",
            "Percent Predicted HGB Corrected DLCO"));
    all.add(score("haq-di", "HAQDI", "HAQ Disability Index", "HAQ-DI"));
    all.add(score("shaq-di", "SHAQDI", "Scleroderma HAQ Disability Index", "SHAQ"));
    all.add(score("sf36-pcs", "SF36PCS", "SF-36 Physical Component Summary", "SF-36"));
    all.add(score("sf36-mcs", "SF36MCS", "SF-36 Mental Component Summary", "SF-36"));
    all.add(score("vas-pain", "VASPAIN", "VAS Pain", "VAS"));
    all.add(score("vas-raynaud", "VASRAYN", "VAS Raynaud's Phenomenon", "VAS"));
    all.add(score("vas-digital-ulcers", "VASDU", "VAS Digital Ulcers", "VAS"));
    all.add(score("vas-breathing", "VASBREA", "VAS Shortness of Breath", "VAS"));
    all.add(score("vas-intestinal", "VASINTE", "VAS Intestinal Symptoms", "VAS"));
    all.add(score("vas-overall-severity", "VASSEV", "VAS Overall Severity", "VAS"));
    all.add(score("patient-global", "PTGLOB", "Patient Global Assessment", "GLOBAL"));
    all.add(score("physician-global", "PHGLOB", "Physician Global Assessment", "GLOBAL"));
    all.add(standard("LB", "esr", "ESR", "Erythrocyte Sedimentation Rate"));
    all.add(standard("LB", "crp", "CRP", "C Reactive Protein"));
    all.add(standard("LB", "ck", "CK", "Creatine Kinase"));
    all.add(own("LB", "anti-scl-70", "SCL70AB", "Anti-Scl-70 Antibody Status", ""));
    all.add(own("LB", "anti-centromere", "CENTAB", "Anti-Centromere Antibody Status", ""));
    all.add(
        own(
            "LB",
            "anti-rna-polymerase-iii",
            "RNAP3AB",
            "Anti-RNA Polymerase III Antibody Status",
            ""));
    all.add(own("CV", "lvef", "LVEF", "Left Ventricular Ejection Fraction", ""));
    all.add(own("SC", "disease-duration", "DISDUR", "Disease Duration", ""));
    all.add(standard("VS", "8302-2", "HEIGHT", "Height"));
    all.add(standard("VS", "29463-7", "WEIGHT", "Weight"));
    all.add(standard("VS", "8480-6", "SYSBP", "Systolic Blood Pressure"));
    all.add(standard("VS", "8462-4", "DIABP", "Diastolic Blood Pressure"));
    all.add(standard("VS", "8867-4", "HR", "Heart Rate"));
    all.add(standard("VS", "8310-5", "TEMP", "Temperature"));
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

  private static Finding mrss(String code, String test, String name) {
    return own("RS", code, test, name, MRSS_GROUP);
  }

  private static Finding score(String code, String test, String name, String group) {
    return own("QS", code, test, name, group);
  }

  private static Finding standard(String domain, String code, String test, String name) {
    return new Finding(Measure.of(code).orElseThrow(), domain, test, name, true, "");
  }

  private static Finding own(String domain, String code, String test, String name, String group) {
    return new Finding(Measure.of(code).orElseThrow(), domain, test, name, false, group);
  }

  /** In MH, by what was asked for (MHPRESP). */
  private static void involvement(List<Finding> all, String organ, String term) {
    all.add(own("MH", "involvement-" + organ, term, term, "ORGAN INVOLVEMENT"));
  }

  static Finding of(Measure measure) {
    return ALL.stream().filter(each -> each.measure().equals(measure)).findFirst().orElseThrow();
  }

  /** mRSS is looked for in each domain where sponsors have it. */
  static Optional<Measure> in(String domain, String test) {
    return ALL.stream()
        .filter(each ->
            each.test().equalsIgnoreCase(test)
                && (each.domain().equals(domain)
                    || each.measure().isSkinScore() && List.of("QS", "RS", "MK").contains(domain)))
        .map(Finding::measure)
        .findFirst();
  }
}
