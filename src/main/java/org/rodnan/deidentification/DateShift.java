package org.rodnan.deidentification;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Moves the dates of one subject by as many days, so that the intervals between them stay. A month
 * or year is moved as its middle, and keeps its precision. Thread safe.
 *
 * @param days negative for back
 */
record DateShift(int days) {
  private static final int DAY = 10;
  private static final int MONTH = 7;
  private static final int MIDDLE = 15;

  /** By a number of days from {@code least} to {@code most}, forth or back. */
  static DateShift of(PseudonymKey key, String subject, int least, int most) {
    byte[] hash = key.hash("shift", subject);
    long number = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      number = number << Byte.SIZE | hash[i] & 0xff;
    }
    int days = least + (int) (number % (most - least + 1));
    return new DateShift((hash[Integer.BYTES] & 1) == 0 ? days : -days);
  }

  /**
   * @param date of FHIR: date, dateTime or instant
   * @return with the same time of day and zone; empty if it is none
   */
  Optional<String> shifted(String date) {
    try {
      if (date.length() >= DAY) {
        LocalDate day = LocalDate.parse(date.substring(0, DAY));
        return Optional.of(day.plusDays(days) + date.substring(DAY));
      }
      LocalDate middle =
          date.length() == MONTH
              ? YearMonth.parse(date).atDay(MIDDLE)
              : LocalDate.of(Integer.parseInt(date), MONTH, 1);
      return Optional.of(middle.plusDays(days).toString().substring(0, date.length()));
    } catch (DateTimeParseException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
