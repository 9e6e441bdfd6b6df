package org.rodnan.validation.compiled;

import java.util.Set;
import java.util.regex.Pattern;
import org.hl7.fhir.utilities.OIDUtilities;
import org.hl7.fhir.utilities.SIDUtilities;
import org.hl7.fhir.utilities.UUIDUtilities;

/**
 * Values of primitive types (R4, datatypes.html#primitive), in the forms that hardly anyone leaves:
 * years from 1900 to 2090, numbers of at most nine digits on each side of the point, text without
 * blanks at its ends. Rarer ones are undecided.
 */
final class Primitives {
  private static final int STRING_MAX = 1_000_000;
  private static final String YEAR = "(?:19[0-9]{2}|20[0-8][0-9])";
  private static final String DAY = "-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-9]|3[01])";
  private static final String TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
  private static final String ZONE = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))";
  private static final Pattern DATE_TIME =
      Pattern.compile(YEAR + DAY + "T" + TIME + "(?:\\.[0-9]{1,9})?" + ZONE);
  private static final Pattern TIME_OF_DAY = Pattern.compile(TIME);
  private static final Pattern URN_UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Set<String> CHECKED =
      Set.of(
          "boolean",
          "integer",
          "unsignedInt",
          "positiveInt",
          "decimal",
          "string",
          "markdown",
          "code",
          "id",
          "uri",
          "url",
          "date",
          "dateTime",
          "instant",
          "time",
          "base64Binary");

  private Primitives() {}

  /** Whether there is a check for a type; xhtml and canonical addresses have their own. */
  static boolean knows(String type) {
    return CHECKED.contains(type);
  }

  /**
   * @throws Undecided if it isn't surely a valid value
   */
  static void require(String type, String value) {
    boolean isValid =
        switch (type) {
          case "boolean" -> true;
          case "decimal" -> isDecimal(value);
          case "integer" -> isInteger(value, true);
          case "unsignedInt" -> isInteger(value, false);
          case "positiveInt" -> isInteger(value, false) && !value.equals("0");
          case "string" -> isText(value);
          case "markdown" -> isText(value) && !hasMarkup(value);
          case "code" -> isCode(value);
          case "id" -> isId(value);
          case "uri", "url" -> isUri(value);
          case "date" -> isDate(value);
          case "dateTime" -> isDate(value) || isDateTime(value);
          case "instant" -> isDateTime(value);
          case "time" -> TIME_OF_DAY.matcher(value).matches();
          case "base64Binary" -> isBase64(value);
          default -> false;
        };
    Undecided.unless(isValid);
  }

  static boolean isId(String value) {
    if (value.isEmpty() || value.length() > 64) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!isAsciiLetterOrDigit(c) && c != '-' && c != '.') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAsciiLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isDecimal(String value) {
    int point = value.indexOf('.');
    if (point < 0) {
      return isInteger(value, true);
    }
    int digits = value.length() - point - 1;
    if (digits < 1 || digits > 9) {
      return false;
    }
    for (int i = point + 1; i < value.length(); i++) {
      if (!isDigit(value.charAt(i))) {
        return false;
      }
    }
    String whole = value.substring(0, point);
    return whole.equals("-0") || isInteger(whole, true);
  }

  private static boolean isInteger(String value, boolean mayBeNegative) {
    int start = mayBeNegative && value.startsWith("-") ? 1 : 0;
    int digits = value.length() - start;
    if (digits < 1 || digits > 9 || value.charAt(start) == '0' && value.length() > 1) {
      return false;
    }
    for (int i = start; i < value.length(); i++) {
      if (!isDigit(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isText(String value) {
    int length = value.length();
    if (length == 0
        || length > STRING_MAX
        || isBlank(value.charAt(0))
        || isBlank(value.charAt(length - 1))) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c >= 0x20 && c < 0x7F) {
        if (c == '<' && mayBeTag(value, i)) {
          return false;
        }
      } else if (!isHarmless(value, i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether HTML may begin there; "p &lt; 0.05" is none. */
  private static boolean mayBeTag(String value, int i) {
    return value.indexOf('>', i) > 0;
  }

  /** Text in Markdown must not even begin a tag. */
  private static boolean hasMarkup(String value) {
    for (int i = value.indexOf('<'); i >= 0; i = value.indexOf('<', i + 1)) {
      if (i + 1 == value.length() || !isDigit(value.charAt(i + 1)) && value.charAt(i + 1) != ' ') {
        return true;
      }
    }
    return false;
  }

  static boolean isBlank(char c) {
    return c <= ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** No control character, none that turns the direction of writing, no half of a pair. */
  static boolean isHarmless(String value, int i) {
    char c = value.charAt(i);
    if (c < 0x20) {
      return c == '\t' || c == '\n' || c == '\r';
    }
    if (Character.isHighSurrogate(c)) {
      return i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
    }
    return Character.getType(c) != Character.FORMAT
        && Character.getType(c) != Character.CONTROL
        && c < 0xFFF0;
  }

  private static boolean isCode(String value) {
    boolean wasSpace = true;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == ' ') {
        if (wasSpace) {
          return false;
        }
        wasSpace = true;
      } else if (c <= ' ' || c >= 0x7F || c == '<' && mayBeTag(value, i)) {
        return false;
      } else {
        wasSpace = false;
      }
    }
    return !wasSpace;
  }

  private static boolean isUri(String value) {
    if (value.isEmpty() || value.length() > STRING_MAX || value.startsWith("#")) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == '<') {
        return false;
      }
    }
    if (value.startsWith("urn:uuid:")) {
      String uuid = value.substring(9);
      return URN_UUID.matcher(uuid).matches() && UUIDUtilities.isValidUUID(uuid);
    }
    if (value.startsWith("urn:oid:")) {
      String oid = value.substring(8);
      return OIDUtilities.isValidOID(oid) && (oid.lastIndexOf('.') >= 4 || oid.startsWith("1.3"));
    }
    return !value.startsWith("oid:")
        && !value.startsWith("uuid:")
        && !SIDUtilities.isIncorrectSID(value);
  }

  static boolean isDate(String value) {
    return switch (value.length()) {
      case 4 -> isYear(value);
      case 7 -> isYear(value) && value.charAt(4) == '-' && isMonth(value);
      case 10 -> isDay(value);
      default -> false;
    };
  }

  private static boolean isYear(String value) {
    int year = number(value, 0, 4);
    return year >= 1900 && year < 2090;
  }

  private static boolean isMonth(String value) {
    int month = number(value, 5, 7);
    return month >= 1 && month <= 12;
  }

  private static boolean isDay(String value) {
    if (!isYear(value) || value.charAt(4) != '-' || value.charAt(7) != '-' || !isMonth(value)) {
      return false;
    }
    int day = number(value, 8, 10);
    return day >= 1 && day <= daysOf(number(value, 0, 4), number(value, 5, 7));
  }

  private static int daysOf(int year, int month) {
    return switch (month) {
      case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  /** -1 if it is none. */
  private static int number(String value, int start, int end) {
    int number = 0;
    for (int i = start; i < end; i++) {
      if (!isDigit(value.charAt(i))) {
        return -1;
      }
      number = number * 10 + value.charAt(i) - '0';
    }
    return number;
  }

  static boolean isDateTime(String value) {
    return DATE_TIME.matcher(value).matches() && isDay(value.substring(0, 10));
  }

  private static boolean isBase64(String value) {
    int length = value.length();
    if (length == 0 || length % 4 != 0) {
      return false;
    }
    int end = value.endsWith("==") ? length - 2 : value.endsWith("=") ? length - 1 : length;
    for (int i = 0; i < end; i++) {
      char c = value.charAt(i);
      if (!isAsciiLetterOrDigit(c) && c != '+' && c != '/') {
        return false;
      }
    }
    return true;
  }
}
