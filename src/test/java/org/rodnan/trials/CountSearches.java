package org.rodnan.trials;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** The searches that find whom, or which events, a printed count is about. */
final class CountSearches {
  private static final String RELATED = "relatedness=C53258,C53259,C53260";
  private static final String BEFORE = "?category:text=Previous%20treatment&code:text=";

  private static final Map<String, String> DISPOSITIONS =
      Map.of(
          "inflammatory-myopathy", "prohibited-treatment-needed",
          "medical-issues", "other");

  private static final Map<String, String> EVENTS =
      Map.of(
          "ae:all", "AdverseEvent",
          "ae:related", "AdverseEvent?" + RELATED,
          "ae:related-grade-1", "AdverseEvent?grade=C41338&" + RELATED,
          "ae:related-grade-2", "AdverseEvent?grade=C41339&" + RELATED,
          "ae:related-grade-1-2", "AdverseEvent?grade=C41338,C41339&" + RELATED,
          "ae:related-grade-3-4", "AdverseEvent?grade=C41340,C41337&" + RELATED,
          "sae:all", "AdverseEvent?seriousness=serious",
          "sae:attributed", "AdverseEvent?seriousness=serious&" + RELATED,
          "sae:death", "AdverseEvent?outcome=fatal");

  private final AdverseEventTerms terms = new AdverseEventTerms();

  /** Nothing for what no search finds. */
  Optional<String> of(String measure) {
    int colon = measure.lastIndexOf(':');
    String last = measure.substring(colon + 1);
    return switch (measure.substring(0, Math.max(0, measure.indexOf(':')))) {
      case "sex" -> Optional.of("Patient?gender=" + last);
      case "disposition" -> disposition(measure).map(code -> "ResearchSubject?disposition=" + code);
      case "antibody", "organ" ->
          MeasureCode.of(measure)
              .map(code ->
                  "Observation?code="
                      + encoded(code.token())
                      + "&value-concept="
                      + (code.isOrgan() ? "Y" : "POS"));
      case "treatment" -> treatment(last);
      case "dose" -> dose(last);
      case "flow" ->
          last.equals("started-drug")
              ? Optional.of("MedicationStatement?code=" + encoded(Vocabulary.NCIT + "|C1687"))
              : Optional.empty();
      case "ae", "sae" -> Optional.ofNullable(EVENTS.get(measure)).or(() -> term(measure, last));
      default -> Optional.empty();
    };
  }

  /** The code of how subjects left or didn't enter, if that is what is counted. */
  static Optional<String> disposition(String measure) {
    String[] parts = measure.split(":", 2);
    return parts[0].equals("disposition")
        ? Optional.of(DISPOSITIONS.getOrDefault(parts[1], parts[1]))
        : Optional.empty();
  }

  /** What a percentage of events is of. */
  static String related() {
    return "AdverseEvent?" + RELATED;
  }

  private Optional<String> term(String measure, String code) {
    if (code.equals("one-patient") || code.equals("hospitalised-for-side-effects")) {
      return Optional.empty();
    }
    return Optional.of(
        "AdverseEvent?"
            + (measure.startsWith("sae:") ? "seriousness=serious" : RELATED)
            + "&event:text="
            + encoded(terms.nameOf(code)));
  }

  private static Optional<String> treatment(String code) {
    for (EarlierTreatment known : EarlierTreatment.values()) {
      if (known.code().equals(code)) {
        return Optional.of(
            (known.isProcedure() ? "Procedure" : "MedicationStatement")
                + BEFORE
                + encoded(known.printed()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> dose(String what) {
    String adjusted = "MedicationStatement?dose-change=decrease,interruption";
    return switch (what) {
      case "taken-mg-per-day", "target-mg-per-day" -> Optional.empty();
      case "any-adjustment" -> Optional.of(adjusted);
      case "furosemide" -> Optional.of("MedicationStatement?code:text=Furosemide");
      default -> Optional.of(adjusted + "&dose-change-reason=" + what);
    };
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%2C", "%5C%2C");
  }
}
