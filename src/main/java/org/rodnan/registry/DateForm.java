package org.rodnan.registry;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.Year;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A pattern of dates, and what reads by it. */
record DateForm(String pattern, DateTimeFormatter formatter) {
  private static final Pattern QUOTED = Pattern.compile("'[^']*'");

  /** A letter for each part: to the day, the month or the year, and a time only after a day. */
  private static final Pattern PARTS = Pattern.compile("y|My|yM|(?:dMy|Mdy|yMd|ydM)(?:H(?:ms?)?)?");

  /**
   * @throws IllegalArgumentException saying what is wrong with the pattern
   */
  static DateForm of(String pattern) {
    String letters = QUOTED.matcher(pattern).replaceAll("").replaceAll("[^A-Za-z]", "");
    String parts = letters.replaceAll("(.)\\1+", "$1");
    if (!PARTS.matcher(parts).matches()) {
      throw new IllegalArgumentException(hint(letters));
    }
    if (!letters.matches(".*(?<!y)(?:y|yyyy)(?!y).*")) {
      throw new IllegalArgumentException("years have four digits, yyyy");
    }
    if (letters.contains("MMMMM")) {
      throw new IllegalArgumentException("months are M, MM, MMM or MMMM");
    }
    return new DateForm(
        pattern,
        new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern(pattern.replaceAll("y(?=(?:[^']*'[^']*')*[^']*$)", "u"))
            .toFormatter(Locale.ENGLISH)
            .withResolverStyle(ResolverStyle.STRICT));
  }

  Optional<String> parsed(String text) {
    try {
      TemporalAccessor parsed = formatter.parse(text);
      String iso =
          (parsed.isSupported(ChronoField.DAY_OF_MONTH)
                  ? LocalDate.from(parsed)
                  : parsed.isSupported(ChronoField.MONTH_OF_YEAR)
                      ? YearMonth.from(parsed)
                      : Year.from(parsed))
              .toString();
      return iso.matches("\\d{4}(-\\d{2}){0,2}") ? Optional.of(iso) : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Whether one text may be two days, as with dd/MM/yyyy and MM/dd/yyyy. */
  boolean isConfusedWith(DateForm other) {
    return !sequence().equals(other.sequence())
        && sequence().replace('d', 'M').equals(other.sequence().replace('d', 'M'));
  }

  /** Months by name stand apart, as nobody takes them for days. */
  private String sequence() {
    return pattern.replaceAll("MMMM?", "N").replaceAll("([yMdHms])\\1+", "$1");
  }

  /** For people who took one letter for another. */
  private static String hint(String letters) {
    if (letters.contains("m") && !letters.contains("M")) {
      return "mm is minutes, months are MM";
    }
    if (letters.contains("D")) {
      return "D is the day of the year, days are dd";
    }
    if (letters.contains("Y")) {
      return "Y is the year of a week, years are yyyy";
    }
    return "a year yyyy, with it MM or both MM and dd, and after all three maybe a time HH:mm:ss";
  }
}
