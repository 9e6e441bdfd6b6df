package org.rodnan.registry;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.rodnan.mapping.Term;

/** Words of adverse events and people as registries have them, beside those of SDTM. */
final class EventTerms {
  /** Criteria of seriousness by the words of mappings: to SDTM's variables. */
  static final Map<String, String> CRITERIA =
      Map.of(
          "congenital-anomaly", "AESCONG",
          "disability", "AESDISAB",
          "death", "AESDTH",
          "hospitalisation", "AESHOSP",
          "intervention", "AESINTV",
          "life-threatening", "AESLIFE",
          "important-medical-event", "AESMIE");

  private EventTerms() {}

  /** By what SDTM submits, by the code, or by the code with blanks. */
  static Optional<Term> find(List<Term> terms, String text) {
    String plain = text.replace('-', ' ');
    return Term.ofSubmission(terms, text)
        .or(() ->
            terms.stream()
                .filter(term -> term.code().replace('-', ' ').equalsIgnoreCase(plain))
                .findFirst());
  }

  /** For people. */
  static String expected(List<Term> terms) {
    return "one of "
        + terms.stream()
            .map(term -> term.submission().toLowerCase(Locale.ROOT))
            .distinct()
            .collect(Collectors.joining(", "))
        + ", or the mapping to say under codes what it means";
  }

  /** Whether it says yes; empty if it says neither. */
  static Optional<Boolean> yes(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "y", "yes", "true", "1", "checked" -> Optional.of(true);
      case "n", "no", "false", "0", "unchecked" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
