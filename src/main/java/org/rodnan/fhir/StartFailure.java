package org.rodnan.fhir;

import org.jspecify.annotations.Nullable;

/**
 * Why the program can't start, for whoever starts it: something around it isn't as it must be. Is
 * shown without a stack trace.
 */
public final class StartFailure extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String action;

  /** As the other one, without a cause. */
  public StartFailure(String what, String action) {
    this(what, action, null);
  }

  /**
   * @param what happened, with the names of files and settings
   * @param action what to do about it
   */
  public StartFailure(String what, String action, @Nullable Throwable cause) {
    super(what, cause);
    this.action = action;
  }

  public String action() {
    return action;
  }
}
