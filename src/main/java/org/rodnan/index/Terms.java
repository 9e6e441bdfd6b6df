package org.rodnan.index;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;

/** How texts become Lucene terms; the same for what is indexed and for what is looked for. */
public final class Terms {
  /** Lucene takes 32,766 bytes; a char takes 3 bytes at most. */
  private static final int TEXT_CHARS_MAX = 10_000;

  private static final int EXACT_CHARS_MAX = 2_000;
  private static final int SORT_CHARS_MAX = 200;
  private static final int WORD_CHARS_MAX = 200;
  private static final char JOINT = '\u0001';

  private Terms() {}

  /** A term for whole values; a long one is cut and completed by a hash of the whole. */
  public static BytesRef exact(String text) {
    if (text.length() <= EXACT_CHARS_MAX) {
      return new BytesRef(text);
    }
    long[] hash = StringHelper.murmurhash3_x64_128(new BytesRef(text));
    return new BytesRef(
        text.substring(0, EXACT_CHARS_MAX)
            + JOINT
            + Long.toHexString(hash[0])
            + Long.toHexString(hash[1]));
  }

  /** A term whose start may be looked for; only the first 10,000 characters count. */
  public static BytesRef start(String text) {
    return new BytesRef(text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX));
  }

  /** What a text sorts by. */
  public static BytesRef sort(String text) {
    return new BytesRef(text.length() <= SORT_CHARS_MAX ? text : text.substring(0, SORT_CHARS_MAX));
  }

  /** The parts of a composite as one text. */
  public static String join(String first, String second) {
    return first + JOINT + second;
  }

  /** 64 bits that stand for a text in a point; never 0, which stands for the absence of one. */
  public static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long hash = StringHelper.murmurhash3_x64_128(new BytesRef(bytes))[0];
    return hash == 0 ? 1 : hash;
  }

  /**
   * A text without case, accents and punctuation, white space as single blanks (R4,
   * search.html#string). If nothing but punctuation is in it, it stays.
   */
  public static String normalize(String text) {
    String folded = isAscii(text) ? text.toLowerCase(Locale.ROOT) : foldAccents(text);
    StringBuilder out = new StringBuilder(folded.length());
    boolean blank = false;
    for (int i = 0; i < folded.length(); ) {
      int c = folded.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isLetterOrDigit(c)) {
        if (blank && !out.isEmpty()) {
          out.append(' ');
        }
        blank = false;
        out.appendCodePoint(c);
      } else if (!isInsideWords(c)) {
        blank = true;
      }
    }
    return out.isEmpty() ? folded.strip() : out.toString();
  }

  /**
   * The words of a text, normalized; a word is a run of letters and digits, of which the first 200
   * count.
   */
  public static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    String normalized = normalize(text);
    for (int from = 0; from < normalized.length(); ) {
      int end = endOfWord(normalized, from);
      if (end > from) {
        words.add(normalized.substring(from, endOfTerm(from, end)));
      }
      from = end + 1;
    }
    return words;
  }

  /** In a normalized text, in which single blanks part the words. */
  static int endOfWord(String normalized, int from) {
    int blank = normalized.indexOf(' ', from);
    return blank < 0 ? normalized.length() : blank;
  }

  static int endOfTerm(int from, int endOfWord) {
    return Math.min(endOfWord, from + WORD_CHARS_MAX);
  }

  /** Apostrophes and dots join what stands around them: O'Brien, e.g. */
  private static boolean isInsideWords(int c) {
    return c == '\'' || c == '\u2019' || c == '.' || c == '`' || c == '\u00b4';
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 127) {
        return false;
      }
    }
    return true;
  }

  private static String foldAccents(String text) {
    String decomposed = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFKD);
    StringBuilder out = new StringBuilder(decomposed.length());
    for (int i = 0; i < decomposed.length(); i++) {
      char c = decomposed.charAt(i);
      switch (c) {
        case 'ø' -> out.append('o');
        case 'ł' -> out.append('l');
        case 'đ', 'ð' -> out.append('d');
        case 'ß' -> out.append("ss");
        case 'æ' -> out.append("ae");
        case 'œ' -> out.append("oe");
        case 'þ' -> out.append("th");
        case 'ı' -> out.append('i');
        default -> {
          if (Character.getType(c) != Character.NON_SPACING_MARK) {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }
}
