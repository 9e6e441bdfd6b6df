package org.rodnan.fhir;

/**
 * A text that tells of each look at one of its characters. A search by a regular expression may try
 * every way to read a text, and can't be interrupted; what {@code look} throws ends it.
 *
 * @param look called at each look at a character, by the thread that looks
 */
public record WatchedText(String text, Runnable look) implements CharSequence {
  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    look.run();
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new WatchedText(text.substring(start, end), look);
  }

  @Override
  public String toString() {
    return text;
  }
}
