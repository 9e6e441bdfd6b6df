package org.rodnan.dataset;

/**
 * A column.
 *
 * @param name upper case by custom, at most 8 characters in a transport file
 * @param label at most 40 characters in a transport file
 * @param length characters of text, or bytes of a number (2 to 8) in a transport file; 0 if the
 *     file doesn't say
 * @param keySequence its place in the key of the table, from 1; 0 if it is none of the key
 */
public record Variable(String name, String label, DataType type, int length, int keySequence) {
  public static Variable text(String name, String label) {
    return new Variable(name, label, DataType.STRING, 0, 0);
  }

  public static Variable number(String name, String label, DataType type) {
    return new Variable(name, label, type, 0, 0);
  }

  public Variable withKey(int sequence) {
    return new Variable(name, label, type, length, sequence);
  }

  Variable withLength(int characters) {
    return new Variable(name, label, type, characters, keySequence);
  }
}
