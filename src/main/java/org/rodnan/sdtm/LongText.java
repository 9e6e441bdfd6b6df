package org.rodnan.sdtm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Text that is longer than a variable of a transport file may be: the first part is the variable's
 * value, the others are supplemental qualifiers, or COVAL1 and so on of comments (SDTMIG 3.4,
 * 4.5.3). It is cut between words, where there are any; a part begins with the blank that it is cut
 * at, so that the parts put together are the text.
 */
final class LongText {
  /** Of each part, in UTF-8. */
  static final int BYTES_MAX = 200;

  private static final int PARTS_MAX = 99;
  private static final int NAME_MAX = 8;

  /** Bytes of a character. */
  private static final int LETTER_MAX = 4;

  private LongText() {}

  static boolean isLong(String text) {
    return text.length() * 3 > BYTES_MAX && bytes(text) > BYTES_MAX;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * Blanks around the text don't count.
   *
   * @return the parts; without the rest of a text that has blanks only where it would be cut, or
   *     that is longer than {@value #PARTS_MAX} parts
   */
  static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    String rest = text.strip();
    while (isLong(rest) && parts.size() < PARTS_MAX) {
      int at = cut(rest);
      if (rest.substring(0, at).isBlank()) {
        return parts;
      }
      parts.add(rest.substring(0, at));
      rest = rest.substring(at);
    }
    if (!isLong(rest)) {
      parts.add(rest);
    }
    return parts;
  }

  /** Whether the parts are all of the text. */
  static boolean isWhole(List<String> parts, String text) {
    return String.join("", parts).equals(text.strip());
  }

  /** Before the last blank after a word, else as far as it goes. */
  private static int cut(String text) {
    int end = 0;
    int size = 0;
    while (end < text.length()) {
      int letter = text.codePointAt(end);
      size += bytes(Character.toString(letter));
      if (size > BYTES_MAX) {
        break;
      }
      end += Character.charCount(letter);
    }
    for (int at = Math.min(end, text.length() - 1); at > 0; at--) {
      if (Character.isWhitespace(text.charAt(at)) && !Character.isWhitespace(text.charAt(at - 1))) {
        return at;
      }
    }
    return end;
  }

  /**
   * Of the qualifier that has a part of a variable, or of another qualifier. Those that are
   * numbered themselves keep their number, apart from that of the part.
   *
   * @param part from 1
   */
  static String name(String variable, int part) {
    String number = variable.replaceFirst("^.*?(\\d*)$", "$1");
    String end = number.isEmpty() ? String.valueOf(part) : number + "_" + part;
    String stem = variable.substring(0, variable.length() - number.length());
    return stem.substring(0, Math.min(stem.length(), NAME_MAX - end.length())) + end;
  }

  /**
   * The text of which a value is the first part. Others cut between words without keeping the
   * blank. What could have stood in the part before is no part.
   *
   * @param parts by their number, from 1; empty if there is none
   */
  static String join(String first, IntFunction<String> parts) {
    StringBuilder text = new StringBuilder(first);
    String before = first;
    for (int i = 1; i <= PARTS_MAX; i++) {
      String next = parts.apply(i);
      if (next.isBlank()) {
        break;
      }
      boolean isWithBlank = Character.isWhitespace(next.charAt(0));
      boolean isFull = bytes(before) + bytes(Character.toString(next.codePointAt(0))) > BYTES_MAX;
      if (!isFull && bytes(before) + (isWithBlank ? 0 : 1) + wordBytes(next) <= BYTES_MAX) {
        break;
      }
      text.append(isWithBlank || isFull ? "" : " ").append(next);
      before = next;
    }
    return text.toString();
  }

  /** Of the first word with the blanks before it; if nothing follows, it may go on. */
  private static int wordBytes(String part) {
    String word = part.replaceFirst("(?s)^(\\s*\\S+).*", "$1");
    return bytes(word) + (word.equals(part) ? LETTER_MAX - 1 : 0);
  }
}
