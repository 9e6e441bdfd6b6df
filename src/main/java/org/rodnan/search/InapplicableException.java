package org.rodnan.search;

/**
 * A parameter that a type doesn't have in this form. Where a chain may lead to several types, such
 * a type finds nothing; it ends the search only if no type has it.
 */
class InapplicableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InapplicableException(String message) {
    super(message, null, false, false);
  }
}
