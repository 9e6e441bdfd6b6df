package org.rodnan.index;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Timing;
import org.jspecify.annotations.Nullable;

/**
 * The time between two instants, both included: what a date of any precision stands for (R4,
 * search.html#date). A time without a zone is taken as UTC.
 *
 * @param low milliseconds since 1970 UTC; {@link Long#MIN_VALUE} if the start is open
 * @param high milliseconds since 1970 UTC; {@link Long#MAX_VALUE} if the end is open
 */
public record TimeRange(long low, long high) {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4})(?:-(\\d\\d)(?:-(\\d\\d)"
              + "(?:T(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,9})\\d*)?)?"
              + "(Z|[+-]\\d\\d:\\d\\d)?)?)?)?");

  /** Reads a date or dateTime of any precision, seconds left out allowed; empty if it is none. */
  public static Optional<TimeRange> parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(m));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static TimeRange of(Matcher m) {
    int year = Integer.parseInt(m.group(1));
    if (m.group(2) == null) {
      return days(LocalDate.of(year, 1, 1), LocalDate.of(year, 12, 31));
    }
    int month = Integer.parseInt(m.group(2));
    if (m.group(3) == null) {
      YearMonth whole = YearMonth.of(year, month);
      return days(whole.atDay(1), whole.atEndOfMonth());
    }
    LocalDate day = LocalDate.of(year, month, Integer.parseInt(m.group(3)));
    if (m.group(4) == null) {
      return days(day, day);
    }
    String seconds = m.group(6);
    // A leap second has no millisecond of its own on the time line of Java.
    int second = seconds == null ? 0 : Math.min(Integer.parseInt(seconds), 59);
    LocalDateTime time =
        day.atTime(Integer.parseInt(m.group(4)), Integer.parseInt(m.group(5)), second);
    String zone = m.group(8);
    ZoneOffset offset = zone == null ? ZoneOffset.UTC : ZoneOffset.of(zone);
    long low = time.toEpochSecond(offset) * 1000;
    if (seconds == null) {
      return new TimeRange(low, low + 59_999);
    }
    String fraction = m.group(7);
    if (fraction == null) {
      return new TimeRange(low, low + 999);
    }
    String millis = (fraction + "00").substring(0, 3);
    long exact = low + Integer.parseInt(millis);
    long width = fraction.length() == 1 ? 100 : fraction.length() == 2 ? 10 : 1;
    return new TimeRange(exact, exact + width - 1);
  }

  private static TimeRange days(LocalDate first, LocalDate last) {
    return new TimeRange(
        first.toEpochDay() * 86_400_000L, (last.toEpochDay() + 1) * 86_400_000L - 1);
  }

  /**
   * The time that an element stands for; of a Timing the outer limits (R4, search.html#date). Empty
   * if it has none.
   */
  static Optional<TimeRange> of(Base element) {
    return switch (element) {
      case BaseDateTimeType time -> ofValue(time);
      case Period period -> ofPeriod(period);
      case Timing timing -> ofTiming(timing);
      default -> Optional.empty();
    };
  }

  private static Optional<TimeRange> ofValue(@Nullable BaseDateTimeType time) {
    return time == null || time.getValueAsString() == null
        ? Optional.empty()
        : parse(time.getValueAsString());
  }

  private static Optional<TimeRange> ofPeriod(Period period) {
    Optional<TimeRange> start = ofValue(period.getStartElement());
    Optional<TimeRange> end = ofValue(period.getEndElement());
    if (start.isEmpty() && end.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new TimeRange(
            start.map(TimeRange::low).orElse(Long.MIN_VALUE),
            end.map(TimeRange::high).orElse(Long.MAX_VALUE)));
  }

  private static Optional<TimeRange> ofTiming(Timing timing) {
    Optional<TimeRange> outer =
        timing.getRepeat().getBounds() instanceof Period bounds
            ? ofPeriod(bounds)
            : Optional.empty();
    for (DateTimeType event : timing.getEvent()) {
      Optional<TimeRange> at = ofValue(event);
      outer = outer.isEmpty() ? at : outer.map(range -> at.map(range::span).orElse(range));
    }
    return outer;
  }

  private TimeRange span(TimeRange other) {
    return new TimeRange(Math.min(low, other.low), Math.max(high, other.high));
  }
}
