package org.rodnan.sdtm;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.jspecify.annotations.Nullable;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Term;

/** ResearchSubjects with their Patients as DM, and DS with it. Not thread safe. */
final class DemographicsWriter {
  private final String study;
  private final WrittenRows rows;
  private final LeftOut leftOut;
  private final DispositionWriter dispositions;
  private final Map<String, String> byPatient = new HashMap<>();
  private final Set<String> usubjids = new HashSet<>();

  DemographicsWriter(String study, WrittenRows rows, LeftOut leftOut) {
    this.study = study;
    this.rows = rows;
    this.leftOut = leftOut;
    this.dispositions = new DispositionWriter(rows);
  }

  /** The USUBJID of a person who is a subject, by the reference to the Patient. */
  Optional<String> usubjid(String patient) {
    return Optional.ofNullable(byPatient.get(patient));
  }

  /**
   * @param patients by the references to them
   */
  void write(ResearchSubject subject, Map<String, Patient> patients) {
    String reference = String.valueOf(subject.getIndividual().getReference());
    if (byPatient.containsKey(reference)) {
      leftOut.add("ResearchSubject of a person enrolled already");
      return;
    }
    Optional<Patient> patient = Optional.ofNullable(patients.get(reference));
    String id = subject.getIdElement().getIdPart();
    String value = subject.getIdentifierFirstRep().getValue();
    String number = value == null ? id : value;
    boolean isTaken = !usubjids.add(study + "-" + number);
    String usubjid = study + "-" + number + (isTaken ? "-" + id : "");
    byPatient.put(reference, usubjid);
    Written row = rows.start("DM", usubjid, subject);
    row.values.remove("DMSPID");
    row.put("SUBJID", number);
    row.put("RFSTDTC", ResourceVariables.text(subject.getPeriod().getStartElement()));
    row.put("RFPENDTC", ResourceVariables.text(subject.getPeriod().getEndElement()));
    row.put("ARM", ResourceVariables.text(subject.getAssignedArm()));
    row.put("ARMCD", armCode(subject.getAssignedArm()));
    row.put("ACTARM", ResourceVariables.text(subject.getActualArm()));
    row.put("ACTARMCD", armCode(subject.getActualArm()));
    String system = ResourceVariables.text(subject.getIdentifierFirstRep().getSystem());
    if (!system.equals("https://w3id.org/rodnan/subjects/" + study)) {
      row.supp("IDSYS", system);
    }
    row.supp("SUBID", id);
    row.supp("IDVALUE", isTaken ? number : "");
    identifiers(subject.getIdentifier().stream().skip(1).toList(), "IDSUB", row);
    patient.ifPresent(person -> {
      demographics(person, row);
      List<Identifier> known = person.getIdentifier();
      boolean isSubjects =
          known.size() == 1 && isSame(known.getFirst(), subject.getIdentifierFirstRep());
      identifiers(isSubjects ? List.of() : known, "IDPAT", row);
    });
    dispositions.write(subject, usubjid, row);
  }

  private static boolean isSame(Identifier one, Identifier other) {
    return ResourceVariables.text(one.getSystem()).equals(ResourceVariables.text(other.getSystem()))
        && ResourceVariables.text(one.getValue()).equals(ResourceVariables.text(other.getValue()));
  }

  private static void identifiers(List<Identifier> identifiers, String name, Written row) {
    for (int i = 0; i < identifiers.size(); i++) {
      Identifier identifier = identifiers.get(i);
      row.supp(
          name + (i + 1),
          ResourceVariables.text(identifier.getSystem())
              + "|"
              + ResourceVariables.text(identifier.getValue()));
    }
  }

  private static void demographics(Patient patient, Written row) {
    row.supp("PATID", patient.getIdElement().getIdPart());
    if (patient.getMeta().getSecurity("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST")
        != null) {
      row.supp("SYNTHET", "Y");
    }
    row.put(
        "SEX",
        patient.hasGender()
            ? Term.ofCode(Term.SEX, patient.getGender().toCode()).map(Term::submission).orElse("U")
            : "U");
    row.put("BRTHDTC", ResourceVariables.text(patient.getBirthDateElement()));
    List<Extension> races = patient.getExtensionsByUrl(Elements.PROFILES + "ssc-race");
    List<String> named =
        races.stream().map(each -> ResourceVariables.named(Term.RACE, each.getValue())).toList();
    row.put(
        "RACE",
        named.size() > 1
            ? "MULTIPLE"
            : named.stream().findFirst().map(each -> each.isEmpty() ? "OTHER" : each).orElse(""));
    for (int i = 0; i < named.size(); i++) {
      boolean isNamed = !named.get(i).isEmpty();
      if (named.size() > 1 || !isNamed) {
        row.supp(
            "RACE" + (i + 1), isNamed ? named.get(i) : ConceptText.marked(races.get(i).getValue()));
      }
    }
    Elements.find(patient, Elements.PROFILES + "ssc-ethnicity")
        .ifPresent(each -> {
          String ethnicity = ResourceVariables.named(Term.ETHNIC, each.getValue());
          row.put("ETHNIC", ethnicity.isEmpty() ? "UNKNOWN" : ethnicity);
          row.supp("ETHNICC", ethnicity.isEmpty() ? ConceptText.marked(each.getValue()) : "");
        });
    if (patient.getDeceased() instanceof DateTimeType at) {
      row.put("DTHDTC", ResourceVariables.text(at));
      row.put("DTHFL", "Y");
    } else if (patient.getDeceased() instanceof BooleanType is) {
      row.put("DTHFL", is.booleanValue() ? "Y" : "");
      row.supp("ALIVE", is.booleanValue() ? "" : "Y");
    }
  }

  /** At most 20 characters, as the standard has it. */
  private static String armCode(@Nullable String arm) {
    String code = ResourceVariables.text(arm).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "");
    return code.substring(0, Math.min(20, code.length()));
  }
}
