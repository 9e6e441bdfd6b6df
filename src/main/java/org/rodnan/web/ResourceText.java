package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Elements of resources in words, from their JSON. */
final class ResourceText {
  /** Where a resource says what it is about, in the order of what says it best. */
  private static final List<String> NAMES =
      List.of(
          "title",
          "code",
          "event",
          "medicationCodeableConcept",
          "vaccineCode",
          "name",
          "type",
          "description");

  private static final List<String> SUBJECTS =
      List.of("subject", "patient", "individual", "beneficiary");

  private static final List<String> DATES =
      List.of(
          "effectiveDateTime",
          "effectivePeriod",
          "performedDateTime",
          "performedPeriod",
          "occurrenceDateTime",
          "onsetDateTime",
          "date",
          "period",
          "authoredOn",
          "recorded",
          "birthDate");

  /** A unit of UCUM that says no more than the number does. */
  private static final String SCORE = "{score}";

  private ResourceText() {}

  /** What the resource is about, with the value if it has one. */
  static String what(JsonNode resource) {
    String name =
        NAMES.stream()
            .map(element -> of(resource.path(element)))
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElse("");
    String value = value(resource);
    return value.isEmpty() ? name : name + ": " + value;
  }

  /** The text of {@code value[x]}; empty if there is none. */
  static String value(JsonNode parent) {
    return choice(parent, "value").map(ResourceText::of).orElse("");
  }

  /** The element of a choice type, such as {@code value[x]}. */
  static Optional<JsonNode> choice(JsonNode parent, String name) {
    for (var field : parent.properties()) {
      String key = field.getKey();
      if (key.length() > name.length()
          && key.startsWith(name)
          && Character.isUpperCase(key.charAt(name.length()))) {
        return Optional.of(field.getValue());
      }
    }
    return Optional.empty();
  }

  /** The literal reference to whom or what it is about; empty if there is none. */
  static String subject(JsonNode resource) {
    return SUBJECTS.stream()
        .map(element -> resource.path(element).path("reference").asText())
        .filter(reference -> !reference.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** When it was or is; empty if it doesn't say. */
  static String date(JsonNode resource) {
    return DATES.stream()
        .map(element -> of(resource.path(element)))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** The visit that the profiles' extension names; empty if there is none. */
  static String visit(JsonNode resource) {
    return extension(resource, "/ssc-visit")
        .flatMap(visit -> extension(visit, "code"))
        .map(ResourceText::value)
        .orElse("");
  }

  /** The study day of the visit extension; empty if there is none. */
  static String studyDay(JsonNode resource) {
    return extension(resource, "/ssc-visit")
        .flatMap(visit -> extension(visit, "studyDay"))
        .map(ResourceText::value)
        .orElse("");
  }

  /** The first extension whose URL ends so. */
  static Optional<JsonNode> extension(JsonNode parent, String urlEnd) {
    for (JsonNode extension : parent.path("extension")) {
      if (extension.path("url").asText().endsWith(urlEnd)) {
        return Optional.of(extension);
      }
    }
    return Optional.empty();
  }

  /** The first code of a concept; empty if it has none. */
  static String code(JsonNode concept) {
    return concept.path("coding").path(0).path("code").asText();
  }

  /**
   * A datatype in words: a concept, a quantity, a period, a reference, a name, an identifier, or a
   * primitive; the first of several. Empty for what is none of them.
   */
  static String of(JsonNode element) {
    if (element.isArray()) {
      return element.isEmpty() ? "" : of(element.get(0));
    }
    if (element.isValueNode()) {
      return element.isNull() ? "" : element.asText();
    }
    if (element.has("coding") || (element.has("text") && element.path("text").isTextual())) {
      return concept(element);
    }
    if (element.has("reference")) {
      return element.path("display").asText(element.path("reference").asText());
    }
    if (element.path("value").isNumber()) {
      return quantity(element);
    }
    if (element.has("start") || element.has("end")) {
      return period(element);
    }
    if (element.has("low") || element.has("high")) {
      return of(element.path("low")) + " – " + of(element.path("high"));
    }
    if (element.has("family") || element.has("given")) {
      return humanName(element);
    }
    if (element.has("code")) {
      return element.path("display").asText(element.path("code").asText());
    }
    if (element.path("value").isTextual()) {
      return element.path("value").asText();
    }
    return "";
  }

  private static String concept(JsonNode concept) {
    String text = concept.path("text").asText();
    if (!text.isEmpty()) {
      return text;
    }
    JsonNode coding = concept.path("coding").path(0);
    String display = coding.path("display").asText();
    return display.isEmpty() ? coding.path("code").asText() : display;
  }

  private static String quantity(JsonNode quantity) {
    String code = quantity.path("code").asText();
    String unit = quantity.path("unit").asText(code);
    String number =
        quantity.path("comparator").asText() + quantity.path("value").asText().replace('-', '−');
    boolean isBare = unit.isEmpty() || unit.equals("1") || code.equals(SCORE);
    return isBare ? number : number + " " + unit;
  }

  private static String period(JsonNode period) {
    String start = period.path("start").asText();
    String end = period.path("end").asText();
    if (start.isEmpty()) {
      return "until " + end;
    }
    return end.isEmpty() ? "from " + start : start + " to " + end;
  }

  private static String humanName(JsonNode name) {
    List<String> parts = new ArrayList<>();
    name.path("given").forEach(given -> parts.add(given.asText()));
    parts.add(name.path("family").asText());
    return String.join(" ", parts).strip();
  }
}
