package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.Elements;

/**
 * What a row's resource refers to another row's for: a relationship of RELREC, whose RELID is the
 * row that refers, what for, and the place in the list of its kind, such as {@code AE3.SUSPECT.1}.
 * SDTM itself only knows that records are related.
 */
record Relation(Role role, int place) {
  private static final Pattern RELID =
      Pattern.compile("([A-Z]{2})(\\d{1,9})\\.([A-Z]+)\\.(\\d{1,4})");

  /** In the order in which the elements are read. */
  enum Role {
    SUSPECT("suspect-entity"),
    ACTION("mitigating-action"),
    FACTOR("contributing-factor"),
    INFO("supporting-info"),
    EFFECT("resultingEffect"),
    REASON(""),
    FOCUS(""),
    MEMBER(""),
    DERIVED("");

    /** Of an adverse event; empty for elements. */
    private final String extension;

    Role(String extension) {
      this.extension = extension;
    }

    /** Such an extension of an adverse event, with this part. */
    Extension extension(String part, Type value) {
      Extension made = new Extension(Elements.AE + extension);
      made.addExtension(Elements.extension(part, value));
      return made;
    }

    boolean isOfEvent() {
      return !extension.isEmpty();
    }
  }

  /** What a RELID says. */
  record Named(String domain, String sequence, Relation relation) {}

  /** A reference that a resource has. */
  record Found(Relation relation, String target) {}

  String id(String domain, String sequence) {
    return domain + sequence + "." + role + "." + place;
  }

  static Optional<Named> named(String id) {
    Matcher matcher = RELID.matcher(id);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    for (Role role : Role.values()) {
      if (role.name().equals(matcher.group(3))) {
        return Optional.of(
            new Named(
                matcher.group(1),
                matcher.group(2),
                new Relation(role, Integer.parseInt(matcher.group(4)))));
      }
    }
    return Optional.empty();
  }

  /** All references that may be to other rows. */
  static List<Found> of(DomainResource resource) {
    List<Found> found = new ArrayList<>();
    switch (resource) {
      case AdverseEvent event -> {
        for (Role role : Role.values()) {
          if (role.isOfEvent()) {
            ofEvent(event, role, found);
          }
        }
      }
      case Observation observation -> {
        list(Role.FOCUS, observation.getFocus(), found);
        list(Role.MEMBER, observation.getHasMember(), found);
        list(Role.DERIVED, observation.getDerivedFrom(), found);
      }
      case MedicationAdministration given -> list(Role.REASON, given.getReasonReference(), found);
      case MedicationStatement taken -> {
        list(Role.REASON, taken.getReasonReference(), found);
        list(Role.DERIVED, taken.getDerivedFrom(), found);
      }
      default -> {}
    }
    return found;
  }

  private static void ofEvent(AdverseEvent event, Role role, List<Found> found) {
    int place = 0;
    for (Extension each : event.getExtensionsByUrl(Elements.AE + role.extension)) {
      place++;
      Relation relation = new Relation(role, place);
      Optional.ofNullable(each.getValue())
          .or(() -> Elements.part(each, role == Role.SUSPECT ? "instance" : "item"))
          .filter(Reference.class::isInstance)
          .map(value -> ((Reference) value).getReference())
          .ifPresent(target -> found.add(new Found(relation, target)));
    }
  }

  private static void list(Role role, List<Reference> references, List<Found> found) {
    for (int i = 0; i < references.size(); i++) {
      if (references.get(i).hasReference()) {
        found.add(new Found(new Relation(role, i + 1), references.get(i).getReference()));
      }
    }
  }

  /**
   * Adds the reference to a resource that may have such a one.
   *
   * @return whether it may
   */
  boolean add(DomainResource resource, Reference reference) {
    switch (resource) {
      case AdverseEvent event when role == Role.EFFECT ->
          event.addExtension(Elements.extension(Elements.AE + role.extension, reference));
      case Observation observation when role == Role.FOCUS -> observation.addFocus(reference);
      case Observation observation when role == Role.MEMBER -> observation.addHasMember(reference);
      case Observation observation when role == Role.DERIVED ->
          observation.addDerivedFrom(reference);
      case MedicationAdministration given when role == Role.REASON ->
          given.addReasonReference(reference);
      case MedicationStatement taken when role == Role.REASON ->
          taken.addReasonReference(reference);
      case MedicationStatement taken when role == Role.DERIVED -> taken.addDerivedFrom(reference);
      default -> {
        return false;
      }
    }
    return true;
  }
}
