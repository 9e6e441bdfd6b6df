package org.rodnan.search;

import java.util.ArrayList;
import java.util.List;

/** The separators of search values and their escapes (R4, search.html#escaping). */
final class Escapes {
  private Escapes() {}

  /** Splits at a separator that no backslash stands before; the parts keep their escapes. */
  static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == separator) {
        parts.add(text.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** Takes the backslash from before a comma, dollar, bar or backslash. */
  static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length() && ",$|\\".indexOf(text.charAt(i + 1)) >= 0) {
        i++;
        out.append(text.charAt(i));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
