package org.rodnan.validation.compiled;

/**
 * The compiled checks can't accept the resource: it is wrong, or uses something that they don't
 * know. Which of both is for HL7's validator to say. Thrown often, so it carries no stack.
 */
final class Undecided extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Undecided INSTANCE = new Undecided();

  private Undecided() {
    super("undecided", null, false, false);
  }

  /** To be thrown by the caller, so that the compiler sees that nothing follows. */
  static Undecided here() {
    return INSTANCE;
  }

  static void unless(boolean isSure) {
    if (!isSure) {
      throw INSTANCE;
    }
  }
}
