package org.rodnan.validation;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The check digits of code systems. */
final class CheckDigits {
  private static final Pattern OF_LOINC = Pattern.compile("([1-9][0-9]{0,7})-([0-9])");

  /** Parts, answers, answer lists and groups. Their check digits go by another scheme. */
  private static final Pattern OF_LOINCS_OWN = Pattern.compile("L[PALG][0-9]{1,8}-[0-9]");

  /** Identifiers in an expression; terms stand between bars, concrete values after a hash. */
  private static final Pattern TERM_OR_VALUE = Pattern.compile("\\|[^|]*\\||#[0-9.+-]+|\"[^\"]*\"");

  private static final Pattern EXPRESSION = Pattern.compile("[0-9\\s:+=,(){}<>]+");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final Pattern IDENTIFIER = Pattern.compile("[1-9][0-9]{5,17}");

  /** Partitions of concepts, of the international edition and of extensions. */
  private static final Set<String> NAMES_A_CONCEPT = Set.of("00", "10");

  private static final int[][] DIHEDRAL = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
    {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
    {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
    {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
    {4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
    {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
    {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
    {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}
  };

  private static final int[][] PERMUTATION = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
    {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
    {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
    {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
    {9, 4, 5, 3, 1, 2, 6, 8, 7, 0},
    {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
    {2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
    {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}
  };

  private CheckDigits() {}

  /** Digits, a hyphen, and the check digit modulo 10 (LOINC Users' Guide, appendix on codes). */
  static boolean canBeOfLoinc(String code) {
    Matcher parts = OF_LOINC.matcher(code);
    if (!parts.matches()) {
      return OF_LOINCS_OWN.matcher(code).matches();
    }
    String digits = parts.group(1);
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int weighted = i % 2 == 0 ? 2 * digit : digit;
      sum += weighted / 10 + weighted % 10;
    }
    return (10 - sum % 10) % 10 == parts.group(2).charAt(0) - '0';
  }

  /**
   * The identifier, in a code that may be an expression, that can't be one: 6 to 18 digits, the
   * last of them by Verhoeff's scheme, in a partition of concepts (SNOMED CT, SCTID). The whole if
   * it is no expression.
   */
  static Optional<String> findNoneOfSnomedCt(String code) {
    String bare = TERM_OR_VALUE.matcher(code).replaceAll(" ");
    Matcher identifiers = DIGITS.matcher(bare);
    if (!EXPRESSION.matcher(bare).matches() || !identifiers.find()) {
      return Optional.of(code);
    }
    identifiers.reset();
    while (identifiers.find()) {
      if (!isOfSnomedCt(identifiers.group())) {
        return Optional.of(identifiers.group());
      }
    }
    return Optional.empty();
  }

  private static boolean isOfSnomedCt(String digits) {
    if (!IDENTIFIER.matcher(digits).matches()) {
      return false;
    }
    int check = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      check = DIHEDRAL[check][PERMUTATION[i % PERMUTATION.length][digit]];
    }
    return check == 0 && NAMES_A_CONCEPT.contains(partition(digits));
  }

  /** The two digits before the last: what the identifier is of. */
  private static String partition(String digits) {
    return digits.substring(digits.length() - 3, digits.length() - 1);
  }
}
