package org.rodnan.trials;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;

/** How a measure of the tables of printed numbers is coded in FHIR. */
enum MeasureCode {
  MRSS(
      "mrss", "mrss", "mrss-total", "Modified Rodnan skin score, total", "{score}", "exam", "mrss"),
  FVC("fvc-percent-predicted", "fvc", "19872-1", "FVC measured/predicted", "%", "procedure", "fvc"),
  DLCO(
      "dlco-hb-percent-predicted",
      "dlco",
      "dlco-hb-adjusted-percent-predicted",
      "DLCO adjusted for haemoglobin, % predicted",
      "%",
      "procedure",
      "dlco"),
  VAS_GLOBAL(
      "vas-global",
      "vas-global",
      "patient-global",
      "Patient global assessment",
      "{score}",
      "survey",
      "outcome-score"),
  VAS_BREATHING(
      "vas-breathing",
      "vas-breathing",
      "vas-breathing",
      "Visual analogue scale, shortness of breath",
      "{score}",
      "survey",
      "outcome-score"),
  VAS_PAIN(
      "vas-pain",
      "vas-pain",
      "vas-pain",
      "Visual analogue scale, pain",
      "{score}",
      "survey",
      "outcome-score"),
  VAS_RAYNAUD(
      "vas-raynaud",
      "vas-raynaud",
      "vas-raynaud",
      "Visual analogue scale, Raynaud's phenomenon",
      "{score}",
      "survey",
      "outcome-score"),
  VAS_DIGITAL_ULCER(
      "vas-digital-ulcer",
      "vas-ulcer",
      "vas-digital-ulcers",
      "Visual analogue scale, digital ulcers",
      "{score}",
      "survey",
      "outcome-score"),
  SHAQ_DI(
      "shaq-di",
      "shaq-di",
      "shaq-di",
      "Scleroderma HAQ disability index",
      "{score}",
      "survey",
      "outcome-score"),
  SF36_PHYSICAL(
      "sf36-physical",
      "sf36-pcs",
      "sf36-pcs",
      "SF-36 physical component summary",
      "{score}",
      "survey",
      "outcome-score"),
  SF36_MENTAL(
      "sf36-mental",
      "sf36-mcs",
      "sf36-mcs",
      "SF-36 mental component summary",
      "{score}",
      "survey",
      "outcome-score"),
  PHYSICIAN_GLOBAL(
      "physician-global",
      "physician-global",
      "physician-global",
      "Physician global assessment",
      "{score}",
      "exam",
      "outcome-score"),
  ESR("esr", "esr", "esr", "Erythrocyte sedimentation rate", "mm/h", "laboratory", "lab-result"),
  SCL70(
      "antibody:anti-scl70",
      "scl-70",
      "anti-scl-70",
      "Anti-topoisomerase I (anti-Scl-70) antibody status",
      "",
      "laboratory",
      "lab-result"),
  DURATION(
      "disease-duration",
      "duration",
      "disease-duration",
      "Disease duration",
      "mo",
      "exam",
      "disease-duration"),
  GASTROINTESTINAL(
      "organ:gastrointestinal",
      "organ-gi",
      "involvement-gastrointestinal",
      "Gastrointestinal involvement"),
  ILD(
      "organ:interstitial-lung-disease",
      "organ-ild",
      "involvement-interstitial-lung-disease",
      "Interstitial lung disease"),
  PAH(
      "organ:pulmonary-artery-hypertension",
      "organ-pah",
      "involvement-pulmonary-arterial-hypertension",
      "Pulmonary arterial hypertension"),
  CARDIAC("organ:cardiac", "organ-cardiac", "involvement-cardiac", "Cardiac involvement"),
  RENAL("organ:renal", "organ-renal", "involvement-renal", "Renal involvement"),
  MYOPATHY("organ:myopathy", "organ-myopathy", "involvement-myopathy", "Myopathy"),
  ARTHRITIS("organ:arthritis", "organ-arthritis", "involvement-arthritis", "Arthritis"),
  RAYNAUD("organ:raynaud", "organ-raynaud", "involvement-raynaud", "Raynaud's phenomenon"),
  DIGITAL_ULCERATION(
      "organ:digital-ulceration", "organ-ulcer", "involvement-digital-ulcer", "Digital ulceration");

  private final String measure;
  private final String slug;
  private final String code;
  private final String display;
  private final String unit;
  private final String category;
  private final String profile;

  MeasureCode(String measure, String slug, String code, String display) {
    this(measure, slug, code, display, "", "exam", "organ-involvement");
  }

  MeasureCode(
      String measure,
      String slug,
      String code,
      String display,
      String unit,
      String category,
      String profile) {
    this.measure = measure;
    this.slug = slug;
    this.code = code;
    this.display = display;
    this.unit = unit;
    this.category = category;
    this.profile = profile;
  }

  /** The measure by its name in the tables; nothing for what has no code. */
  static Optional<MeasureCode> of(String measure) {
    return Arrays.stream(values()).filter(code -> code.measure.equals(measure)).findFirst();
  }

  static List<MeasureCode> organs() {
    return Arrays.stream(values()).filter(MeasureCode::isOrgan).toList();
  }

  boolean isOrgan() {
    return measure.startsWith("organ:");
  }

  String measure() {
    return measure;
  }

  /** For resource ids. */
  String slug() {
    return slug;
  }

  String unit() {
    return unit;
  }

  String category() {
    return category;
  }

  String profile() {
    return Vocabulary.profile("ssc-" + profile);
  }

  String display() {
    return display;
  }

  String system() {
    return this == FVC ? Vocabulary.LOINC : Vocabulary.MEASURE;
  }

  /** What a search calls it. */
  String token() {
    return system() + "|" + code;
  }

  /** The concept; where another code system has a verified code, that too. */
  CodeableConcept concept() {
    CodeableConcept concept = Vocabulary.concept(system(), code, display);
    switch (this) {
      case DLCO -> concept.addCoding(new Coding().setSystem(Vocabulary.NCIT).setCode("C120826"));
      case ILD -> concept.addCoding(new Coding().setSystem(Vocabulary.SNOMED).setCode("233703007"));
      case RAYNAUD ->
          concept.addCoding(new Coding().setSystem(Vocabulary.SNOMED).setCode("266261006"));
      default -> {}
    }
    return concept;
  }
}
