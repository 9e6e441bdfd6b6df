package org.rodnan.course;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What makes the probability of step 1 of ACR CRISS zero (Khanna and others 2016,
 * doi:10.1002/acr.22804, table 4).
 */
public enum OrganEvent {
  RENAL_CRISIS(
      "renal_crisis",
      "AdverseEvent?event:text=renal%20crisis,scleroderma%20renal%20crisis,SSc%20renal%20crisis"),
  FVC_DECLINE("fvc_decline", null),
  LEFT_VENTRICULAR_FAILURE(
      "left_ventricular_failure",
      "AdverseEvent?event:text=left%20ventricular%20failure,acute%20left%20ventricular%20failure"),
  PULMONARY_ARTERIAL_HYPERTENSION(
      "pulmonary_arterial_hypertension",
      "AdverseEvent?event:text=pulmonary%20arterial%20hypertension");

  private final String code;
  private final Optional<String> search;

  OrganEvent(String code, @Nullable String search) {
    this.code = code;
    this.search = Optional.ofNullable(search);
  }

  /** As it stands in answers and questions. */
  public String code() {
    return code;
  }

  /**
   * The search that finds its reports, by how their text begins, where nothing else is asked for;
   * empty for the one that is worked out from values.
   */
  public Optional<String> search() {
    return search;
  }
}
