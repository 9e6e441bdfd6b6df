package org.rodnan.terminology;

import java.math.BigDecimal;
import java.util.Optional;

/** Units of UCUM. Thread safe. */
public final class UnitConversion {
  /**
   * The quantity in base units; empty if the code is not UCUM, or one that can't be converted by a
   * factor.
   *
   * @param unitCode a UCUM code, case sensitive
   */
  public Optional<CanonicalQuantity> canonical(String unitCode, BigDecimal value) {
    throw new UnsupportedOperationException();
  }
}
