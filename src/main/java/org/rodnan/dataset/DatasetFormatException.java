package org.rodnan.dataset;

import java.io.IOException;

/**
 * A file is not what its format says. The message names what was found and what was expected; it
 * quotes little of the file.
 */
public final class DatasetFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long row;

  DatasetFormatException(String message) {
    this(0, message);
  }

  /**
   * @param row counted from 1; 0 if it is about the file as a whole
   */
  DatasetFormatException(long row, String message) {
    super(row == 0 ? message : "row " + row + ": " + message);
    this.row = row;
  }

  /** The row it is about, counted from 1; 0 if about the file as a whole. */
  public long row() {
    return row;
  }
}
