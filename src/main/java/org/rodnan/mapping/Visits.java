package org.rodnan.mapping;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Codes of ssc-visit by their names. */
public final class Visits {
  private static final Pattern NUMBERED = Pattern.compile("(week|month)[ -](\\d{1,3})");
  private static final Set<Integer> WEEKS = Set.of(1, 2, 4, 8, 12, 24, 48);
  private static final int MONTHS = 24;

  private Visits() {}

  /** The code whose name it is, without regard to case; empty if it is none. */
  public static Optional<String> code(String name) {
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
