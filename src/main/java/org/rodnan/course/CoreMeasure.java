package org.rodnan.course;

/**
 * The five measures of ACR CRISS with what a unit of their change weighs in its step 2 (Khanna and
 * others 2016, doi:10.1002/acr.22804, table 4). Changes are those from baseline, so weights of
 * measures that are high in the ill are negative.
 */
public enum CoreMeasure {
  MRSS("mrss", "mrss-total", 1, -0.81, -20),
  FVC("fvc", "http://loinc.org|19872-1", 1, 0.21, 5),
  /** Recorded on 0 to 100, in the index on 0 to 10. */
  PATIENT_GLOBAL("patient_global", "patient-global", 0.1, -0.40, -20),
  PHYSICIAN_GLOBAL("physician_global", "physician-global", 1, -0.44, -20),
  HAQ_DI("haq_di", "haq-di,http://loinc.org|75874-8", 1, -3.41, -20);

  private final String code;
  private final String tokens;
  private final double scale;
  private final double weight;
  private final double improvement;

  CoreMeasure(String code, String tokens, double scale, double weight, double improvement) {
    this.code = code;
    this.tokens = tokens;
    this.scale = scale;
    this.weight = weight;
    this.improvement = improvement;
  }

  /** As it stands in answers and questions. */
  public String code() {
    return code;
  }

  /** The parameter of a question that asks for it by other tokens. */
  public String parameter() {
    return code.replace('_', '-');
  }

  /** Of {@code Observation.code}, where nothing else is asked for. */
  public String tokens() {
    return tokens;
  }

  /** From the range of the profile to that of the index. */
  double scaled(double recorded) {
    return Digits.clean(scale * recorded);
  }

  double weight() {
    return weight;
  }

  /** From zero nothing can fall, so that is no improvement. */
  boolean isImproved(double baseline, double then) {
    if (baseline == 0) {
      return false;
    }
    double percent = 100 * (then - baseline) / baseline;
    return improvement < 0
        ? Digits.isAtMost(percent, improvement)
        : Digits.isAtLeast(percent, improvement);
  }
}
