package org.rodnan.hl7v2;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.HumanName;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Patient;

/** PID as a Patient. Thread safe. */
final class PatientMapping {
  private static final String PROFILE = "https://w3id.org/rodnan/StructureDefinition/ssc-patient";

  private final Map<String, String> systems;
  private final boolean names;

  /**
   * @param systems assigning authority to system of identifiers
   * @param names whether names are kept
   */
  PatientMapping(Map<String, String> systems, boolean names) {
    this.systems = systems;
    this.names = names;
  }

  /**
   * Those of PID-3 whose assigning authority is known: it is set, or says its universal id.
   *
   * @throws RefusedException if there is none
   */
  List<Identifier> identifiers(Segment pid) {
    List<Identifier> identifiers = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (int i = 1; i <= pid.repetitions(3); i++) {
      String value = pid.text(3, i, 1);
      if (value.isEmpty() || value.equals(Segment.NULL)) {
        continue;
      }
      Optional<String> system = system(pid, i);
      if (system.isPresent()) {
        identifiers.add(new Identifier().setSystem(system.get()).setValue(value));
      } else {
        unknown.add(pid.text(3, i, 4));
      }
    }
    if (identifiers.isEmpty()) {
      throw new RefusedException(
          unknown.isEmpty()
              ? Problem.wrong(
                  Problem.MISSING,
                  pid.location(3),
                  "PID-3 is empty; expected an identifier of the patient")
              : Problem.wrong(
                  Problem.UNKNOWN_KEY,
                  pid.location(3, 1, 4),
                  "PID-3.4 is "
                      + unknown
                      + "; expected an assigning authority that is named in"
                      + " rodnan.hl7v2.identifier-systems, or one with a universal id"));
    }
    return identifiers;
  }

  private Optional<String> system(Segment pid, int repetition) {
    String set = systems.get(pid.text(3, repetition, 4));
    if (set != null) {
      return Optional.of(set);
    }
    String id = pid.text(3, repetition, 4, 2);
    if (id.isEmpty()) {
      return Optional.empty();
    }
    return switch (pid.text(3, repetition, 4, 3)) {
      case "ISO" ->
          id.matches("[0-2](\\.(0|[1-9][0-9]*))+")
              ? Optional.of("urn:oid:" + id)
              : Optional.empty();
      case "UUID" -> Optional.of("urn:uuid:" + id.toLowerCase(Locale.ROOT));
      case "URI" -> Optional.of(id);
      default -> Optional.empty();
    };
  }

  /** Somebody who was not known before. */
  Patient create(Segment pid, List<Identifier> identifiers, Times times) {
    Patient patient = new Patient();
    patient.getMeta().addProfile(PROFILE);
    identifiers.forEach(patient::addIdentifier);
    apply(patient, pid, times);
    if (!patient.hasGender()) {
      patient.setGender(AdministrativeGender.UNKNOWN);
    }
    return patient;
  }

  /** What PID says; what it is silent about stays, what it has a null for goes. */
  void apply(Patient patient, Segment pid, Times times) {
    if (pid.isNull(7)) {
      patient.setBirthDateElement(null);
    } else if (!pid.text(7).isEmpty()) {
      patient.setBirthDateElement(new DateType(times.date(pid, 7)));
    }
    if (!pid.text(8).isEmpty()) {
      patient.setGender(gender(pid));
    }
    if (names && pid.isNull(5)) {
      patient.setName(null);
    } else if (names && !pid.text(5).isEmpty()) {
      patient.setName(List.of(name(pid)));
    }
    death(patient, pid, times);
  }

  private static HumanName name(Segment pid) {
    HumanName name = new HumanName().setFamily(pid.text(5));
    for (int component : new int[] {2, 3}) {
      if (!pid.text(5, component).isEmpty()) {
        name.addGiven(pid.text(5, component));
      }
    }
    return name;
  }

  private static void death(Patient patient, Segment pid, Times times) {
    if (pid.isNull(29) || pid.isNull(30)) {
      patient.setDeceased(null);
    }
    if (!pid.text(29).isEmpty() && !pid.isNull(29)) {
      patient.setDeceased(new DateTimeType(times.dateTime(pid, 29)));
      return;
    }
    switch (pid.text(30)) {
      case "Y" -> {
        if (!patient.hasDeceasedDateTimeType()) {
          patient.setDeceased(new BooleanType(true));
        }
      }
      case "N" -> patient.setDeceased(new BooleanType(false));
      case "", Segment.NULL -> {
        // Silent, or done above.
      }
      default ->
          throw new RefusedException(
              Problem.wrong(
                  Problem.NOT_IN_TABLE,
                  pid.location(30),
                  "PID-30 is '" + pid.text(30) + "'; expected Y or N"));
    }
  }

  private static AdministrativeGender gender(Segment pid) {
    return switch (pid.text(8)) {
      case "F" -> AdministrativeGender.FEMALE;
      case "M" -> AdministrativeGender.MALE;
      case "O", "A" -> AdministrativeGender.OTHER;
      case "U", "N", Segment.NULL -> AdministrativeGender.UNKNOWN;
      default ->
          throw new RefusedException(
              Problem.wrong(
                  Problem.NOT_IN_TABLE,
                  pid.location(8),
                  "PID-8 is '" + pid.text(8) + "'; expected one of F, M, O, A, U, N"));
    };
  }
}
