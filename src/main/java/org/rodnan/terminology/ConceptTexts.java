package org.rodnan.terminology;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rodnan.terminology.concepts.Concept;

/** Which text of a concept is meant for whom. */
public final class ConceptTexts {
  private ConceptTexts() {}

  /**
   * The text in the language: the display if it is of that language, else a designation.
   *
   * @param language BCP 47; a text in {@code de-CH} serves who asks for {@code de}; of several ones
   *     joined by commas, the first that there is
   * @param ofDisplay the language of the code system's displays
   */
  public static Optional<String> in(String language, Concept concept, @Nullable String ofDisplay) {
    for (String each : language.split("\\s*,\\s*")) {
      String wanted = each.replaceAll(";.*", "").strip();
      if (isIn(wanted, ofDisplay) && concept.display() != null) {
        return Optional.of(concept.display());
      }
      Optional<String> found =
          concept.designations().stream()
              .filter(designation -> isIn(wanted, designation.language()))
              .map(Concept.Designation::value)
              .findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The text in the language if there is one, else the display. */
  public static @Nullable String of(
      Optional<String> language, Concept concept, @Nullable String ofDisplay) {
    return language.flatMap(each -> in(each, concept, ofDisplay)).orElse(concept.display());
  }

  /** Whether the text is the concept's display or a designation; case and white space aside. */
  public static boolean isText(String text, Concept concept) {
    return same(text, concept.display())
        || concept.designations().stream().anyMatch(each -> same(text, each.value()));
  }

  static boolean isIn(String wanted, @Nullable String language) {
    if (language == null) {
      return false;
    }
    String lower = language.toLowerCase(Locale.ROOT);
    String asked = wanted.toLowerCase(Locale.ROOT);
    return lower.equals(asked) || lower.startsWith(asked + "-") || asked.startsWith(lower + "-");
  }

  private static boolean same(String text, @Nullable String other) {
    return other != null && plain(text).equalsIgnoreCase(plain(other));
  }

  private static String plain(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
