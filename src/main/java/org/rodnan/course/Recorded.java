package org.rodnan.course;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.UnlimitedJson;

/** A stored resource, read for what the profiles say of a subject's course. */
record Recorded(ResourceKey key, JsonNode json) {
  private static final int DAY = "2026-01-31".length();

  /** Where a resource of one of the types says when it was, in the order of what says it best. */
  private static final List<String> STARTS =
      List.of(
          "/effectiveDateTime",
          "/effectiveInstant",
          "/effectivePeriod/start",
          "/performedDateTime",
          "/performedPeriod/start",
          "/period/start",
          "/date");

  private static final List<String> ENDS =
      List.of("/effectivePeriod/end", "/performedPeriod/end", "/period/end");

  static Recorded of(byte[] stored) {
    try {
      JsonNode json = UnlimitedJson.EXACT.readTree(stored);
      return new Recorded(
          new ResourceKey(json.path("resourceType").asText(), json.path("id").asText()), json);
    } catch (IOException e) {
      throw new FhirFailure.Fault("A stored resource can't be read", e);
    }
  }

  /** The code of its status; an adverse event has it in a modifier extension. */
  String status() {
    if (json.has("status")) {
      return json.path("status").asText();
    }
    for (JsonNode extension : json.path("modifierExtension")) {
      if (extension.path("url").asText().endsWith("/status")) {
        return extension.path("valueCode").asText();
      }
    }
    return "";
  }

  boolean isInError() {
    return status().equals("entered-in-error");
  }

  /** Whether it tells of nothing that was: in error, cancelled, not done, or only potential. */
  boolean isVoid() {
    return switch (status()) {
      case "entered-in-error", "cancelled", "not-done" -> true;
      default -> json.path("actuality").asText().equals("potential");
    };
  }

  /** When it was or began, as recorded; empty without. */
  String start() {
    return first(STARTS);
  }

  /** When it ended or resolved, as recorded; empty without. */
  String end() {
    String end = first(ENDS);
    return end.isEmpty()
        ? extension(json, "/resolve-date").map(Recorded::primitive).orElse("")
        : end;
  }

  private String first(List<String> pointers) {
    for (String pointer : pointers) {
      String text = json.at(pointer).asText();
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }

  /** The day of a FHIR date or time; empty if it is of a month or a year. */
  static Optional<LocalDate> day(String text) {
    if (text.length() < DAY) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(text.substring(0, DAY)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The code of the visit that it was at; empty without. */
  String visit() {
    return visitPart("code")
        .map(part -> part.at("/valueCodeableConcept/coding/0/code").asText())
        .orElse("");
  }

  /** The day of the study that it says it was on. */
  OptionalInt studyDay() {
    return visitPart("studyDay")
        .filter(part -> part.path("valueInteger").isInt())
        .map(part -> OptionalInt.of(part.path("valueInteger").asInt()))
        .orElseGet(OptionalInt::empty);
  }

  /** The first and last day of the study that it says were allowed, in days. */
  Optional<JsonNode> window() {
    return visitPart("window").map(part -> part.path("valueRange"));
  }

  private Optional<JsonNode> visitPart(String name) {
    return extension(json, "/ssc-visit").flatMap(visit -> extension(visit, name));
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

  /** Of the value of an extension, if it is a primitive. */
  static String primitive(JsonNode extension) {
    for (var field : extension.properties()) {
      if (field.getKey().startsWith("value") && field.getValue().isValueNode()) {
        return field.getValue().asText();
      }
    }
    return "";
  }

  /** In words: its text, else the display of a coding, else a code. */
  static String words(JsonNode concept) {
    if (concept.hasNonNull("text")) {
      return concept.path("text").asText();
    }
    for (String element : List.of("display", "code")) {
      for (JsonNode coding : concept.path("coding")) {
        if (coding.hasNonNull(element)) {
          return coding.path(element).asText();
        }
      }
    }
    return "";
  }

  /** What its value is: a number, which {@link #unit} belongs to. */
  Optional<BigDecimal> number() {
    JsonNode value = json.at("/valueQuantity/value");
    return value.isNumber() && json.at("/valueQuantity/comparator").isMissingNode()
        ? Optional.of(value.decimalValue())
        : Optional.empty();
  }

  /** The code in UCUM of what its number is in; empty without. */
  String unit() {
    return json.at("/valueQuantity/code").asText();
  }

  /** The code that says what it measures: ours if it has one, else the first. */
  String code() {
    JsonNode codings = json.at("/code/coding");
    for (JsonNode coding : codings) {
      if (coding.path("system").asText().equals("https://w3id.org/rodnan/CodeSystem/ssc-measure")) {
        return coding.path("code").asText();
      }
    }
    return codings.path(0).path("code").asText();
  }

  /** The literal references by which it says which studies it is of. */
  List<String> studies() {
    List<String> studies = new ArrayList<>();
    for (JsonNode extension : json.path("extension")) {
      if (extension.path("url").asText().endsWith("/workflow-researchStudy")) {
        studies.add(extension.at("/valueReference/reference").asText());
      }
    }
    if (key.type().equals("AdverseEvent")) {
      json.path("study").forEach(study -> studies.add(study.path("reference").asText()));
    }
    return studies;
  }
}
