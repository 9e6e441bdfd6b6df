package org.rodnan.hl7v2;

import ca.uhn.hl7v2.parser.DefaultEscaping;
import ca.uhn.hl7v2.parser.EncodingCharacters;
import ca.uhn.hl7v2.parser.Escaping;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HAPI's escapes and those of printable ASCII in hexadecimal digits, {@code \X41\} (HL7 v2.5.1,
 * 2.7.1); hexadecimal data of anything else stays as it was sent. Thread safe.
 */
final class HexEscaping implements Escaping {
  private static final Pattern HEX = Pattern.compile("X((?:[2-7][0-9A-Fa-f])+)");

  private final Escaping others = new DefaultEscaping();

  @Override
  public String escape(String text, EncodingCharacters encoding) {
    return others.escape(text, encoding);
  }

  @Override
  public String unescape(String text, EncodingCharacters encoding) {
    char escape = encoding.getEscapeCharacter();
    StringBuilder plain = new StringBuilder();
    int from = 0;
    while (true) {
      int begin = text.indexOf(escape, from);
      int end = begin < 0 ? -1 : text.indexOf(escape, begin + 1);
      if (end < 0) {
        return plain.append(text, from, text.length()).toString();
      }
      Matcher hex = HEX.matcher(text.substring(begin + 1, end));
      plain
          .append(text, from, begin)
          .append(
              hex.matches()
                  ? new String(HexFormat.of().parseHex(hex.group(1)), StandardCharsets.US_ASCII)
                  : others.unescape(text.substring(begin, end + 1), encoding));
      from = end + 1;
    }
  }
}
