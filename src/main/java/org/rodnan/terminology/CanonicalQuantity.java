package org.rodnan.terminology;

import java.math.BigDecimal;

/**
 * A quantity in the base units of UCUM, so that equal amounts in different units are equal.
 *
 * @param unit UCUM code of the base unit, such as {@code m3} or {@code 1}
 */
public record CanonicalQuantity(BigDecimal value, String unit) {}
