package org.rodnan.registry;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.ResearchSubject.ResearchSubjectStatus;
import org.rodnan.mapping.Disposition;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;

/**
 * From the demographics of a table to people and their part in the study. They may stand in each
 * row of a person or in one of them; where they stand twice they have to be the same.
 */
final class PeopleReader {
  private static final int AGE_MAX = 120;
  private static final int DAY = "2026-01-31".length();

  /** Where a day begins first. */
  private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

  private final TablesReader all;
  private final TablesReader.Pair pair;

  PeopleReader(TablesReader all, TablesReader.Pair pair) {
    this.all = all;
    this.pair = pair;
  }

  /** The first row that has a value of each field, and the first that has any. */
  private static final class Person {
    private final Row first;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private boolean isRefused;

    Person(Row first) {
      this.first = first;
    }
  }

  void read() {
    Map<String, Person> people = new LinkedHashMap<>();
    for (Row row : pair.rows()) {
      all.attempt(row, row.line().number(), () -> gather(row, people));
    }
    people.forEach((name, person) -> {
      int before = all.refusedCount();
      if (!person.isRefused) {
        all.attempt(person.first, person.first.line().number(), () -> make(name, person));
      }
      if (person.isRefused || all.refusedCount() > before) {
        all.unknown(name);
      }
    });
  }

  private void gather(Row row, Map<String, Person> people) {
    Map<String, Field> given = new LinkedHashMap<>();
    pair.table()
        .fields()
        .forEach((name, field) -> {
          if (!field.column().isEmpty() && !field.cell(row).isEmpty()) {
            given.put(name, field);
          }
        });
    if (given.isEmpty()) {
      return;
    }
    Person person = people.computeIfAbsent(all.name(row, pair.table()), name -> new Person(row));
    given.forEach((name, field) -> {
      Row before = person.rows.putIfAbsent(name, row);
      if (before != null && !field.cell(before).text().equals(field.cell(row).text())) {
        person.isRefused = true;
        throw field.wrong(
            row,
            "found '"
                + Sheet.shown(field.cell(row).text())
                + "', but line "
                + before.line().number()
                + " has '"
                + Sheet.shown(field.cell(before).text())
                + "' of the same person");
      }
    });
  }

  private static String day(DateTimeType start) {
    String text = start.getValueAsString();
    return text.substring(0, Math.min(text.length(), DAY));
  }

  private boolean lacks(String field) {
    return !pair.table().fields().containsKey(field);
  }

  private Row row(Person person, String field) {
    return person.rows.getOrDefault(field, person.first);
  }

  /** Of which there is a value. */
  private Field field(String name) {
    return Objects.requireNonNull(pair.table().fields().get(name));
  }

  private String text(Person person, String name) {
    Field field = pair.table().fields().get(name);
    return field == null ? "" : field.text(row(person, name));
  }

  private Optional<String> date(Person person, String name) {
    Field field = pair.table().fields().get(name);
    return field == null ? Optional.empty() : field.date(row(person, name));
  }

  /** Empty if nothing is said. */
  private Optional<Term> term(Person person, String name, List<Term> terms) {
    String text = text(person, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        EventTerms.find(terms, text)
            .orElseThrow(() -> wrong(person, name, text, EventTerms.expected(terms))));
  }

  private RowException wrong(Person person, String name, String found, String expected) {
    return field(name)
        .wrong(row(person, name), "found '" + Sheet.shown(found) + "'; expected " + expected);
  }

  private void make(String name, Person person) {
    String id = all.idOf(name);
    Optional<Participation> told = all.participation(name);
    if (told.isPresent() && told.get().isRefused()) {
      throw new RowException("how far '" + Sheet.shown(name) + "' came was refused");
    }
    Optional<ResearchSubject> before = all.stored(id);
    Optional<DateTimeType> began =
        before
            .filter(each -> each.getPeriod().hasStart() && lacks("start"))
            .map(each -> each.getPeriod().getStartElement().copy());
    String start =
        date(person, "start")
            .or(() -> told.map(Participation::start))
            .or(() -> began.map(PeopleReader::day))
            .orElse("");
    String system = all.mapping().subjects();
    long line = person.first.line().number();

    Patient patient = new Patient();
    all.start(patient, id, "ssc-patient");
    demographic(person, "race", Term.RACE, patient);
    demographic(person, "ethnicity", Term.ETHNIC, patient);
    patient.addIdentifier().setSystem(system).setValue(name);
    patient.setGender(
        term(person, "sex", Term.SEX)
            .map(term -> AdministrativeGender.fromCode(term.code()))
            .orElseThrow(() -> wrong(person, "sex", "", EventTerms.expected(Term.SEX))));
    Optional<String> born = birth(person, start);
    born.ifPresent(each -> patient.setBirthDateElement(new DateType(each)));
    death(person, born).ifPresent(each -> patient.setDeceased(new DateTimeType(each)));

    ResearchSubject participation = new ResearchSubject();
    all.start(participation, id, "ssc-research-subject");
    participation.addIdentifier().setSystem(system).setValue(name);
    Optional<Disposition> ended =
        disposition(person).or(() -> told.flatMap(Participation::disposition));
    ended.map(Disposition::extension).ifPresent(participation::addExtension);
    participation.setStatus(status(told, ended));
    Period period = new Period();
    if (!start.isEmpty()) {
      period.setStartElement(new DateTimeType(start));
    }
    began.ifPresent(period::setStartElement);
    date(person, "end").ifPresent(each -> period.setEndElement(new DateTimeType(each)));
    if (!period.isEmpty()) {
      participation.setPeriod(period);
    }
    participation.setStudy(Elements.reference("ResearchStudy", all.mapping().study()));
    participation.setIndividual(Elements.reference("Patient", id));
    String arm = arm(person, told);
    if (!arm.isEmpty()) {
      participation.setAssignedArm(arm);
    }
    before.ifPresent(each -> {
      if (lacks("arm")) {
        participation.setAssignedArmElement(each.getAssignedArmElement().copy());
      }
      if (Disposition.keep(participation, each, false)) {
        all.kept();
      }
    });
    all.add(patient, person.first, line, "");
    if (!all.lacksDispositions()) {
      all.add(participation, person.first, line, "");
    }
    all.known(name, new Subject(id, start));
  }

  private Optional<String> death(Person person, Optional<String> born) {
    Optional<String> date = date(person, "death-date");
    if (date.isPresent() && born.isPresent()) {
      int known = Math.min(date.get().length(), born.get().length());
      if (date.get().substring(0, known).compareTo(born.get().substring(0, known)) < 0) {
        throw wrong(person, "death-date", date.get(), "none before the birth, " + born.get());
      }
    }
    return date;
  }

  /** From an age only the likelier of the two years in which somebody of that age was born. */
  private Optional<String> birth(Person person, String start) {
    Optional<String> date = date(person, "birth-date");
    String age = text(person, "age");
    String today = LocalDate.now(EARLIEST).toString();
    if (date.isPresent() && date.get().compareTo(today) > 0) {
      throw wrong(person, "birth-date", date.get(), "a day that isn't in the future");
    }
    if (date.isPresent() || age.isEmpty()) {
      return date;
    }
    if (start.length() < 10) {
      throw wrong(person, "age", age, "the day at which the age is meant, as 'start'");
    }
    Field field = field("age");
    Row row = row(person, "age");
    BigDecimal years;
    try {
      years = field.form().number(new Cell(age, field.cell(row).isTyped(), 0)).value();
    } catch (RowException e) {
      throw field.wrong(row, String.valueOf(e.getMessage()));
    }
    if (years.signum() < 0 || years.intValue() > AGE_MAX) {
      throw wrong(person, "age", age, "0 to " + AGE_MAX + " years");
    }
    return Optional.of(
        String.valueOf(
            LocalDate.parse(start).minusYears(years.intValue()).minusMonths(6).getYear()));
  }

  private void demographic(Person person, String name, List<Term> terms, Patient patient) {
    if (text(person, name).matches("(?i)unknown|not reported")) {
      return;
    }
    term(person, name, terms)
        .ifPresent(term ->
            patient.addExtension(
                Elements.extension(
                    Elements.PROFILES + "ssc-" + name,
                    Elements.concept(term.system(), term.code()))));
  }

  private String arm(Person person, Optional<Participation> told) {
    String arm = text(person, "arm");
    String assigned = told.map(Participation::arm).orElse("");
    if (!arm.isEmpty() && !assigned.isEmpty() && !arm.equals(assigned)) {
      throw wrong(person, "arm", arm, "'" + Sheet.shown(assigned) + "', which dispositions say");
    }
    return arm.isEmpty() ? assigned : arm;
  }

  private ResearchSubjectStatus status(Optional<Participation> told, Optional<Disposition> ended) {
    return told.map(each -> each.status(all.tellsEnrolment()))
        .or(() -> ended.map(Disposition::status))
        .orElse(
            all.tellsEnrolment() ? ResearchSubjectStatus.SCREENING : ResearchSubjectStatus.ONSTUDY);
  }

  private Optional<Disposition> disposition(Person person) {
    return term(person, "disposition", Term.DISPOSITION)
        .map(term ->
            new Disposition(
                term,
                Elements.concept(term.system(), term.code()),
                date(person, "disposition-date").or(() -> date(person, "end")).orElse(""),
                Optional.empty()));
  }
}
