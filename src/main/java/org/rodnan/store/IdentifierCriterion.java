package org.rodnan.store;

/**
 * What a token asks of an identifier (R4, search.html#token). Compared as they are, case and all.
 */
public sealed interface IdentifierCriterion {
  String value();

  /** {@code value}: with any system or none. */
  record AnySystem(String value) implements IdentifierCriterion {}

  /** {@code |value}: without a system. */
  record NoSystem(String value) implements IdentifierCriterion {}

  /** {@code system|value}. */
  record InSystem(String system, String value) implements IdentifierCriterion {}
}
