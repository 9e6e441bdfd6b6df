package org.rodnan.sdtm;

import ca.uhn.fhir.parser.DataFormatException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.DateTimeType;
import org.rodnan.mapping.RowException;

/** Dates of SDTM, of which parts may be unknown (SDTMIG 3.4, 4.4.2), as FHIR has them. */
final class DateTexts {
  private static final Pattern PARTS =
      Pattern.compile(
          "(?<year>\\d{4}|-)(-(?<month>\\d{2}|-)(-(?<day>\\d{2}|-?)"
              + "(T(?<hour>\\d{2}|-)(:(?<minute>\\d{2}|-)(:(?<second>\\d{2}(\\.\\d+)?|-))?)?"
              + "(?<zone>Z|[+-]\\d{2}:\\d{2})?)?)?)?");

  private DateTexts() {}

  /**
   * As far as it is known from the year on; of an interval its begin. FHIR wants a zone with a time
   * of day, and minutes with an hour: without them the time is left out.
   *
   * @return empty if the year is unknown, or there is no text
   * @throws RowException naming the variable, if it is no date
   */
  static String known(String variable, String text) {
    if (text.isEmpty()) {
      return text;
    }
    for (String end : text.split("/", 2)) {
      if (!PARTS.matcher(end).matches()) {
        throw wrong(variable, text);
      }
    }
    Matcher parts = PARTS.matcher(text.split("/", 2)[0]);
    String known = parts.matches() ? known(parts) : "";
    try {
      new DateTimeType(known);
    } catch (DataFormatException | IllegalArgumentException e) {
      throw wrong(variable, text);
    }
    return known;
  }

  /**
   * The same of a date that FHIR requires.
   *
   * @throws RowException also if the year is unknown
   */
  static String required(String variable, String text) {
    String known = known(variable, text);
    if (known.isEmpty()) {
      throw new RowException(
          variable + " is '" + text + "'; expected a date, of which the year at least is known");
    }
    return known;
  }

  private static String known(Matcher parts) {
    StringBuilder known = new StringBuilder();
    for (String name : new String[] {"year", "month", "day"}) {
      String part = parts.group(name);
      if (part == null || !part.matches("\\d+")) {
        return known.toString();
      }
      known.append(known.isEmpty() ? "" : "-").append(part);
    }
    String hour = parts.group("hour");
    String minute = parts.group("minute");
    String second = parts.group("second");
    String zone = parts.group("zone");
    if (zone == null || hour == null || minute == null || (hour + minute).contains("-")) {
      return known.toString();
    }
    return known
        .append('T')
        .append(hour)
        .append(':')
        .append(minute)
        .append(':')
        .append(second == null || second.equals("-") ? "00" : second)
        .append(zone)
        .toString();
  }

  private static RowException wrong(String variable, String text) {
    return new RowException(
        variable + " is '" + text + "'; expected a date of ISO 8601 such as 2008-01-15");
  }
}
