package org.rodnan.hl7v2;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times of HL7 v2 ({@code YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]}) as FHIR has them. A time
 * of day needs a zone: its own, that of MSH-7, the one that is set, in this order; without one the
 * day remains.
 *
 * @param ofMessage the offset of MSH-7
 */
record Times(Optional<ZoneOffset> ofMessage, Optional<ZoneId> set) {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4})(?:(\\d\\d)(?:(\\d\\d)(?:(\\d\\d)(\\d\\d)(?:(\\d\\d)(?:\\.(\\d{1,4}))?)?)?)?)?"
              + "([+-]\\d{4})?");

  /** An hour without minutes is no time that FHIR has: the day remains. */
  private static final Pattern HOUR = Pattern.compile("^(\\d{8})\\d\\d([+-]\\d{4})?$");

  static Times of(Header header, Optional<ZoneId> set) {
    Matcher matcher = FORM.matcher(header.component(7, 1));
    try {
      return new Times(
          matcher.matches() && matcher.group(8) != null
              ? Optional.of(ZoneOffset.of(matcher.group(8)))
              : Optional.empty(),
          set);
    } catch (DateTimeException e) {
      return new Times(Optional.empty(), set);
    }
  }

  /**
   * A FHIR dateTime.
   *
   * @throws RefusedException if the field is no time
   */
  String dateTime(Segment segment, int field) {
    String text = HOUR.matcher(segment.text(field)).replaceFirst("$1");
    Matcher matcher = FORM.matcher(text);
    try {
      if (matcher.matches()) {
        return dateTime(matcher);
      }
    } catch (DateTimeException e) {
      // Told below: such as a 30th of February.
    }
    throw new RefusedException(
        Problem.wrong(
            Problem.DATA_TYPE,
            segment.location(field),
            segment.named(field)
                + " is '"
                + segment.text(field)
                + "'; expected a time such as 20080115 or 20080115093000+0100"));
  }

  private String dateTime(Matcher matcher) {
    if (matcher.group(2) == null) {
      return matcher.group(1);
    }
    if (matcher.group(3) == null) {
      int month = Integer.parseInt(matcher.group(2));
      LocalDate.of(Integer.parseInt(matcher.group(1)), month, 1);
      return matcher.group(1) + "-" + matcher.group(2);
    }
    LocalDate day = LocalDate.of(number(matcher, 1), number(matcher, 2), number(matcher, 3));
    if (matcher.group(4) == null) {
      return day.toString();
    }
    String second = matcher.group(6);
    LocalDateTime time =
        day.atTime(
            number(matcher, 4), number(matcher, 5), second == null ? 0 : Integer.parseInt(second));
    Optional<ZoneOffset> offset =
        matcher.group(8) != null
            ? Optional.of(ZoneOffset.of(matcher.group(8)))
            : ofMessage.or(() -> set.map(zone -> zone.getRules().getOffset(time)));
    if (offset.isEmpty()) {
      return day.toString();
    }
    String fraction = matcher.group(7);
    return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss").format(time)
        + (fraction == null ? "" : "." + fraction)
        + (offset.get().equals(ZoneOffset.UTC) ? "Z" : offset.get().getId());
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  /** A FHIR date: what is more precise is cut. */
  String date(Segment segment, int field) {
    String time = dateTime(segment, field);
    return time.length() > 10 ? time.substring(0, 10) : time;
  }
}
