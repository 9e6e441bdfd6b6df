package org.rodnan.store;

import org.jspecify.annotations.Nullable;

/**
 * An identifier that a resource carries, for conditional interactions (R4, datatypes, Identifier).
 *
 * @param system null if the resource names none
 */
public record BusinessIdentifier(@Nullable String system, String value) {}
