package org.rodnan.hl7v2;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The MSH segment as it stands, read before anything is known of the rest: even a message that
 * can't be read is answered with its control id.
 *
 * @param delimiters MSH-1 and MSH-2, such as {@code |^~\&}
 * @param fields from MSH-3 on, at most 30
 */
record Header(String delimiters, List<String> fields) {
  /** HL7 table 0211; what is absent is read as UTF-8, of which ASCII is a part. */
  private static final Map<String, Charset> CHARSETS =
      Map.ofEntries(
          Map.entry("", StandardCharsets.UTF_8),
          Map.entry("UNICODE UTF-8", StandardCharsets.UTF_8),
          Map.entry("UTF-8", StandardCharsets.UTF_8),
          Map.entry("ASCII", StandardCharsets.US_ASCII),
          Map.entry("8859/1", StandardCharsets.ISO_8859_1),
          Map.entry("8859/2", Charset.forName("ISO-8859-2")),
          Map.entry("8859/5", Charset.forName("ISO-8859-5")),
          Map.entry("8859/7", Charset.forName("ISO-8859-7")),
          Map.entry("8859/9", Charset.forName("ISO-8859-9")),
          Map.entry("8859/15", Charset.forName("ISO-8859-15")));

  private static final Pattern DELIMITERS = Pattern.compile("[!-/:-@\\[-`{-~]{5,6}");
  private static final int FIELDS_MAX = 30;

  Header {
    fields = List.copyOf(fields);
  }

  /** What is known of a message that has no MSH segment. */
  static Header unknown() {
    return new Header("|^~\\&", List.of());
  }

  /** The first segment, its bytes taken for characters; no failure is possible. */
  static Header of(byte[] message) {
    int end = 0;
    while (end < message.length && message[end] != '\r' && message[end] != '\n') {
      end++;
    }
    String line = new String(message, 0, end, StandardCharsets.ISO_8859_1);
    if (line.length() < 9 || !line.startsWith("MSH")) {
      return unknown();
    }
    String separator = line.substring(3, 4);
    List<String> fields = List.of(line.split(Pattern.quote(separator), FIELDS_MAX));
    if (fields.size() < 2) {
      return unknown();
    }
    String delimiters = separator + fields.get(1);
    if (!DELIMITERS.matcher(delimiters).matches()
        || delimiters.chars().distinct().count() != delimiters.length()) {
      return unknown();
    }
    return new Header(delimiters, fields.subList(2, fields.size()));
  }

  boolean isKnown() {
    return !fields.isEmpty();
  }

  /** MSH-n as it was sent; empty if it is absent. */
  String field(int number) {
    return number - 3 < fields.size() ? fields.get(number - 3) : "";
  }

  /** A component of MSH-n, counted from 1. */
  String component(int number, int component) {
    String[] parts = field(number).split(Pattern.quote(delimiters.substring(1, 2)), -1);
    return component <= parts.length ? parts[component - 1] : "";
  }

  String controlId() {
    return field(10);
  }

  /** The sending application and facility, MSH-3 and MSH-4. */
  String sender() {
    return field(3) + " " + field(4);
  }

  /** Of the first repetition of MSH-18; UTF-8 if nobody knows that name. */
  Charset charset() {
    return CHARSETS.getOrDefault(charsetName(), StandardCharsets.UTF_8);
  }

  private String charsetName() {
    String name = field(18);
    int repetition = name.indexOf(delimiters.charAt(2));
    return (repetition < 0 ? name : name.substring(0, repetition)).strip();
  }

  /**
   * The whole message as text, its segments ended by a carriage return each.
   *
   * @throws RefusedException if it is not in the encoding that MSH-18 names, or has control
   *     characters
   */
  String text(byte[] message) {
    if (!CHARSETS.containsKey(charsetName())) {
      throw new RefusedException(
          Problem.rejected(
              Problem.NOT_IN_TABLE,
              "MSH^1^18",
              "MSH-18 is '"
                  + charsetName()
                  + "'; expected one of "
                  + CHARSETS.keySet().stream().filter(each -> !each.isEmpty()).sorted().toList()
                  + " or nothing, which means UTF-8"));
    }
    String text;
    try {
      text =
          charset()
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(message))
              .toString();
    } catch (CharacterCodingException e) {
      throw new RefusedException(
          Problem.rejected(
              Problem.DATA_TYPE,
              "MSH^1^18",
              "The message has bytes that are not "
                  + charset().name()
                  + "; expected the encoding that MSH-18 names"));
    }
    String lines = text.replace("\r\n", "\r").replace('\n', '\r').stripTrailing();
    for (int i = 0; i < lines.length(); i++) {
      char c = lines.charAt(i);
      if (Character.isISOControl(c) && c != '\r' && c != '\t' || c >= '\ufffe') {
        throw new RefusedException(
            Problem.rejected(
                Problem.DATA_TYPE,
                "",
                "The message has the control character U+"
                    + String.format("%04X", (int) c)
                    + " at character "
                    + (i + 1)
                    + "; expected text"));
      }
    }
    return lines;
  }
}
