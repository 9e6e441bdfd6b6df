package org.rodnan.sdtm;

import ca.uhn.fhir.parser.DataFormatException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.AdverseEvent.AdverseEventActuality;
import org.hl7.fhir.r4.model.Annotation;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Quantity.QuantityComparator;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.ResearchSubject.ResearchSubjectStatus;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.dataset.Definitions;
import org.rodnan.mapping.Disposition;
import org.rodnan.mapping.DrugUse;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.MedicalHistory;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;
import org.rodnan.mapping.Units;
import org.rodnan.mapping.Visits;

/**
 * From the rows of one subject, or of several, to resources.
 *
 * <p>What is refused is added to a list, what is left out counted.
 */
final class StudyReader {
  private static final Pattern RESULT =
      Pattern.compile("(<=|>=|<|>)?\\s*([+-]?\\d{1,71}(\\.\\d{1,70})?)");

  private static final List<String> FINDINGS =
      List.of("SC", "LB", "VS", "RE", "CV", "QS", "RS", "MK");

  private static final String HTEST = "HTEST";

  private final Map<String, List<Row>> domains;
  private final SdtmMapping mapping;
  private final Definitions definitions;
  private final List<Refusal> refused;
  private final Tally tally;
  private final List<Mapped> resources = new ArrayList<>();
  private final Map<String, Subject> subjects = new LinkedHashMap<>();
  private final SeenIds ids;
  private final OneStudy oneStudy;
  private final Function<String, Optional<ResearchSubject>> stored;
  private final Map<String, String> visitDates = new HashMap<>();

  /** Which resource each row became; rows are told apart by identity. */
  private final IdentityHashMap<Row, DomainResource> made = new IdentityHashMap<>();

  private final List<Referring> referring = new ArrayList<>();

  /** References among the items of an adverse event, whose places count. */
  private final IdentityHashMap<Row, Map<Relation, Reference>> items = new IdentityHashMap<>();

  /** A resource with a reference that is set when all rows are read. */
  private record Referring(
      DomainResource resource, Row row, Relation relation, Row target, Reference reference) {}

  /** Of USUBJID. */
  private record Subject(
      String study,
      String id,
      String patientId,
      String subjectId,
      String reference,
      boolean isTest) {}

  /**
   * @param stored what is there of the id and keeps its end, since the files don't tell of it
   */
  StudyReader(
      Map<String, List<Row>> domains,
      SdtmMapping mapping,
      Definitions definitions,
      SeenIds ids,
      OneStudy oneStudy,
      Function<String, Optional<ResearchSubject>> stored,
      List<Refusal> refused,
      Tally tally) {
    this.domains = domains;
    this.mapping = mapping;
    this.definitions = definitions;
    this.ids = ids;
    this.oneStudy = oneStudy;
    this.stored = stored;
    this.refused = refused;
    this.tally = tally;
  }

  List<Mapped> read() {
    Map<String, Row> dispositions = dispositions();
    for (Row row : rows("SV")) {
      visitDates.putIfAbsent(
          row.subject() + "|" + row.text("VISITNUM") + "|" + row.text("VISIT"),
          row.text("SVSTDTC"));
    }
    for (Row row : rows("DM")) {
      attempt(row, () -> subject(row, Optional.ofNullable(dispositions.get(row.subject()))));
    }
    occurrences("AE", this::adverseEvent);
    occurrences("EX", this::exposure);
    occurrences("CM", this::medication);
    occurrences("MH", this::history);
    FINDINGS.forEach(this::findings);
    resolve();
    return resources;
  }

  private List<Row> rows(String domain) {
    return domains.getOrDefault(domain, List.of());
  }

  /** Of rows that may say that what they name did not take place. */
  private void occurrences(String domain, Function<Row, DomainResource> reading) {
    for (Row row : rows(domain)) {
      attempt(
          row,
          () ->
              whyLeftOut(row)
                  .ifPresentOrElse(
                      why -> tally.add(row.file(), domain, why, 1),
                      () -> add(reading.apply(row), row, List.of(row))));
    }
  }

  private Optional<String> whyLeftOut(Row row) {
    subjectOf(row);
    if (organ(row).isPresent()) {
      return Optional.empty();
    }
    return switch (Occurrence.of(row, mapping)) {
      case HAPPENED -> Optional.empty();
      case UNKNOWN -> Optional.of("rows don't tell whether it took place (--STAT, --OCCUR)");
      case DID_NOT_HAPPEN ->
          switch (row.domain()) {
            case "CM" -> Optional.empty();
            case "EX" ->
                reasonOfStatus(row).isPresent()
                    ? Optional.empty()
                    : Optional.of("rows of what was not given (EXOCCUR) have no reason (EXREASOC)");
            default -> Optional.of("rows are of what did not take place (--OCCUR)");
          };
    };
  }

  private boolean didNotHappen(Row row) {
    return Occurrence.of(row, mapping) == Occurrence.DID_NOT_HAPPEN;
  }

  private void attempt(Row row, Runnable reading) {
    try {
      reading.run();
    } catch (RowException e) {
      refused.add(new Refusal(row.file(), row.number(), String.valueOf(e.getMessage())));
    } catch (DataFormatException | IllegalArgumentException e) {
      refused.add(
          new Refusal(
              row.file(), row.number(), "A value has a form that FHIR lacks: " + e.getMessage()));
    }
  }

  private void add(DomainResource resource, Row row, List<Row> commented) {
    Comments.add(resource, notes(commented));
    commented.forEach(each -> relate(resource, each));
    add(resource, row);
    commented.forEach(each -> made.put(each, resource));
    tellUnmapped(commented);
  }

  /** Of the rows of one resource, which was made without these qualifiers. */
  private void tellUnmapped(List<Row> rows) {
    Set<String> asked =
        rows.stream().flatMap(row -> row.asked().stream()).collect(Collectors.toSet());
    for (Row row : rows) {
      for (String name : row.supplemental().keySet()) {
        String qualifier = "SUPP" + row.domain() + "." + name;
        if (!asked.contains(name)) {
          tally.add(
              row.file(),
              qualifier,
              mapping.ignored().contains(qualifier)
                  ? "rows are ignored, as the mapping says"
                  : "rows of a qualifier that is mapped to nothing",
              1);
        }
      }
    }
  }

  /** In the order of their places; those of an adverse event's items are there already. */
  private void relate(DomainResource resource, Row row) {
    row.related().entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<Relation, Row> each) -> each.getKey().role())
                .thenComparingInt(each -> each.getKey().place()))
        .forEach(each -> {
          Relation relation = each.getKey();
          Reference reference =
              items.getOrDefault(row, Map.of()).getOrDefault(relation, new Reference());
          boolean isItem = items.getOrDefault(row, Map.of()).containsKey(relation);
          if (!isItem && !relation.add(resource, reference)) {
            throw new RowException(
                "RELREC relates it as " + relation.role() + ", which it has no place for");
          }
          referring.add(new Referring(resource, row, relation, each.getValue(), reference));
        });
  }

  /** What refers to a row that gave no resource can't be had either. */
  private void resolve() {
    boolean isDone = false;
    while (!isDone) {
      isDone = true;
      for (Referring each : referring) {
        if (made.containsValue(each.resource()) && !made.containsKey(each.target())) {
          refused.add(
              new Refusal(
                  each.row().file(),
                  each.row().number(),
                  "RELREC relates it to row "
                      + each.target().number()
                      + " of "
                      + each.target().domain()
                      + ", which gave no resource"));
          made.values().removeIf(resource -> resource == each.resource());
          resources.removeIf(mapped -> mapped.resource() == each.resource());
          isDone = false;
        }
      }
    }
    for (Referring each : referring) {
      DomainResource target = made.get(each.target());
      if (target != null) {
        each.reference().setReference(target.fhirType() + "/" + target.getIdElement().getIdPart());
      }
    }
  }

  private List<Annotation> notes(List<Row> rows) {
    return rows.stream()
        .flatMap(row -> row.comments().stream())
        .map(comment -> Comments.note(comment, date(comment, "CODTC")))
        .toList();
  }

  private void add(DomainResource resource, Row row) {
    if (!ids.add(resource.fhirType() + "/" + resource.getIdElement().getIdPart())) {
      throw new RowException("Another row before it gives the same resource " + resource.getId());
    }
    resources.add(new Mapped(resource, row.file(), row.number()));
  }

  // DM and DS

  private Map<String, Row> dispositions() {
    Map<String, Row> found = new HashMap<>();
    int others = 0;
    for (Row row : rows("DS")) {
      String category = row.text("DSCAT");
      if (!category.isEmpty() && !category.equalsIgnoreCase("DISPOSITION EVENT")) {
        others++;
        continue;
      }
      Row before = found.get(row.subject());
      boolean isOfStudy = row.text("DSSCAT").equalsIgnoreCase("STUDY PARTICIPATION");
      if (before == null || isOfStudy) {
        found.put(row.subject(), row);
      }
      others += before == null ? 0 : 1;
    }
    if (others > 0) {
      tally.add(
          rows("DS").getFirst().file(),
          "DS",
          "rows are no end of study participation, such as protocol milestones",
          others);
    }
    return found;
  }

  private void subject(Row row, Optional<Row> disposition) {
    oneStudy.require(row);
    String study = mapping.study().isEmpty() ? Ids.id(required(row, "STUDYID")) : mapping.study();
    String usubjid = required(row, "USUBJID");
    if (subjects.containsKey(usubjid)) {
      throw new RowException("USUBJID " + usubjid + " is there twice");
    }
    String prefix = row.text("STUDYID") + "-";
    String key = usubjid.startsWith(prefix) ? usubjid.substring(prefix.length()) : usubjid;
    String name = row.supp("IDVALUE").isEmpty() ? key : row.supp("IDVALUE");
    String id = Ids.id(study + "-" + key);
    boolean isTest = row.supp("SYNTHET").equals("Y");
    String patientId = kept(row.supp("PATID"), id);
    String subjectId = kept(row.supp("SUBID"), id);
    Subject subject =
        new Subject(
            study,
            id,
            patientId,
            subjectId,
            DateTexts.known("RFSTDTC", row.text("RFSTDTC")),
            isTest);
    String system =
        !row.supp("IDSYS").isEmpty()
            ? row.supp("IDSYS")
            : mapping.subjects().isEmpty()
                ? "https://w3id.org/rodnan/subjects/" + study
                : mapping.subjects();

    Patient patient = new Patient();
    start(patient, patientId, "ssc-patient", subject);
    List<String> races = numbered(row, "RACE");
    if (races.isEmpty() && !row.text("RACE").equalsIgnoreCase("MULTIPLE")) {
      races = List.of(row.text("RACE"));
    }
    races.forEach(race -> demographic(row, "RACE", race, Term.RACE, "ssc-race", patient));
    String ethnicity = kept(row, "ETHNICC", row.text("ETHNIC"));
    demographic(row, "ETHNIC", ethnicity, Term.ETHNIC, "ssc-ethnicity", patient);
    List<String> own = numbered(row, "IDPAT");
    if (own.isEmpty()) {
      patient.addIdentifier().setSystem(system).setValue(name);
    }
    own.forEach(each -> patient.addIdentifier(identifier(each)));
    patient.setGender(
        AdministrativeGender.fromCode(term(row, "SEX", required(row, "SEX"), Term.SEX).code()));
    String birth = birth(row);
    if (!birth.isEmpty()) {
      patient.setBirthDateElement(new DateType(birth));
    }
    String death = date(row, "DTHDTC");
    if (!death.isEmpty()) {
      patient.setDeceased(new DateTimeType(death));
    } else if (row.text("DTHFL").equals("Y") || !row.text("DTHDTC").isEmpty()) {
      patient.setDeceased(new BooleanType(true));
    } else if (row.supp("ALIVE").equals("Y")) {
      patient.setDeceased(new BooleanType(false));
    }

    ResearchSubject participation = new ResearchSubject();
    start(participation, subjectId, "ssc-research-subject", subject);
    participation.addIdentifier().setSystem(system).setValue(name);
    numbered(row, "IDSUB").forEach(each -> participation.addIdentifier(identifier(each)));
    Optional<Disposition> ended = disposition.map(this::disposition);
    ended.map(Disposition::extension).ifPresent(participation::addExtension);
    participation.setStatus(status(row, ended));
    period(row, "RFSTDTC", row.text("RFPENDTC").isEmpty() ? "RFENDTC" : "RFPENDTC")
        .ifPresent(participation::setPeriod);
    participation.setStudy(Elements.reference("ResearchStudy", study));
    participation.setIndividual(Elements.reference("Patient", patientId));
    stored.apply(subjectId).ifPresent(before -> keepEnd(participation, before, row));
    arm(row, "ARM").ifPresent(participation::setAssignedArm);
    arm(row, "ACTARM").ifPresent(participation::setActualArm);
    subjects.put(usubjid, subject);
    add(patient, row);
    add(participation, row);
    tellUnmapped(List.of(row));
    disposition.map(List::of).ifPresent(this::tellUnmapped);
  }

  /** BRTHDTC, else the likelier of the two years in which somebody of that age was born. */
  private String birth(Row row) {
    String birth = date(row, "BRTHDTC");
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
      Term term = term(row, variable, value, terms);
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

  private static String kept(Row row, String qualifier, String other) {
    return row.supp(qualifier).isEmpty() ? other : row.supp(qualifier);
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

  private Disposition disposition(Row row) {
    Term term = term(row, "DSDECOD", required(row, "DSDECOD"), Term.DISPOSITION);
    CodeableConcept reason =
        row.supp("NOCODE").equals("Y")
            ? new CodeableConcept()
            : Elements.concept(term.system(), term.code());
    others(row, reason);
    String text = row.text("DSTERM");
    boolean isTexted = row.supp("TEXTED").equals("Y");
    if (!text.isEmpty() && (isTexted || !text.equalsIgnoreCase(row.text("DSDECOD")))) {
      reason.setText(text);
    }
    return new Disposition(term, reason, date(row, "DSSTDTC"), visitCode(row));
  }

  // AE

  private AdverseEvent adverseEvent(Row row) {
    Subject subject = subjectOf(row);
    AdverseEvent event = new AdverseEvent();
    start(event, rowId(row, subject), "ssc-adverse-event", subject);
    visit(row, "AESTDY", "AESTDTC", subject).ifPresent(event::addExtension);
    if (row.supp("NORSUB").isEmpty()) {
      event.addExtension(
          Elements.extension(
              Elements.AE + "research-subject-ref",
              Elements.reference("ResearchSubject", subject.subjectId())));
    }
    for (Term criterion : Term.CRITERIA) {
      if (row.text(criterion.submission()).equals("Y")) {
        Extension present = new Extension(Elements.AE + "seriousness-criteria");
        present.addExtension(
            Elements.extension(
                "criterionCode", Elements.concept(criterion.system(), criterion.code())));
        present.addExtension(Elements.extension("criterionPresent", new BooleanType(true)));
        event.addExtension(present);
      }
    }
    if (!row.text("AETOXGR").isEmpty()) {
      Term grade =
          term(row, "AETOXGR", row.text("AETOXGR").replaceFirst("(?i)^grade ", ""), Term.GRADE);
      event.addExtension(
          Elements.extension(
              Elements.AE + "ae-grade", Elements.concept(grade.system(), grade.code())));
    }
    suspects(row).forEach(event::addExtension);
    boolean isAction =
        !row.text("AEACN").isEmpty()
            && row.supp("AEACT1").isEmpty()
            && !SdtmWriter.NO_ACTION.matcher(row.text("AEACN")).matches();
    if (isAction) {
      row.supplemental().put("AEACT1", row.text("AEACN"));
    }
    items(row, "AEACT", Relation.Role.ACTION, event);
    items(row, "AECTF", Relation.Role.FACTOR, event);
    items(row, "AEINF", Relation.Role.INFO, event);
    String end = date(row, "AEENDTC");
    if (!end.isEmpty()) {
      event.addExtension(Elements.extension(Elements.AE + "resolve-date", new DateTimeType(end)));
    }
    SdtmWriter.FLAGS.forEach((url, name) -> {
      if (!row.supp(name).isEmpty()) {
        event.addExtension(Elements.extension(url, new BooleanType(row.supp(name).equals("Y"))));
      }
    });
    String out = row.text("AEOUT");
    Term outcome = term(row, "AEOUT", out.isEmpty() ? "UNKNOWN" : out, Term.OUT);
    boolean isOver = outcome.code().matches("fatal|resolved|resolvedWithSequelae");
    event.addModifierExtension(
        Elements.extension(
            Elements.AE + "status",
            new CodeType(
                !row.supp("AESTAT").isEmpty()
                    ? row.supp("AESTAT")
                    : isOver ? "completed" : "in-progress")));
    event.setActuality(AdverseEventActuality.ACTUAL);
    event.setEvent(term(row, "AETERM", "AEDECOD"));
    String preferred = row.text("AEPTCD");
    if (preferred.matches("\\d{8}")) {
      event.getEvent().addCoding().setSystem("https://www.meddra.org").setCode(preferred);
    }
    event.setSubject(Elements.reference("Patient", subject.patientId()));
    String start = date(row, "AESTDTC");
    if (!start.isEmpty()) {
      event.setDateElement(new DateTimeType(start));
    }
    String serious = row.text("AESER");
    if (!serious.matches("[YN]")) {
      throw new RowException("AESER is '" + serious + "'; expected Y or N");
    }
    event.setSeriousness(
        Elements.concept(
            "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness",
            serious.equals("Y") ? "serious" : "non-serious"));
    if (row.text("AESEV").matches("(?i)MILD|MODERATE|SEVERE")) {
      event.setSeverity(
          Elements.concept(
              "http://terminology.hl7.org/CodeSystem/adverse-event-severity",
              row.text("AESEV").toLowerCase(Locale.ROOT)));
    }
    CodeableConcept outcomes = Elements.concept(outcome.system(), outcome.code());
    Term.ofSubmission(Term.OUT_NCIT, outcome.submission())
        .ifPresent(ncit -> outcomes.addCoding(Elements.coding(ncit.system() + "|" + ncit.code())));
    event.setOutcome(outcomes);
    event.addStudy(Elements.reference("ResearchStudy", subject.study()));
    return event;
  }

  private void items(Row row, String name, Relation.Role role, AdverseEvent event) {
    for (int i = 1; !row.supp(name + i).isEmpty() || row.isRelated(role, i); i++) {
      event.addExtension(role.extension("item", item(row, role, i, row.supp(name + i))));
    }
  }

  /** A reference to another row, or what is said in words or codes. */
  private Type item(Row row, Relation.Role role, int place, String concept) {
    if (!row.isRelated(role, place)) {
      return ConceptText.parse(concept);
    }
    Reference reference = new Reference();
    items.computeIfAbsent(row, none -> new HashMap<>()).put(new Relation(role, place), reference);
    return reference;
  }

  /** The study treatment, if AEREL says something of it, and all that SUPPAE names. */
  private List<Extension> suspects(Row row) {
    List<Extension> suspects = new ArrayList<>();
    for (int i = 1; ; i++) {
      String drug = row.supp("AESUSP" + i);
      String related = i == 1 ? row.text("AEREL") : row.supp("AEREL" + i);
      String other = row.supp("AERELC" + i);
      String method = row.supp("AEMETH" + i);
      boolean isRow = row.isRelated(Relation.Role.SUSPECT, i);
      if (!isRow && drug.isEmpty() && related.isEmpty() && other.isEmpty() && method.isEmpty()) {
        return suspects;
      }
      Extension causality = new Extension("causality");
      if (!method.isEmpty()) {
        causality.addExtension(Elements.extension("assessmentMethod", ConceptText.parse(method)));
      }
      if (!other.isEmpty()) {
        causality.addExtension(Elements.extension("entityRelatedness", ConceptText.parse(other)));
      } else if (!related.isEmpty()) {
        Term term = term(row, "AEREL", related, Term.RELATEDNESS);
        causality.addExtension(
            Elements.extension("entityRelatedness", Elements.concept(term.system(), term.code())));
      }
      Type instance =
          item(row, Relation.Role.SUSPECT, i, drug.isEmpty() ? "Study treatment" : drug);
      Extension suspect = Relation.Role.SUSPECT.extension("instance", instance);
      suspect.addExtension(causality);
      suspects.add(suspect);
    }
  }

  // EX, CM, MH

  private DomainResource exposure(Row row) {
    Subject subject = subjectOf(row);
    boolean isStatement = row.supp("RESTYPE").equals("MedicationStatement");
    CodeableConcept drug = term(row, "EXTRT", "");
    Optional<Quantity> dose = dose(row, "EXDOSE", "EXDOSU");
    Type period =
        effective(row, "EXSTDTC", "EXENDTC")
            .orElseThrow(
                () -> new RowException("EXSTDTC and EXENDTC are empty, or without a year"));
    DrugUse use =
        new DrugUse(drug, subject.patientId(), Optional.of(period), dose, row.supp("DOSETXT"));
    String implied = !didNotHappen(row) ? "completed" : isStatement ? "not-taken" : "not-done";
    String status = kept(row, "RESTAT", implied);
    DomainResource resource = isStatement ? use.taken(status) : use.given(status);
    addReasonOfStatus(resource, row);
    start(
        resource,
        rowId(row, subject),
        isStatement ? "ssc-study-treatment-statement" : "ssc-study-treatment",
        subject);
    linked(resource, row, "EXSTDY", "EXSTDTC", subject);
    if (!row.supp("DOSECHG").isEmpty()) {
      DrugUse.explain(resource, row.supp("DOSECHG"), row.text("EXADJ"));
    }
    return resource;
  }

  private static void addReasonOfStatus(DomainResource resource, Row row) {
    Optional<CodeableConcept> reason = reasonOfStatus(row);
    if (resource instanceof MedicationAdministration given) {
      reason.ifPresent(given::addStatusReason);
    } else if (resource instanceof MedicationStatement taken) {
      reason.ifPresent(taken::addStatusReason);
    }
  }

  private static Optional<CodeableConcept> reasonOfStatus(Row row) {
    return concept(row, "STATRSN", row.domain() + "REASOC");
  }

  private DomainResource medication(Row row) {
    Subject subject = subjectOf(row);
    MedicationStatement taken =
        new DrugUse(
                term(row, "CMTRT", "CMDECOD"),
                subject.patientId(),
                effective(row, "CMSTDTC", "CMENDTC"),
                dose(row, "CMDOSE", "CMDOSU"),
                row.supp("DOSETXT"))
            .taken(
                kept(
                    row,
                    "RESTAT",
                    didNotHappen(row)
                        ? "not-taken"
                        : row.text("CMENDTC").isEmpty() ? "active" : "completed"));
    start(taken, rowId(row, subject), "", subject);
    linked(taken, row, "CMSTDY", "CMSTDTC", subject);
    addReasonOfStatus(taken, row);
    concept(row, "CATCODE", "CMCAT").ifPresent(taken::setCategory);
    concept(row, "INDCODE", "CMINDC").ifPresent(taken::addReasonCode);
    return taken;
  }

  /** Of the qualifier, which says it with codes, else a text. */
  private static Optional<CodeableConcept> concept(Row row, String qualifier, String variable) {
    return !row.supp(qualifier).isEmpty()
        ? Optional.of(ConceptText.parse(row.supp(qualifier)))
        : Optional.of(row.text(variable))
            .filter(text -> !text.isEmpty())
            .map(text -> new CodeableConcept().setText(text));
  }

  private DomainResource history(Row row) {
    Optional<Measure> asked = organ(row);
    Subject subject = subjectOf(row);
    if (asked.isPresent()) {
      Observation observation = observation(row, asked.get(), subject, "");
      String occurred = row.text("MHOCCUR");
      if (occurred.matches("[YN]")) {
        observation.setValue(
            Elements.concept("http://terminology.hl7.org/CodeSystem/v2-0136", occurred));
      } else {
        observation.setDataAbsentReason(absent(row));
      }
      return observation;
    }
    Condition condition =
        new MedicalHistory(
                term(row, "MHTERM", "MHDECOD"),
                subject.patientId(),
                date(row, "MHSTDTC"),
                date(row, "MHENDTC"),
                !row.text("MHENDTC").isEmpty() || row.text("MHENRF").matches("(?i)BEFORE"))
            .condition();
    start(condition, rowId(row, subject), "", subject);
    return condition;
  }

  /** That was asked for. */
  private static Optional<Measure> organ(Row row) {
    return row.domain().equals("MH") && row.text("MHPRESP").equals("Y")
        ? Finding.in("MH", row.text("MHTERM"))
        : Optional.empty();
  }

  // Findings

  private void findings(String domain) {
    Map<String, List<Row>> scores = new LinkedHashMap<>();
    Map<String, Integer> unmapped = new TreeMap<>();
    for (Row row : rows(domain)) {
      String test = row.own("TESTCD");
      Optional<SdtmMapping.Test> own =
          mapping.tests().stream().filter(each -> each.fits(row)).findFirst();
      Optional<Measure> measure =
          own.map(each -> Measure.of(each.measure()).orElseThrow())
              .or(() -> Finding.in(domain, test));
      if (mapping.ignored().contains(domain + "." + test.toUpperCase(Locale.ROOT))
          || measure.isEmpty()) {
        unmapped.merge(test, 1, Integer::sum);
      } else if (measure.get().isSkinScore()) {
        scores
            .computeIfAbsent(
                String.join(
                    "|",
                    row.subject(),
                    row.text("VISITNUM"),
                    row.text("VISIT"),
                    row.own("DTC"),
                    row.own("GRPID")),
                key -> new ArrayList<>())
            .add(row);
      } else {
        attempt(row, () -> add(finding(row, measure.get(), own), row, List.of(row)));
      }
    }
    for (List<Row> score : scores.values()) {
      attempt(score.getFirst(), () -> add(skinScore(score), score.getFirst(), score));
    }
    unmapped.forEach((test, count) ->
        tally.add(
            rows(domain).getFirst().file(),
            domain + "." + test,
            mapping.ignored().contains(domain + "." + test)
                ? "rows are ignored, as the mapping says"
                : "rows of a test that is mapped to no measure",
            count));
  }

  private Observation finding(Row row, Measure measure, Optional<SdtmMapping.Test> own) {
    Subject subject = subjectOf(row);
    Observation observation = observation(row, measure, subject, row.own("TESTCD"));
    if (measure.isPredicted()) {
      String equation =
          row.supp("REFEQ").isEmpty() ? mapping.referenceEquation() : row.supp("REFEQ");
      if (equation.isEmpty()) {
        throw new RowException(
            "The % predicted value names no reference equation; expected it in SUPP"
                + row.domain()
                + " (REFEQ) or as reference-equation of the mapping");
      }
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-reference-equation",
              Elements.concept(Elements.EQUATIONS, equation)));
    }
    if (measure.isAdjusted()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-hemoglobin-source",
              Elements.concept(
                  Elements.HEMOGLOBIN,
                  row.supp("HGBSRC").isEmpty() ? "not-stated" : row.supp("HGBSRC"))));
    }
    imputed(row, observation);
    if (row.isNotDone()) {
      observation.setDataAbsentReason(absent(row));
    } else if (measure.kind() == Measure.Kind.ANTIBODY) {
      String result = result(row);
      Term term = term(row, row.domain() + "STRESC", result, Term.RESULT);
      observation.setValue(Elements.concept(term.system(), term.code()));
    } else {
      observation.setValue(value(row, measure, own));
    }
    return observation;
  }

  private static void imputed(Row row, Observation observation) {
    if (!row.supp("IMPUTED").isEmpty()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-imputed",
              Elements.concept(Elements.IMPUTATION, row.supp("IMPUTED"))));
    }
  }

  private Observation skinScore(List<Row> rows) {
    Row first = rows.getFirst();
    Subject subject = subjectOf(first);
    Measure total = Measure.of(Measure.MRSS).orElseThrow();
    Map<String, Row> byCode = new HashMap<>();
    for (Row row : rows) {
      Optional<SdtmMapping.Test> own =
          mapping.tests().stream().filter(each -> each.fits(row)).findFirst();
      Measure measure =
          own.map(each -> Measure.of(each.measure()).orElseThrow())
              .or(() -> Finding.in(row.domain(), row.own("TESTCD")))
              .orElseThrow();
      Row before = byCode.put(measure.code(), row);
      if (before != null) {
        throw new RowException(
            measure.code()
                + " is there twice at one visit, in rows "
                + before.number()
                + " and "
                + row.number());
      }
    }
    Observation observation =
        observation(byCode.getOrDefault(Measure.MRSS, first), total, subject, "MRSS");
    Row sum = byCode.get(Measure.MRSS);
    if (sum != null) {
      imputed(sum, observation);
    }
    BigDecimal added = BigDecimal.ZERO;
    int found = 0;
    for (Measure site : Measure.SITES) {
      Row row = byCode.get(site.code());
      if (row == null) {
        continue;
      }
      ObservationComponentComponent component = observation.addComponent();
      component.setCode(Elements.concept(site.system(), site.code()));
      if (row.isNotDone()) {
        component.setDataAbsentReason(absent(row));
      } else {
        Quantity value = value(row, site, Optional.empty());
        component.setValue(value);
        added = added.add(value.getValue());
        found++;
      }
    }
    if (sum != null && !sum.isNotDone()) {
      observation.setValue(value(sum, total, Optional.empty()));
    } else if (sum == null && found == Measure.SITES.size()) {
      observation.setValue(Elements.quantity(added, "{score}"));
    } else {
      observation.setDataAbsentReason(absent(sum == null ? first : sum));
    }
    return observation;
  }

  private Observation observation(Row row, Measure measure, Subject subject, String test) {
    Observation observation = new Observation();
    start(observation, findingId(row, subject, measure, test), measure.profile(), subject);
    linked(observation, row, row.domain() + "DY", row.domain() + "DTC", subject);
    observation.setStatus(
        ObservationStatus.fromCode(row.supp("OBSSTAT").isEmpty() ? "final" : row.supp("OBSSTAT")));
    String category = row.supp("OBSCAT").isEmpty() ? measure.category() : row.supp("OBSCAT");
    if (!category.equals("none")) {
      observation.addCategory(
          Elements.concept("http://terminology.hl7.org/CodeSystem/observation-category", category));
    }
    CodeableConcept code = Elements.concept(measure.system(), measure.code());
    others(row, code);
    if (!row.supp("CODETXT").isEmpty()) {
      code.setText(row.supp("CODETXT"));
    }
    observation.setCode(code);
    observation.setSubject(Elements.reference("Patient", subject.patientId()));
    String variable = row.domain() + "DTC";
    String at = row.text(variable);
    String period = row.supp("PERIOD");
    String end = period.length() > 1 ? period : row.domain().equals("MH") ? "" : row.own("ENDTC");
    if (!end.isEmpty() || !period.isEmpty()) {
      Period taken = new Period();
      if (!at.isEmpty()) {
        taken.setStartElement(new DateTimeType(DateTexts.required(variable, at)));
      }
      if (!end.isEmpty()) {
        taken.setEndElement(new DateTimeType(DateTexts.required(row.domain() + "ENDTC", end)));
      }
      observation.setEffective(taken);
      return observation;
    }
    boolean isOfVisit = at.isEmpty();
    if (isOfVisit) {
      at =
          visitDates.getOrDefault(
              row.subject() + "|" + row.text("VISITNUM") + "|" + row.text("VISIT"), "");
    }
    if (at.isEmpty()) {
      throw new RowException(variable + " is empty, and SV has no date of the visit");
    }
    observation.setEffective(
        new DateTimeType(DateTexts.required(isOfVisit ? "SVSTDTC" : variable, at)));
    return observation;
  }

  private Quantity value(Row row, Measure measure, Optional<SdtmMapping.Test> own) {
    String variable = row.own("STRESC").isEmpty() ? "ORRES" : "STRESC";
    String result = result(row);
    Matcher matcher = RESULT.matcher(result);
    if (!matcher.matches()) {
      throw new RowException(
          row.domain() + variable + " is '" + result + "'; expected a number, maybe after < or >");
    }
    BigDecimal number = new BigDecimal(matcher.group(2));
    String numeric = row.own("STRESN");
    if (!numeric.isEmpty()
        && !row.own("STRESC").isEmpty()
        && Double.parseDouble(numeric) != number.doubleValue()) {
      throw new RowException(
          row.domain()
              + "STRESC is '"
              + result
              + "', but "
              + row.domain()
              + "STRESN is "
              + numeric);
    }
    String unit = row.own(variable.equals("STRESC") ? "STRESU" : "ORRESU");
    String ucum =
        unit.isEmpty()
            ? own.map(SdtmMapping.Test::unit).filter(each -> !each.isEmpty()).orElse(measure.unit())
            : row.supp("UCUM").isEmpty() ? unit(unit) : row.supp("UCUM");
    if (ucum.isEmpty()) {
      throw new RowException(row.domain() + variable + "U is empty; expected a unit");
    }
    Quantity quantity = Elements.quantity(number, ucum);
    if (matcher.group(1) != null) {
      quantity.setComparator(QuantityComparator.fromCode(matcher.group(1)));
    }
    return quantity;
  }

  private String unit(String unit) {
    return SdtmMapping.lookUp(mapping.units(), unit)
        .or(() -> Units.ucum(unit))
        .orElseThrow(() ->
            new RowException(
                "The unit '" + unit + "' is not known; expected one that the mapping names"));
  }

  /** In standard form, which keeps the decimals; else as it was. */
  private static String result(Row row) {
    return !row.own("STRESC").isEmpty()
        ? row.own("STRESC")
        : !row.own("ORRES").isEmpty() ? row.own("ORRES") : row.own("STRESN");
  }

  private static CodeableConcept absent(Row row) {
    String result = result(row);
    if (row.isNotDone() && !result.matches("(?i)|NOT DONE")) {
      throw new RowException(
          row.domain()
              + "STAT is 'NOT DONE', but there is a result, '"
              + result
              + "'; expected one of them");
    }
    String reason = row.own("REASND");
    String code = row.supp("ABSENT");
    if (!code.isEmpty()) {
      CodeableConcept absent =
          code.equals("NONE") ? new CodeableConcept() : Elements.concept(Elements.ABSENT, code);
      return absent.setText(reason);
    }
    return reason.isEmpty()
            || reason.matches(
                "unknown|not-performed|not-asked|asked-unknown|error|masked|unsupported|temp-unknown|asked-declined|not-applicable|not-permitted")
        ? Elements.concept(Elements.ABSENT, reason.isEmpty() ? "not-performed" : reason)
        : Elements.concept(Elements.ABSENT, "not-performed").setText(reason);
  }

  // What all share

  private void start(DomainResource resource, String id, String profile, Subject subject) {
    resource.setId(id);
    if (!profile.isEmpty()) {
      resource.getMeta().addProfile(Elements.PROFILES + profile);
    }
    if (subject.isTest()) {
      resource
          .getMeta()
          .addSecurity()
          .setSystem("http://terminology.hl7.org/CodeSystem/v3-ActReason")
          .setCode(HTEST);
    }
  }

  private void linked(
      DomainResource resource, Row row, String dayVariable, String dateVariable, Subject subject) {
    if (row.supp("NOSTUDY").isEmpty()) {
      resource.addExtension(
          Elements.extension(Elements.STUDY, Elements.reference("ResearchStudy", subject.study())));
    }
    visit(row, dayVariable, dateVariable, subject).ifPresent(resource::addExtension);
  }

  private Optional<Extension> visit(
      Row row, String dayVariable, String dateVariable, Subject subject) {
    Optional<String> code = visitCode(row);
    Optional<Integer> day = day(row, dayVariable, dateVariable, subject);
    return code.isPresent() || day.isPresent()
        ? Optional.of(Elements.visit(code, day))
        : Optional.empty();
  }

  private Subject subjectOf(Row row) {
    Subject subject = subjects.get(row.subject());
    if (subject == null) {
      throw new RowException("USUBJID '" + row.subject() + "' is not in DM");
    }
    return subject;
  }

  private Optional<String> visitCode(Row row) {
    String name = row.text("VISIT");
    String number = row.text("VISITNUM");
    if (name.isEmpty() && number.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> code =
        SdtmMapping.lookUp(mapping.visits(), name)
            .or(() -> SdtmMapping.lookUp(mapping.visits(), number))
            .or(() -> Visits.code(name));
    if (code.isEmpty()) {
      throw new RowException(
          "The visit '"
              + name
              + "' (VISITNUM "
              + number
              + ") is no code of ssc-visit; expected one that the mapping names");
    }
    return code;
  }

  /** As the row has it, else counted from RFSTDTC; there is no day 0. */
  private Optional<Integer> day(Row row, String variable, String dateVariable, Subject subject) {
    String day = row.text(variable);
    if (day.matches("-?[1-9]\\d{0,5}")) {
      return Optional.of(Integer.parseInt(day));
    }
    if (!day.isEmpty()) {
      throw new RowException(variable + " is '" + day + "'; expected a day other than 0");
    }
    String at = DateTexts.known(dateVariable, row.text(dateVariable));
    boolean isTold = !row.supp("NODAY").isEmpty();
    if (at.length() < 10 || subject.reference().length() < 10 || isTold) {
      return Optional.empty();
    }
    long days =
        ChronoUnit.DAYS.between(
            LocalDate.parse(subject.reference().substring(0, 10)),
            LocalDate.parse(at.substring(0, 10)));
    return Optional.of((int) (days < 0 ? days : days + 1));
  }

  /** Text, and codings that supplemental qualifiers name. */
  private CodeableConcept term(Row row, String variable, String decoded) {
    CodeableConcept concept = new CodeableConcept();
    others(row, concept);
    String text = required(row, variable);
    if (!row.supp("NOTEXT").equals("Y") || !concept.hasCoding()) {
      concept.setText(text);
    } else if (!text.equals(concept.getCodingFirstRep().getCode())) {
      concept.getCodingFirstRep().setDisplay(text);
    }
    String preferred = decoded.isEmpty() ? "" : row.text(decoded);
    if (concept.hasText() && !preferred.isEmpty() && !preferred.equalsIgnoreCase(text)) {
      concept.setText(preferred + " (" + text + ")");
    }
    return concept;
  }

  /** Codings beside the one that the row means. */
  private static void others(Row row, CodeableConcept concept) {
    for (int i = 1; !row.supp("CODE" + i).isEmpty(); i++) {
      concept.addCoding(Elements.coding(row.supp("CODE" + i)));
    }
  }

  private Term term(Row row, String variable, String value, List<Term> terms) {
    String mapped = mapping.term(variable, value);
    return Term.ofSubmission(terms, mapped)
        .or(() ->
            definitions
                .decode(row.domain(), variable, value)
                .flatMap(decode -> Term.ofSubmission(terms, decode)))
        .orElseThrow(() ->
            new RowException(
                variable
                    + " is '"
                    + value
                    + "'; expected one of "
                    + terms.stream().map(Term::submission).toList()
                    + ", or the mapping to name it under terms"));
  }

  private Optional<Quantity> dose(Row row, String variable, String unitVariable) {
    String dose = row.text(variable);
    if (dose.isEmpty()) {
      return Optional.empty();
    }
    String unit = kept(row, "UCUM", "");
    return Optional.of(
        Elements.quantity(
            new BigDecimal(kept(row, "DOSENUM", dose)),
            unit.isEmpty() ? unit(required(row, unitVariable)) : unit));
  }

  private Optional<Type> effective(Row row, String from, String to) {
    return row.supp("POINT").equals("Y")
        ? Optional.of(new DateTimeType(DateTexts.required(from, row.text(from))))
        : period(row, from, to).map(Type.class::cast);
  }

  private Optional<Period> period(Row row, String from, String to) {
    Period period = new Period();
    String start = date(row, from);
    String end = date(row, to);
    if (!start.isEmpty()) {
      period.setStartElement(new DateTimeType(start));
    }
    if (!end.isEmpty()) {
      period.setEndElement(new DateTimeType(end));
    }
    return period.isEmpty() ? Optional.empty() : Optional.of(period);
  }

  /** Of an element that may be absent; empty, and told, if there is a date without a year. */
  private String date(Row row, String variable) {
    String known = DateTexts.known(variable, row.text(variable));
    if (known.isEmpty() && !row.text(variable).isEmpty()) {
      tally.add(row.file(), variable, "dates are left out, since their year is unknown", 1);
    }
    return known;
  }

  private static String required(Row row, String variable) {
    String text = row.text(variable);
    if (text.isEmpty()) {
      throw new RowException(variable + " is empty");
    }
    return text;
  }

  private String kept(String id, String other) {
    return mapping.keepsIds() && id.matches("[A-Za-z0-9\\-.]{1,64}") ? id : other;
  }

  private String rowId(Row row, Subject subject) {
    String own = row.own("SPID");
    String key = own.isEmpty() ? required(row, row.domain() + "SEQ") : own;
    return kept(
        own, Ids.id(subject.id() + "-" + row.domain().toLowerCase(Locale.ROOT) + "-" + key));
  }

  /** Readable as far as it goes, then a hash of the key: numbers change when a file is cut anew. */
  private String findingId(Row row, Subject subject, Measure measure, String test) {
    String key =
        String.join(
            "|",
            row.domain(),
            test.isEmpty() ? row.text("MHTERM") : test,
            row.text("VISITNUM"),
            row.text("VISIT"),
            row.own("DTC"),
            row.own("TPT"),
            row.own("LOC"),
            row.own("LAT"));
    String own = row.own("SPID");
    String id = subject.id() + "-" + measure.code() + "-" + Ids.hash(key + "|" + own);
    return kept(own, Ids.id(id));
  }
}
