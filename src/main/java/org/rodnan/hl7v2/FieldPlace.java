package org.rodnan.hl7v2;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A field of a segment, such as {@code CTI-1}, or a component of it, such as {@code ZTR-2.1}. */
record FieldPlace(String segment, int field, int component) {
  private static final Pattern FORM =
      Pattern.compile("([A-Z][A-Z0-9]{2})-([1-9]\\d?)(?:\\.([1-9]\\d?))?");

  static FieldPlace parse(String setting, String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          setting + " is '" + text + "'; expected a field such as CTI-1 or ZTR-2.1");
    }
    return new FieldPlace(
        matcher.group(1),
        Integer.parseInt(matcher.group(2)),
        matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3)));
  }
}
