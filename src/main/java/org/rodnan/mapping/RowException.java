package org.rodnan.mapping;

/** Why a row gives no resource; its message becomes the reason of a {@link Refusal}. */
public final class RowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RowException(String message) {
    super(message, null, false, false);
  }
}
