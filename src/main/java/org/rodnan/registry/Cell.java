package org.rodnan.registry;

/**
 * What stands in one place of a table.
 *
 * @param text without blanks around it; empty if nothing stands there
 * @param isTyped whether it was a number or a date and not text: then it is written with a decimal
 *     point, or in ISO 8601, whatever the mapping says of text; an error such as {@code #REF!} too
 * @param line of the file, from 1
 */
record Cell(String text, boolean isTyped, long line) {
  boolean isEmpty() {
    return text.isEmpty();
  }

  /** Whether Excel has an error instead of a value. */
  boolean isError() {
    return isTyped && text.startsWith("#");
  }
}
