package org.rodnan.registry;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.mapping.RowException;

/**
 * How values are written.
 *
 * @param decimal the sign before the decimals of text
 * @param dates those that are tried in turn; empty for ISO 8601
 * @param missing texts, in upper case, that are no value
 * @param absent texts, in upper case, that say why there is no value: to a code of
 *     data-absent-reason
 */
record Form(char decimal, List<DateForm> dates, Set<String> missing, Map<String, String> absent) {
  static final Form DEFAULT = new Form('.', List.of(), Set.of(), Map.of());

  private static final int YEAR_MIN = 1850;
  private static final int YEAR_MAX = 2200;
  private static final Pattern NUMBER =
      Pattern.compile("(<=|>=|<|>)?\\s*([+-]?\\d{1,20}(?:([.,])\\d{1,20})?)");
  private static final Pattern ISO =
      Pattern.compile(
          "(\\d{4}(?:-\\d{2}(?:-\\d{2})?)?)(?:[T ](?:[01]?\\d|2[0-3]):[0-5]\\d"
              + "(?::[0-5]\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d{2}:\\d{2})?)?");

  Form {
    dates = List.copyOf(dates);
    missing = Set.copyOf(missing);
    absent = Map.copyOf(absent);
  }

  /** A number, and the comparator before it; empty for none. */
  record Numeral(BigDecimal value, String comparator) {}

  boolean isMissing(Cell cell) {
    return cell.isEmpty() || missing.contains(cell.text().toUpperCase(Locale.ROOT));
  }

  Optional<String> absence(Cell cell) {
    return Optional.ofNullable(absent.get(cell.text().toUpperCase(Locale.ROOT)));
  }

  /**
   * @throws RowException if it is none
   */
  Numeral number(Cell cell) {
    char sign = cell.isTyped() ? '.' : decimal;
    Matcher matcher = NUMBER.matcher(cell.text());
    if (!matcher.matches() || matcher.group(3) != null && matcher.group(3).charAt(0) != sign) {
      throw new RowException(
          "found '"
              + Sheet.shown(cell.text())
              + "'; expected a number such as 1"
              + sign
              + "5, maybe after < or >, without thousands separators");
    }
    return new Numeral(
        new BigDecimal(matcher.group(2).replace(',', '.')),
        matcher.group(1) == null ? "" : matcher.group(1));
  }

  /**
   * In ISO 8601, to the day, month or year; a time of day is left out, as it has no zone.
   *
   * @throws RowException if it is none
   */
  String date(Cell cell) {
    String found =
        cell.isTyped() || dates.isEmpty()
            ? iso(cell.text()).orElse("")
            : dates.stream()
                .flatMap(each -> each.parsed(cell.text()).stream())
                .findFirst()
                .orElse("");
    if (found.isEmpty()) {
      throw new RowException(
          "found '"
              + Sheet.shown(cell.text())
              + "'; expected a date "
              + (dates.isEmpty()
                  ? "such as 2008-01-15"
                  : "of the form "
                      + String.join(" or ", dates.stream().map(DateForm::pattern).toList())));
    }
    int year = Integer.parseInt(found.substring(0, 4));
    if (year < YEAR_MIN || year > YEAR_MAX) {
      throw new RowException("found the year " + year + "; expected one of our time");
    }
    return found;
  }

  private static Optional<String> iso(String text) {
    Matcher matcher = ISO.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String date = matcher.group(1);
    try {
      return switch (date.length()) {
        case 4 -> Optional.of(date);
        case 7 -> Optional.of(YearMonth.parse(date).toString());
        default -> Optional.of(LocalDate.parse(date).toString());
      };
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
