package org.rodnan.cohort;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;

/**
 * Somebody in a study, by the ResearchSubject.
 *
 * @param person the key of the Patient, any other reference as it is written, or the identifier in
 *     its place
 * @param state how far it came
 * @param reason why it left or didn't enter; that it completed is none
 * @param assignedArm by its name; empty if there is none
 * @param actualArm by its name; empty if there is none
 */
public record Subject(
    String person, State state, Optional<Reason> reason, String assignedArm, String actualArm) {
  private static final String DISPOSITION =
      "https://w3id.org/rodnan/StructureDefinition/ssc-disposition";
  static final String COMPLETED = "completed";

  /** Reasons that are about not entering. */
  private static final Set<String> BEFORE = Set.of("screen-failure", "declined-consent");

  /** How far a subject came. */
  public enum State {
    /** Considered, and not screened so far. */
    CANDIDATE,
    /** Screened, and not enrolled: found ineligible, declined, or not decided on yet. */
    NOT_ENROLLED,
    /** Enrolled and still in the study. */
    ONGOING,
    /** Left, and nothing says why. */
    OFF_STUDY,
    /** Left before the end, for a reason; death is one. */
    WITHDRAWN,
    /** Came to the end. */
    COMPLETED;

    /** Whether it entered the study. */
    public boolean isEnrolled() {
      return compareTo(NOT_ENROLLED) > 0;
    }

    /** Whether it was screened. */
    public boolean isScreened() {
      return this != CANDIDATE;
    }
  }

  /**
   * Why a subject left a study, or didn't enter it.
   *
   * @param code the first of its coding; the text in lower case, if there is none
   * @param text for people; of {@code other} what was written beside it
   */
  public record Reason(String code, String text) {
    private static final String OTHER = "other";

    /** Whether both say the same, in whatever words. */
    boolean isSame(Reason other) {
      return code.equals(other.code) && (!code.equals(OTHER) || text.equalsIgnoreCase(other.text));
    }

    static Optional<Reason> of(JsonNode concept) {
      JsonNode coding = concept.path("coding").path(0);
      Optional<String> code = JsonElements.text(coding, "code");
      Optional<String> text = JsonElements.text(concept, "text");
      Optional<String> display = JsonElements.text(coding, "display");
      return code.map(found ->
              new Reason(
                  found,
                  (found.equals(OTHER) ? text.or(() -> display) : display.or(() -> text))
                      .orElse(found)))
          .or(() -> text.map(found -> new Reason(found.toLowerCase(Locale.ROOT), found)));
    }
  }

  static Subject of(JsonNode researchSubject, ReferenceText references) {
    Optional<Reason> disposition =
        JsonElements.extension(researchSubject, DISPOSITION)
            .flatMap(extension -> JsonElements.extension(extension, "reason"))
            .flatMap(part -> Reason.of(part.path("valueCodeableConcept")));
    String status = researchSubject.path("status").asText();
    State state = state(status, disposition);
    Optional<Reason> reason =
        switch (state) {
          case WITHDRAWN -> disposition;
          case NOT_ENROLLED ->
              disposition.or(() -> Optional.of(new Reason(status, status.replace('-', ' '))));
          default -> Optional.empty();
        };
    return new Subject(
        person(researchSubject.path("individual"), references),
        state,
        reason,
        JsonElements.text(researchSubject, "assignedArm").orElse(""),
        JsonElements.text(researchSubject, "actualArm").orElse(""));
  }

  /** Whom a reference names, in the form of {@link #person()}. */
  public static String person(JsonNode reference, ReferenceText references) {
    JsonNode identifier = reference.path("identifier");
    return JsonElements.text(reference, "reference")
        .map(text -> references.local(text).map(ResourceKey::toString).orElse(text))
        .orElse(identifier.path("system").asText() + "|" + identifier.path("value").asText());
  }

  private static State state(String status, Optional<Reason> disposition) {
    String reason = disposition.map(Reason::code).orElse("");
    return switch (status) {
      case "candidate", "potential-candidate" -> State.CANDIDATE;
      case "screening", "eligible", "ineligible", "not-registered", "pending-on-study" ->
          State.NOT_ENROLLED;
      default -> {
        if (BEFORE.contains(reason)) {
          yield State.NOT_ENROLLED;
        }
        if (reason.equals(COMPLETED)) {
          yield State.COMPLETED;
        }
        if (!reason.isEmpty()) {
          yield State.WITHDRAWN;
        }
        yield switch (status) {
          case "off-study", "withdrawn" -> State.OFF_STUDY;
          default -> State.ONGOING;
        };
      }
    };
  }

  /** The arm it was assigned to, or if there is none, the one it was in: as intended to treat. */
  public String armAsAssigned() {
    return assignedArm.isEmpty() ? actualArm : assignedArm;
  }

  /** The arm it was in, or if there is none, the one it was assigned to: as treated. */
  public String armAsTreated() {
    return actualArm.isEmpty() ? assignedArm : actualArm;
  }

  /** Of two records of one person in one study: the other if that came further, or else this. */
  Subject further(Subject other) {
    return other.state.isEnrolled() && !state.isEnrolled()
            || other.state.isScreened() && !state.isScreened()
        ? other
        : this;
  }
}
