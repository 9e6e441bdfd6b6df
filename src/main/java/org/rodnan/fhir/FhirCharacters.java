package org.rodnan.fhir;

import java.util.OptionalInt;

/**
 * The characters that JSON can hold, but FHIR's text and XML can't: most control characters, halves
 * of surrogate pairs, U+FFFE and U+FFFF (R4, datatypes, string; XML 1.0, section 2.2). What is
 * stored with one of them could never be answered in XML, nor kept by every database.
 */
final class FhirCharacters {
  private FhirCharacters() {}

  /** The first character that no text of FHIR may hold. */
  static OptionalInt firstForbidden(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c < 0xD800) {
        continue;
      }
      int character = text.codePointAt(i);
      if (!isAllowed(character)) {
        return OptionalInt.of(character);
      }
      i += Character.charCount(character) - 1;
    }
    return OptionalInt.empty();
  }

  private static boolean isAllowed(int character) {
    return character >= 0x20
        ? (character < 0xD800 || character > 0xDFFF) && character != 0xFFFE && character != 0xFFFF
        : character == '\t' || character == '\n' || character == '\r';
  }
}
