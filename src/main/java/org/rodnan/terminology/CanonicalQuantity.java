package org.rodnan.terminology;

import java.math.BigDecimal;

/**
 * A quantity in base units, so that equal amounts sent in different units are equal here.
 *
 * @param value rounded to 15 significant digits, which a double holds
 * @param unit UCUM code of the base units, such as {@code m3} for a volume and {@code 1} for a
 *     score or a percentage
 */
public record CanonicalQuantity(BigDecimal value, String unit) {}
