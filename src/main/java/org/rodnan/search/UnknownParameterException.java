package org.rodnan.search;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A parameter that the types searched don't have. Whether that ends the search is for the caller to
 * say (R4, search.html#errors).
 */
final class UnknownParameterException extends InapplicableException {
  private static final long serialVersionUID = 1L;
  private static final int NEAR_MAX = 5;

  UnknownParameterException(String name, String where, Collection<String> known) {
    super("Unknown search parameter '" + name + "' on " + where + near(bare(name), known));
  }

  private static String bare(String name) {
    return name.split("[:.]", 2)[0];
  }

  private static String near(String code, Collection<String> known) {
    List<String> nearest =
        known.stream()
            .filter(other -> isNear(code, other))
            .sorted(Comparator.comparingInt((String other) -> distance(code, other)))
            .limit(NEAR_MAX)
            .toList();
    return nearest.isEmpty()
        ? "; known are " + known.stream().sorted().collect(Collectors.joining(", "))
        : "; did you mean " + String.join(", ", nearest) + "?";
  }

  private static boolean isNear(String code, String other) {
    return distance(code, other) <= 2
        || (code.length() >= 3 && (other.contains(code) || code.contains(other)));
  }

  /** Levenshtein's. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + change);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
