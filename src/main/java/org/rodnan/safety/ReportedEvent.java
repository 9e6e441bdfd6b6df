package org.rodnan.safety;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.rodnan.cohort.Subject;
import org.rodnan.fhir.JsonElements;
import org.rodnan.index.ReferenceText;

/**
 * What counts of an AdverseEvent, read as the profile ssc-adverse-event has it.
 *
 * @param person as {@link Subject#person()}
 * @param counts whether it happened and isn't a mistake
 * @param term the event in words: its text, or if there is none the name of its coding
 * @param code the event's first coding
 * @param grade 1 to 5, the highest of several; empty if there is none
 * @param isRelated whether a suspect caused it possibly, probably or surely
 */
record ReportedEvent(
    String person,
    boolean counts,
    String term,
    Optional<Code> code,
    OptionalInt grade,
    boolean isSerious,
    boolean isRelated) {
  private static final String BACKPORT =
      "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/";
  private static final String NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl";
  private static final String SERIOUSNESS =
      "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness";

  /** Grades of severity. */
  private static final Map<String, Integer> GRADES =
      Map.of("C41338", 1, "C41339", 2, "C41340", 3, "C41337", 4, "C48275", 5);

  /** Possibly, probably, and plainly related. */
  private static final Set<String> RELATED = Set.of("C53258", "C53259", "C53260");

  /** A coding of an event. */
  record Code(String system, String code, String display) {}

  static ReportedEvent of(JsonNode event, ReferenceText references) {
    JsonNode concept = event.path("event");
    Optional<Code> code = code(concept);
    return new ReportedEvent(
        Subject.person(event.path("subject"), references),
        event.path("actuality").asText().equals("actual") && !isInError(event),
        JsonElements.text(concept, "text")
            .map(text -> text.replaceAll("\\s+", " "))
            .or(() -> code.map(Code::display))
            .orElse("not named"),
        code,
        grade(event),
        JsonElements.hasCode(event.path("seriousness"), SERIOUSNESS, "serious"),
        isRelated(event));
  }

  private static boolean isInError(JsonNode event) {
    return StreamSupport.stream(event.path("modifierExtension").spliterator(), false)
        .filter(each -> each.path("url").asText().equals(BACKPORT + "status"))
        .anyMatch(each -> each.path("valueCode").asText().equals("entered-in-error"));
  }

  private static Optional<Code> code(JsonNode concept) {
    JsonNode coding = concept.path("coding").path(0);
    return JsonElements.text(coding, "code")
        .map(code ->
            new Code(
                coding.path("system").asText(),
                code,
                JsonElements.text(coding, "display").orElse(code)));
  }

  private static OptionalInt grade(JsonNode event) {
    return JsonElements.extensions(event, BACKPORT + "ae-grade").stream()
        .flatMap(each -> codes(each.path("valueCodeableConcept")).stream())
        .filter(GRADES::containsKey)
        .mapToInt(code -> GRADES.getOrDefault(code, 0))
        .max();
  }

  private static boolean isRelated(JsonNode event) {
    return JsonElements.extensions(event, BACKPORT + "suspect-entity").stream()
        .flatMap(suspect -> JsonElements.extensions(suspect, "causality").stream())
        .flatMap(causality -> JsonElements.extensions(causality, "entityRelatedness").stream())
        .flatMap(each -> codes(each.path("valueCodeableConcept")).stream())
        .anyMatch(RELATED::contains);
  }

  /** Those of NCIt. */
  private static List<String> codes(JsonNode concept) {
    return StreamSupport.stream(concept.path("coding").spliterator(), false)
        .filter(coding -> coding.path("system").asText().equals(NCIT))
        .map(coding -> coding.path("code").asText())
        .toList();
  }
}
