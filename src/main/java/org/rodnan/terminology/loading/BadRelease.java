package org.rodnan.terminology.loading;

/** What stands against loading a release; the message names the file, and the line if it is one. */
public final class BadRelease extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadRelease(String message) {
    super(message);
  }
}
