package org.rodnan.fhir;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;

/**
 * The characters that JSON can hold, but FHIR's text and XML can't: most control characters, halves
 * of surrogate pairs, U+FFFE and U+FFFF (R4, datatypes, string; XML 1.0, section 2.2). What is
 * stored with one of them could never be answered in XML, nor kept by every database.
 */
final class JsonCharacters {
  private JsonCharacters() {}

  /**
   * Whether the body may hold such a character at all: only as an escape, or as the last two of the
   * basic plane. True for hardly any real body.
   */
  static boolean areSuspect(byte[] utf8) {
    for (int i = 0; i < utf8.length - 1; i++) {
      byte next = utf8[i + 1];
      boolean isEscape = utf8[i] == '\\' && next == 'u';
      boolean isEndOfPlane = utf8[i] == (byte) 0xEF && next == (byte) 0xBF;
      if (isEscape || isEndOfPlane) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads to the end of the object that the parser has just entered.
   *
   * @throws FhirFailure.Malformed if a name or a string holds such a character
   */
  static void requireAllowed(JsonParser parser) throws IOException {
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return;
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
        requireAllowed(parser.getText(), parser);
      }
    }
  }

  private static void requireAllowed(String text, JsonParser parser) {
    text.codePoints()
        .filter(character -> !isAllowed(character))
        .findFirst()
        .ifPresent(character -> {
          throw new FhirFailure.Malformed(
              IssueType.VALUE,
              String.format(
                  "The text at line %d, column %d holds the character U+%04X, which no text"
                      + " of FHIR may hold",
                  parser.currentLocation().getLineNr(),
                  parser.currentLocation().getColumnNr(),
                  character));
        });
  }

  private static boolean isAllowed(int character) {
    return character >= 0x20
        ? (character < 0xD800 || character > 0xDFFF) && character != 0xFFFE && character != 0xFFFF
        : character == '\t' || character == '\n' || character == '\r';
  }
}
