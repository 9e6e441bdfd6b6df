package org.rodnan.course;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.rodnan.course.Timeline.Item;
import org.rodnan.course.Timeline.Kind;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/** Reads timelines. Thread safe. */
public final class Timelines {

  private static final Map<String, Kind> KINDS =
      Map.of(
          "Encounter", Kind.VISIT,
          "Observation", Kind.OBSERVATION,
          "MedicationAdministration", Kind.TREATMENT,
          "MedicationStatement", Kind.TREATMENT,
          "Procedure", Kind.PROCEDURE,
          "AdverseEvent", Kind.ADVERSE_EVENT);

  /** Codes of the NCI Thesaurus for the grades of CTCAE. */
  private static final Map<String, Integer> GRADES =
      Map.of("C41338", 1, "C41339", 2, "C41340", 3, "C41337", 4, "C48275", 5);

  private final SubjectSearch subjects;
  private final ReferenceText references;
  private final CourseSettings limits;

  Timelines(SubjectSearch subjects, ReferenceText references, CourseSettings limits) {
    this.subjects = subjects;
    this.references = references;
    this.limits = limits;
  }

  /**
   * Everything that is recorded of a subject in its study, or without naming a study; what is void
   * is left out (in error, cancelled, not done, a potential event).
   *
   * @param subject a ResearchSubject
   * @throws FhirFailure.NotFound if it isn't there, or has no patient and study of this server
   * @throws FhirFailure.TooLarge if there are more resources of a type than its limit
   */
  public Timeline of(ResourceKey subject) {
    return subjects.now(moment -> of(subject, moment));
  }

  private Timeline of(ResourceKey key, Moment moment) {
    Subject subject = Subject.of(key, moment, references, limits.ofSubject()).getFirst();
    List<Item> items = new ArrayList<>(ofSubject(subject));
    for (String type : KINDS.keySet()) {
      Reading.forEach(
          moment,
          type,
          List.of(
              new Parameter(
                  type.equals("AdverseEvent") ? "subject" : "patient",
                  subject.patient().toString())),
          limits.ofSubject(),
          recorded -> {
            if (!recorded.isVoid() && isOf(recorded, subject.study())) {
              items.add(item(recorded, subject.days()));
            }
          });
    }
    items.sort(
        Comparator.comparingInt((Item item) -> item.day().orElse(Integer.MAX_VALUE))
            .thenComparing(Item::kind)
            .thenComparing(Item::what)
            .thenComparing(Item::resource));
    return new Timeline(
        moment.position(),
        subject.key(),
        subject.patient(),
        subject.study(),
        subject.recorded().start(),
        List.copyOf(items));
  }

  private boolean isOf(Recorded recorded, ResourceKey study) {
    List<String> named = recorded.studies();
    return named.isEmpty()
        || named.stream()
            .anyMatch(text -> references.local(text).filter(study::equals).isPresent());
  }

  private static List<Item> ofSubject(Subject subject) {
    List<Item> items = new ArrayList<>();
    StudyDays days = subject.days();
    String start = subject.recorded().start();
    if (!start.isEmpty()) {
      String arm = subject.arm().isEmpty() ? "" : ", " + subject.arm();
      items.add(
          single(
              days.of(start), start, Kind.ENROLMENT, "", "Entered the study" + arm, "", subject));
    }
    Recorded.extension(subject.recorded().json(), "/ssc-disposition")
        .ifPresent(disposition -> {
          String date =
              Recorded.extension(disposition, "date")
                  .map(Recorded::primitive)
                  .orElse(subject.recorded().end());
          String visit =
              Recorded.extension(disposition, "lastVisit")
                  .map(part -> part.at("/valueCodeableConcept/coding/0/code").asText())
                  .orElse("");
          String reason =
              Recorded.extension(disposition, "reason")
                  .map(part -> Recorded.words(part.path("valueCodeableConcept")))
                  .orElse("");
          items.add(
              single(
                  days.of(date), date, Kind.DISPOSITION, visit, "Left the study", reason, subject));
        });
    return items;
  }

  private static Item single(
      OptionalInt day,
      String start,
      Kind kind,
      String visit,
      String what,
      String text,
      Subject subject) {
    return new Item(
        day,
        OptionalInt.empty(),
        start,
        "",
        kind,
        visit,
        "",
        what,
        Optional.empty(),
        text,
        "",
        OptionalInt.empty(),
        Optional.empty(),
        subject.key());
  }

  private static Item item(Recorded recorded, StudyDays days) {
    Kind kind = KINDS.getOrDefault(recorded.key().type(), Kind.OBSERVATION);
    JsonNode json = recorded.json();
    boolean isEvent = kind == Kind.ADVERSE_EVENT;
    return new Item(
        days.of(recorded),
        days.of(recorded.end()),
        recorded.start(),
        recorded.end(),
        kind,
        recorded.visit(),
        kind == Kind.OBSERVATION ? recorded.code() : "",
        what(kind, json),
        recorded.number(),
        text(kind, json),
        recorded.unit(),
        isEvent ? grade(json) : OptionalInt.empty(),
        isEvent && json.has("seriousness")
            ? Optional.of(
                json.at("/seriousness/coding/0/code").asText().equalsIgnoreCase("serious"))
            : Optional.empty(),
        recorded.key());
  }

  private static String what(Kind kind, JsonNode json) {
    return switch (kind) {
      case ADVERSE_EVENT -> Recorded.words(json.path("event"));
      case TREATMENT -> {
        String drug = Recorded.words(json.path("medicationCodeableConcept"));
        yield drug.isEmpty() ? json.at("/medicationReference/display").asText("Treatment") : drug;
      }
      case VISIT -> {
        String words = Recorded.words(json.path("type").path(0));
        yield words.isEmpty() ? "Visit" : words;
      }
      default -> Recorded.words(json.path("code"));
    };
  }

  private static String text(Kind kind, JsonNode json) {
    return switch (kind) {
      case OBSERVATION -> observed(json);
      case TREATMENT -> dose(json);
      case ADVERSE_EVENT -> Recorded.words(json.path("outcome"));
      default -> "";
    };
  }

  private static String observed(JsonNode json) {
    if (json.has("valueCodeableConcept")) {
      return Recorded.words(json.path("valueCodeableConcept"));
    }
    String comparator = json.at("/valueQuantity/comparator").asText();
    if (!comparator.isEmpty()) {
      return comparator + " " + json.at("/valueQuantity/value").asText();
    }
    if (json.has("dataAbsentReason")) {
      return Recorded.words(json.path("dataAbsentReason"));
    }
    return json.has("valueQuantity") ? "" : Recorded.primitive(json);
  }

  /** Dose, how it changed and why. */
  private static String dose(JsonNode json) {
    JsonNode dosage = json.path("dosage");
    JsonNode first = dosage.isArray() ? dosage.path(0) : dosage;
    String dose = first.path("text").asText();
    if (dose.isEmpty()) {
      JsonNode quantity =
          first.has("dose") ? first.path("dose") : first.at("/doseAndRate/0/doseQuantity");
      dose = (quantity.path("value").asText() + " " + quantity.path("unit").asText()).strip();
    }
    String change =
        Recorded.extension(json, "/ssc-dose-change")
            .map(extension -> {
              String kind = part(extension, "kind");
              String reason = part(extension, "reason");
              return reason.isEmpty() ? kind : kind + ": " + reason;
            })
            .orElse("");
    return dose.isEmpty() || change.isEmpty() ? dose + change : dose + " (" + change + ")";
  }

  private static String part(JsonNode extension, String name) {
    return Recorded.extension(extension, name)
        .map(part -> Recorded.words(part.path("valueCodeableConcept")))
        .orElse("");
  }

  private static OptionalInt grade(JsonNode json) {
    return Recorded.extension(json, "/ae-grade")
        .map(extension -> GRADES.get(extension.at("/valueCodeableConcept/coding/0/code").asText()))
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }
}
