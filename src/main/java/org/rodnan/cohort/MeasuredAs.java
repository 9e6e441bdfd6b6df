package org.rodnan.cohort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rodnan.fhir.FhirFailure;

/**
 * What a measure is called and counted in.
 *
 * @param measure as its Observations name it; empty if they don't
 * @param unit code in UCUM; {@code 1} if there is none
 */
record MeasuredAs(String measure, String unit) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The name of the first, and the unit that most have; of several that are as frequent, the first.
   *
   * @param observations as stored, in the order in which they were written
   */
  static MeasuredAs of(List<byte[]> observations) {
    Map<String, Integer> units = new LinkedHashMap<>();
    String measure = "";
    for (byte[] each : observations) {
      JsonNode observation = tree(each);
      measure = measure.isEmpty() ? name(observation.path("code")) : measure;
      units.merge(observation.path("valueQuantity").path("code").asText("1"), 1, Integer::sum);
    }
    String unit = "1";
    int most = 0;
    for (Map.Entry<String, Integer> each : units.entrySet()) {
      if (each.getValue() > most) {
        most = each.getValue();
        unit = each.getKey();
      }
    }
    return new MeasuredAs(measure, unit);
  }

  private static String name(JsonNode code) {
    for (JsonNode coding : code.path("coding")) {
      if (coding.hasNonNull("display")) {
        return coding.path("display").asText();
      }
    }
    return code.path("text").asText();
  }

  private static JsonNode tree(byte[] observation) {
    try {
      return JSON.readTree(observation);
    } catch (IOException e) {
      throw new FhirFailure.Fault("A stored Observation can't be read", e);
    }
  }
}
