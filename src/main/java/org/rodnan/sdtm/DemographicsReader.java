package org.rodnan.sdtm;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.ResearchSubject.ResearchSubjectStatus;
import org.rodnan.mapping.Disposition;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;

/**
 * From DM, and what DS says of the same subject, to Patients and ResearchSubjects. Not thread safe.
 */
final class DemographicsReader {
  private final SdtmMapping mapping;
  private final OneStudy oneStudy;
  private final Function<String, Optional<ResearchSubject>> stored;
  private final Subjects subjects;
  private final DispositionReader dispositions;
  private final RowElements elements;
  private final Tally tally;

  /**
   * @param stored what is there of the id and keeps its end, since the files don't tell of it
   * @param subjects is filled
   */
  DemographicsReader(
      SdtmMapping mapping,
      OneStudy oneStudy,
      Function<String, Optional<ResearchSubject>> stored,
      Subjects subjects,
      DispositionReader dispositions,
      RowElements elements,
      Tally tally) {
    this.mapping = mapping;
    this.oneStudy = oneStudy;
    this.stored = stored;
    this.subjects = subjects;
    this.dispositions = dispositions;
    this.elements = elements;
    this.tally = tally;
  }

  /** The Patient and the ResearchSubject, which becomes one of the subjects. */
  List<DomainResource> read(Row row, Optional<Row> disposition) {
    oneStudy.require(row);
    String study =
        mapping.study().isEmpty() ? Ids.id(RowElements.required(row, "STUDYID")) : mapping.study();
    String usubjid = RowElements.required(row, "USUBJID");
    if (subjects.contains(usubjid)) {
      throw new RowException("USUBJID " + usubjid + " is there twice");
    }
    String prefix = row.text("STUDYID") + "-";
    String key = usubjid.startsWith(prefix) ? usubjid.substring(prefix.length()) : usubjid;
    String name = row.supp("IDVALUE").isEmpty() ? key : row.supp("IDVALUE");
    String id = Ids.id(study + "-" + key);
    boolean isTest = row.supp("SYNTHET").equals("Y");
    Subject subject =
        new Subject(
            study,
            id,
            elements.kept(row.supp("PATID"), id),
            elements.kept(row.supp("SUBID"), id),
            DateTexts.known("RFSTDTC", row.text("RFSTDTC")),
            isTest);
    String system =
        !row.supp("IDSYS").isEmpty()
            ? row.supp("IDSYS")
            : mapping.subjects().isEmpty()
                ? "https://w3id.org/rodnan/subjects/" + study
                : mapping.subjects();
    Identifier number = new Identifier().setSystem(system).setValue(name);
    Patient patient = patient(row, subject, number);
    ResearchSubject participation = participation(row, disposition, subject, number);
    subjects.add(usubjid, subject);
    return List.of(patient, participation);
  }

  private Patient patient(Row row, Subject subject, Identifier number) {
    Patient patient = new Patient();
    RowElements.start(patient, subject.patientId(), "ssc-patient", subject);
    List<String> races = numbered(row, "RACE");
    if (races.isEmpty() && !row.text("RACE").equalsIgnoreCase("MULTIPLE")) {
      races = List.of(row.text("RACE"));
    }
    races.forEach(race -> demographic(row, "RACE", race, Term.RACE, "ssc-race", patient));
    String ethnicity = RowElements.kept(row, "ETHNICC", row.text("ETHNIC"));
    demographic(row, "ETHNIC", ethnicity, Term.ETHNIC, "ssc-ethnicity", patient);
    List<String> own = numbered(row, "IDPAT");
    if (own.isEmpty()) {
      patient.addIdentifier(number.copy());
    }
    own.forEach(each -> patient.addIdentifier(identifier(each)));
    patient.setGender(
        AdministrativeGender.fromCode(
            elements.term(row, "SEX", RowElements.required(row, "SEX"), Term.SEX).code()));
    String birth = birth(row);
    if (!birth.isEmpty()) {
      patient.setBirthDateElement(new DateType(birth));
    }
    String death = elements.date(row, "DTHDTC");
    if (!death.isEmpty()) {
      patient.setDeceased(new DateTimeType(death));
    } else if (row.text("DTHFL").equals("Y") || !row.text("DTHDTC").isEmpty()) {
      patient.setDeceased(new BooleanType(true));
    } else if (row.supp("ALIVE").equals("Y")) {
      patient.setDeceased(new BooleanType(false));
    }
    return patient;
  }

  private ResearchSubject participation(
      Row row, Optional<Row> disposition, Subject subject, Identifier number) {
    ResearchSubject participation = new ResearchSubject();
    RowElements.start(participation, subject.subjectId(), "ssc-research-subject", subject);
    participation.addIdentifier(number.copy());
    numbered(row, "IDSUB").forEach(each -> participation.addIdentifier(identifier(each)));
    Optional<Disposition> ended = disposition.map(dispositions::read);
    ended.map(Disposition::extension).ifPresent(participation::addExtension);
    participation.setStatus(status(row, ended));
    elements
        .period(row, "RFSTDTC", row.text("RFPENDTC").isEmpty() ? "RFENDTC" : "RFPENDTC")
        .ifPresent(participation::setPeriod);
    participation.setStudy(Elements.reference("ResearchStudy", subject.study()));
    participation.setIndividual(Elements.reference("Patient", subject.patientId()));
    stored.apply(subject.subjectId()).ifPresent(before -> keepEnd(participation, before, row));
    arm(row, "ARM").ifPresent(participation::setAssignedArm);
    arm(row, "ACTARM").ifPresent(participation::setActualArm);
    return participation;
  }

  /** BRTHDTC, else the likelier of the two years in which somebody of that age was born. */
  private String birth(Row row) {
    String birth = elements.date(row, "BRTHDTC");
    String age = row.text("AGE");
    if (!birth.isEmpty() || age.isEmpty()) {
      return birth.replaceFirst("T.*", "");
    }
    String start = DateTexts.known("RFSTDTC", row.text("RFSTDTC"));
    boolean isInYears = row.text("AGEU").matches("(?i)|YEARS");
    if (start.length() < 10 || !isInYears || !age.matches("(\\d{1,2}|1[01]\\d|120)(\\.\\d+)?")) {
      tally.add(
          row.file(),
          "DM.AGE",
          "ages are left out; expected 0 to 120 years, and the day of RFSTDTC, or BRTHDTC",
          1);
      return "";
    }
    int years = Integer.parseInt(age.replaceFirst("\\..*", ""));
    return LocalDate.parse(start.substring(0, 10))
        .minusYears(years)
        .minusMonths(6)
        .toString()
        .substring(0, 4);
  }

  private void demographic(
      Row row, String variable, String value, List<Term> terms, String url, Patient patient) {
    if (value.isEmpty() || value.matches("(?i)UNKNOWN|NOT REPORTED")) {
      return;
    }
    CodeableConcept concept;
    if (ConceptText.isMarked(value)) {
      concept = ConceptText.parse(value);
    } else {
      Term term = elements.term(row, variable, value, terms);
      concept = Elements.concept(term.system(), term.code());
    }
    patient.addExtension(Elements.extension(Elements.PROFILES + url, concept));
  }

  private static Identifier identifier(String token) {
    int bar = token.indexOf('|');
    Identifier identifier = new Identifier();
    if (bar > 0) {
      identifier.setSystem(token.substring(0, bar));
    }
    return bar + 1 < token.length() ? identifier.setValue(token.substring(bar + 1)) : identifier;
  }

  /** Qualifiers that are numbered from 1. */
  private static List<String> numbered(Row row, String name) {
    List<String> found = new ArrayList<>();
    for (int i = 1; !row.supp(name + i).isEmpty(); i++) {
      found.add(row.supp(name + i));
    }
    return found;
  }

  private Optional<String> arm(Row row, String variable) {
    String name = row.text(variable);
    String code = row.text(variable + "CD");
    return name.isEmpty()
            || code.matches("SCRNFAIL|NOTASSGN|NOTTRT")
            || name.matches("(?i)SCREEN FAILURE|NOT ASSIGNED|NOT TREATED|UNPLANNED TREATMENT")
        ? Optional.empty()
        : Optional.of(mapping.arm(name, code));
  }

  private static ResearchSubjectStatus status(Row row, Optional<Disposition> disposition) {
    if (!row.supp("RSSTAT").isEmpty()) {
      return ResearchSubjectStatus.fromCode(row.supp("RSSTAT"));
    }
    Optional<ResearchSubjectStatus> notEnrolled = notEnrolled(row);
    return disposition
        .map(Disposition::status)
        .map(ended ->
            notEnrolled.isPresent() && ended == ResearchSubjectStatus.WITHDRAWN
                ? ResearchSubjectStatus.NOTREGISTERED
                : ended)
        .or(() -> notEnrolled)
        .orElse(ResearchSubjectStatus.ONSTUDY);
  }

  /** What is stored of how somebody's part ended; its status too if DM doesn't tell one. */
  private void keepEnd(ResearchSubject participation, ResearchSubject before, Row row) {
    boolean tellsStatus = !row.supp("RSSTAT").isEmpty() || notEnrolled(row).isPresent();
    if (Disposition.keep(participation, before, tellsStatus)) {
      tally.add(
          row.file(),
          "DM",
          "subjects keep their status, disposition and end as stored, since there is no DS",
          1);
    }
  }

  /** What somebody without an arm is; until SDTMIG 3.2 the arm said that there was none. */
  private static Optional<ResearchSubjectStatus> notEnrolled(Row row) {
    String why =
        Stream.of("ARMNRS", "ARMCD", "ARM")
            .map(row::text)
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElse("");
    if (why.matches("(?i)SCREEN FAILURE|SCRNFAIL")) {
      return Optional.of(ResearchSubjectStatus.INELIGIBLE);
    }
    return row.text("RFSTDTC").isEmpty() && why.matches("(?i)NOT ASSIGNED|NOTASSGN")
        ? Optional.of(ResearchSubjectStatus.SCREENING)
        : Optional.empty();
  }
}
