package org.rodnan.sdtm;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Codes of ssc-visit and what SDTM calls them: VISIT and VISITNUM. */
final class Visits {
  private static final Pattern NUMBERED = Pattern.compile("(week|month)[ -](\\d{1,3})");
  private static final Set<Integer> WEEKS = Set.of(1, 2, 4, 8, 12, 24, 48);
  private static final int MONTHS = 24;

  private Visits() {}

  /** {@code MONTH 3} of {@code month-3}. */
  static String name(String code) {
    return code.equals("follow-up") ? "FOLLOW-UP" : code.replace('-', ' ').toUpperCase(Locale.ROOT);
  }

  /** In the order of time: a hundredth is a day after baseline, which is 1. */
  static double number(String code) {
    Matcher numbered = NUMBERED.matcher(code);
    if (numbered.matches()) {
      int days = Integer.parseInt(numbered.group(2)) * (numbered.group(1).equals("week") ? 7 : 30);
      return (100 + days) / 100.0;
    }
    return switch (code) {
      case "screening" -> 0;
      case "baseline" -> 1;
      case "early-termination" -> 90;
      case "end-of-treatment" -> 91;
      case "follow-up" -> 92;
      default -> 99;
    };
  }

  /** The code whose name it is, without regard to case; empty if it is none. */
  static Optional<String> code(String name) {
    String lower = name.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
    Matcher numbered = NUMBERED.matcher(lower);
    if (numbered.matches()) {
      int count = Integer.parseInt(numbered.group(2));
      boolean isKnown =
          numbered.group(1).equals("week") ? WEEKS.contains(count) : count > 0 && count <= MONTHS;
      return isKnown ? Optional.of(numbered.group(1) + "-" + count) : Optional.empty();
    }
    return switch (lower.replace('-', ' ')) {
      case "screening" -> Optional.of("screening");
      case "baseline" -> Optional.of("baseline");
      case "early termination" -> Optional.of("early-termination");
      case "end of treatment" -> Optional.of("end-of-treatment");
      case "follow up" -> Optional.of("follow-up");
      case "unscheduled" -> Optional.of("unscheduled");
      default -> Optional.empty();
    };
  }
}
