package org.rodnan.clinicaltrials;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.RowException;

/** Words of the registry, and what of them is coded here. */
final class Texts {
  private static final Pattern MONTHS =
      Pattern.compile("(?<![\\d.])(\\d{1,2})[ -](month|week)s?\\b", Pattern.CASE_INSENSITIVE);

  private Texts() {}

  /** Empty if it is not there. A number is as good as a text. */
  static String text(JsonNode json, String name) {
    JsonNode value = json.path(name);
    if (value.isContainerNode()) {
      throw new RowException(name + " is no single value; expected a text");
    }
    return value.isNull() ? "" : value.asText("").strip();
  }

  /** Of a figure that is printed with thousands' commas, maybe. */
  static Optional<BigDecimal> number(String text) {
    String plain = text.replace(",", "");
    return plain.matches("[+-]?\\d{1,20}(\\.\\d{1,20})?")
        ? Optional.of(new BigDecimal(plain))
        : Optional.empty();
  }

  static Optional<Integer> count(String text) {
    return text.matches("\\d{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
  }

  /** The measure that a title names beyond doubt, coded; the title is the text. */
  static CodeableConcept measure(String title) {
    String lower = title.toLowerCase(Locale.ROOT);
    CodeableConcept concept = new CodeableConcept();
    code(lower)
        .flatMap(Measure::of)
        .ifPresent(each ->
            concept.addCoding(Elements.concept(each.system(), each.code()).getCodingFirstRep()));
    return concept.setText(title);
  }

  private static Optional<String> code(String title) {
    boolean isPercent = title.matches(".*(% ?predicted|percent(age)?( of)? predicted).*");
    if (title.matches(".*(rodnan|\\bmrss\\b).*")) {
      return Optional.of(Measure.MRSS);
    }
    boolean isFvc = title.matches(".*(\\bfvc\\b|forced vital capacity).*");
    boolean isDlco = title.matches(".*(\\bdlco\\b|diffus(ing|ion) capacity).*");
    if (isFvc == isDlco) {
      return title.matches(".*\\b(s-?haq|scleroderma health assessment)\\b.*")
          ? Optional.of("shaq-di")
          : title.matches(".*(\\bhaq-di\\b|health assessment questionnaire.*disability).*")
              ? Optional.of("haq-di")
              : Optional.empty();
    }
    if (isFvc) {
      return isPercent ? Optional.of("19872-1") : Optional.empty();
    }
    boolean isAdjusted = title.matches(".*(adjusted|corrected).*");
    return isPercent
        ? Optional.of(isAdjusted ? "dlco-hb-adjusted-percent-predicted" : "98130-8")
        : Optional.empty();
  }

  /** The code of the last visit that a time frame names; empty if it names none of ours. */
  static Optional<String> visit(String timeFrame) {
    Matcher matcher = MONTHS.matcher(timeFrame);
    Optional<String> last = Optional.empty();
    while (matcher.find()) {
      last =
          org.rodnan.mapping.Visits.code(
              matcher.group(2) + " " + Integer.parseInt(matcher.group(1)));
    }
    return last;
  }

  /** As the registry's words are written for people: {@code RANDOMIZED} is Randomized. */
  static String word(String value) {
    String lower = value.replace('_', ' ').toLowerCase(Locale.ROOT);
    return lower.isEmpty()
        ? ""
        : lower.substring(0, 1).toUpperCase(Locale.ROOT) + lower.substring(1);
  }

  static CodeableConcept concept(String text) {
    return new CodeableConcept().setText(text);
  }
}
