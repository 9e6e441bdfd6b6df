package org.rodnan.mapping;

import java.util.Map;
import java.util.Optional;

/** Units as files have them, and as UCUM has them. */
public final class Units {
  private static final Map<String, String> UCUM =
      Map.ofEntries(
          Map.entry("mL/min/mmHg", "mL/min/mm[Hg]"),
          Map.entry("ml/min/mmHg", "mL/min/mm[Hg]"),
          Map.entry("mL/mmHg/min", "mL/min/mm[Hg]"),
          Map.entry("mmHg", "mm[Hg]"),
          Map.entry("MONTHS", "mo"),
          Map.entry("C", "Cel"),
          Map.entry("beats/min", "/min"),
          Map.entry("BEATS/MIN", "/min"),
          Map.entry("mm/hr", "mm/h"),
          Map.entry("mm/h", "mm/h"),
          Map.entry("IU/L", "U/L"),
          Map.entry("U/L", "U/L"),
          Map.entry("mg/L", "mg/L"),
          Map.entry("mg/dL", "mg/dL"),
          Map.entry("g/dL", "g/dL"),
          Map.entry("mg", "mg"),
          Map.entry("g", "g"),
          Map.entry("mg/day", "mg/d"),
          Map.entry("mg/d", "mg/d"),
          Map.entry("g/day", "g/d"),
          Map.entry("g/d", "g/d"),
          Map.entry("mg/week", "mg/wk"),
          Map.entry("mg/wk", "mg/wk"),
          Map.entry("mg/kg", "mg/kg"),
          Map.entry("mg/m2", "mg/m2"),
          Map.entry("ug", "ug"),
          Map.entry("ug/day", "ug/d"),
          Map.entry("ug/d", "ug/d"),
          Map.entry("mL", "mL"),
          Map.entry("L", "L"),
          Map.entry("%", "%"),
          Map.entry("cm", "cm"),
          Map.entry("kg", "kg"),
          Map.entry("mmol/min/kPa", "mmol/min/kPa"),
          Map.entry("mmol/(min.kPa)", "mmol/(min.kPa)"),
          Map.entry("SCORE", "{score}"),
          Map.entry("{score}", "{score}"),
          Map.entry("mL/min/mm[Hg]", "mL/min/mm[Hg]"),
          Map.entry("mo", "mo"));

  private Units() {}

  /** Of UCUM; empty if the unit is not known. */
  public static Optional<String> ucum(String unit) {
    return Optional.ofNullable(UCUM.get(unit));
  }
}
