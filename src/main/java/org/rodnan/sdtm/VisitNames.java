package org.rodnan.sdtm;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What SDTM calls the codes of ssc-visit: VISIT and VISITNUM. */
final class VisitNames {
  private static final Pattern NUMBERED = Pattern.compile("(week|month)[ -](\\d{1,3})");

  private VisitNames() {}

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
}
