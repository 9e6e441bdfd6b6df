package org.rodnan.cql;

import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;

/** What a text must keep to, before the compiler gets it. */
final class CqlText {
  /** The compiler's time grows with the square, and it can't be stopped. */
  private static final int DEPTH_MAX = 200;

  private CqlText() {}

  /**
   * @param whose what the text is called to the client
   * @throws FhirFailure.TooLarge if it is longer
   * @throws FhirFailure.Unprocessable if brackets are nested too deeply
   */
  static void require(String text, int charactersMax, String whose) {
    if (text.length() > charactersMax) {
      throw new FhirFailure.TooLarge(
          whose
              + " has "
              + text.length()
              + " characters, more than rodnan.cql.characters-max allows, "
              + charactersMax);
    }
    int depth = 0;
    for (int at = 0; at < text.length(); at = next(text, at)) {
      switch (text.charAt(at)) {
        case '(', '[', '{' -> depth++;
        case ')', ']', '}' -> depth--;
        default -> {}
      }
      if (depth > DEPTH_MAX) {
        throw new FhirFailure.Unprocessable(
            IssueType.TOOCOSTLY,
            whose
                + " nests brackets more than "
                + DEPTH_MAX
                + " deep, in line "
                + text.substring(0, at + 1).lines().count());
      }
    }
  }

  /** The next character that isn't in a comment, a string or a quoted name. */
  private static int next(String text, int at) {
    char c = text.charAt(at);
    if (text.startsWith("//", at)) {
      return after(text, "\n", at);
    }
    if (text.startsWith("/*", at)) {
      return after(text, "*/", at + 2);
    }
    return c == '\'' || c == '"' || c == '`' ? quoted(text, c, at + 1) : at + 1;
  }

  private static int after(String text, String end, int from) {
    int found = text.indexOf(end, from);
    return found < 0 ? text.length() : found + end.length();
  }

  private static int quoted(String text, char quote, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) != quote) {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return at + 1;
  }
}
