package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.Type;
import org.jspecify.annotations.Nullable;
import org.rodnan.dataset.DataType;
import org.rodnan.dataset.DefineXmlWriter;
import org.rodnan.dataset.Table;
import org.rodnan.dataset.Value;
import org.rodnan.dataset.Variable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.Term;

/**
 * Writes the resources of one study as SDTM. Resources that have no place in it, and resources of
 * persons who are not subjects of it, are left out and counted. Not thread safe; of one study.
 */
public final class SdtmWriter {
  private static final String SPONSOR = "Sponsor";
  private static final int DIGITS_MAX = 70;

  private final String study;
  private final Map<String, Subject> byPatient = new HashMap<>();
  private final Map<String, List<Written>> domains = new TreeMap<>();
  private final Map<String, Integer> leftOut = new TreeMap<>();
  private final Map<String, Set<String>> sponsorTests = new HashMap<>();

  /**
   * A domain with its rows, in the order of its key.
   *
   * @param description as Define-XML has it
   */
  public record Tabulation(
      Table table, List<List<Value>> rows, DefineXmlWriter.Dataset description) {
    public Tabulation {
      rows = List.copyOf(rows);
    }
  }

  private record Subject(String usubjid, Optional<Patient> patient) {}

  /** A row that is being made. */
  private static final class Written {
    final String domain;
    final String usubjid;
    final Map<String, String> values = new LinkedHashMap<>();
    final Map<String, String> supplemental = new TreeMap<>();

    Written(String domain, String usubjid) {
      this.domain = domain;
      this.usubjid = usubjid;
    }

    void put(String variable, String value) {
      if (!value.isEmpty()) {
        values.put(variable, value);
      }
    }

    void supp(String name, String value) {
      if (!value.isEmpty()) {
        supplemental.put(name, value);
      }
    }

    String get(String variable) {
      return values.getOrDefault(variable, "");
    }
  }

  /**
   * @param study id of the ResearchStudy, which becomes STUDYID
   */
  public SdtmWriter(String study) {
    this.study = study;
  }

  /** Resources that gave no row, by type or measure, and how many; after {@link #write}. */
  public Map<String, Integer> leftOut() {
    return Map.copyOf(leftOut);
  }

  /** The domains that have rows, by name. */
  public List<Tabulation> write(List<Resource> resources) {
    Map<String, Patient> patients = new HashMap<>();
    for (Resource resource : resources) {
      if (resource instanceof Patient patient) {
        patients.put("Patient/" + patient.getIdElement().getIdPart(), patient);
      }
    }
    for (Resource resource : resources) {
      if (resource instanceof ResearchSubject subject) {
        subject(subject, patients);
      }
    }
    for (Resource resource : resources) {
      switch (resource) {
        case AdverseEvent event ->
            row(event.getSubject().getReference(), event, this::adverseEvent);
        case MedicationAdministration given ->
            row(given.getSubject().getReference(), given, this::given);
        case MedicationStatement taken ->
            row(taken.getSubject().getReference(), taken, this::taken);
        case Observation observation ->
            row(observation.getSubject().getReference(), observation, this::observation);
        case Patient patient -> {}
        case ResearchSubject subject -> {}
        default -> leave(resource.fhirType());
      }
    }
    visits();
    return datasets();
  }

  private void leave(String what) {
    leftOut.merge(what, 1, Integer::sum);
  }

  private <T extends DomainResource> void row(
      String patient, T resource, BiConsumer<T, Subject> writer) {
    Subject subject = byPatient.get(patient);
    if (subject == null) {
      leave(resource.fhirType() + " of nobody enrolled");
    } else {
      writer.accept(resource, subject);
    }
  }

  private Written start(String domain, Subject subject, DomainResource resource) {
    Written row = new Written(domain, subject.usubjid());
    row.put("STUDYID", study);
    row.put("DOMAIN", domain);
    row.put("USUBJID", subject.usubjid());
    row.put(domain + "SPID", resource.getIdElement().getIdPart());
    domains.computeIfAbsent(domain, key -> new ArrayList<>()).add(row);
    return row;
  }

  private void subject(ResearchSubject subject, Map<String, Patient> patients) {
    String reference = subject.getIndividual().getReference();
    Optional<Patient> patient = Optional.ofNullable(patients.get(reference));
    String value = subject.getIdentifierFirstRep().getValue();
    String number = value == null ? subject.getIdElement().getIdPart() : value;
    Subject named = new Subject(study + "-" + number, patient);
    byPatient.put(String.valueOf(reference), named);
    Written row = start("DM", named, subject);
    row.values.remove("DMSPID");
    row.put("SUBJID", number);
    row.put("RFSTDTC", text(subject.getPeriod().getStartElement()));
    row.put("RFPENDTC", text(subject.getPeriod().getEndElement()));
    row.put("ARM", text(subject.getAssignedArm()));
    row.put("ARMCD", armCode(subject.getAssignedArm()));
    row.put("ACTARM", text(subject.getActualArm()));
    row.put("ACTARMCD", armCode(subject.getActualArm()));
    String system = text(subject.getIdentifierFirstRep().getSystem());
    if (!system.equals("https://w3id.org/rodnan/subjects/" + study)) {
      row.supp("IDSYS", system);
    }
    row.supp("SUBID", subject.getIdElement().getIdPart());
    patient.ifPresent(person -> demographics(person, row));
    disposition(subject, named, row);
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
    row.put("BRTHDTC", text(patient.getBirthDateElement()));
    List<String> races =
        patient.getExtensionsByUrl(Elements.PROFILES + "ssc-race").stream()
            .map(each -> submission(Term.RACE, each.getValue()))
            .filter(each -> !each.isEmpty())
            .toList();
    row.put("RACE", races.size() > 1 ? "MULTIPLE" : races.isEmpty() ? "" : races.getFirst());
    for (int i = 0; races.size() > 1 && i < Math.min(3, races.size()); i++) {
      row.supp("RACE" + (i + 1), races.get(i));
    }
    Elements.find(patient, Elements.PROFILES + "ssc-ethnicity")
        .ifPresent(each -> row.put("ETHNIC", submission(Term.ETHNIC, each.getValue())));
    if (patient.getDeceased() instanceof DateTimeType at) {
      row.put("DTHDTC", text(at));
      row.put("DTHFL", "Y");
    } else if (patient.getDeceased() instanceof BooleanType is && is.booleanValue()) {
      row.put("DTHFL", "Y");
    }
  }

  /** At most 20 characters, as the standard has it. */
  private static String armCode(@Nullable String arm) {
    String code = text(arm).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "");
    return code.substring(0, Math.min(20, code.length()));
  }

  private void disposition(ResearchSubject subject, Subject named, Written demographics) {
    Optional<Extension> found = Elements.find(subject, Elements.PROFILES + "ssc-disposition");
    String status = subject.hasStatus() ? subject.getStatus().toCode() : "";
    if (found.isEmpty()) {
      demographics.supp("RSSTAT", status.equals("on-study") ? "" : status);
      return;
    }
    CodeableConcept reason =
        Elements.part(found.get(), "reason")
            .filter(CodeableConcept.class::isInstance)
            .map(CodeableConcept.class::cast)
            .orElseGet(CodeableConcept::new);
    Optional<Coding> ours =
        reason.getCoding().stream()
            .filter(each -> Term.ofCode(Term.DISPOSITION, each.getCode()).isPresent())
            .findFirst();
    Written row = start("DS", named, subject);
    row.values.remove("DSSPID");
    String term =
        ours.flatMap(each -> Term.ofCode(Term.DISPOSITION, each.getCode()))
            .map(Term::submission)
            .orElse("OTHER");
    row.put("DSTERM", reason.hasText() ? reason.getText() : term);
    row.put("DSDECOD", term);
    row.put("DSCAT", "DISPOSITION EVENT");
    row.put("DSSCAT", "STUDY PARTICIPATION");
    Elements.part(found.get(), "date").ifPresent(date -> row.put("DSSTDTC", time(date)));
    Elements.part(found.get(), "lastVisit")
        .flatMap(Elements::code)
        .ifPresent(code -> visit(code, row));
    codes(reason, ours, row);
    boolean isImplied =
        term.matches("COMPLETED|DEATH|SCREEN FAILURE")
            ? status.equals("off-study")
            : status.equals("withdrawn");
    demographics.supp("RSSTAT", isImplied ? "" : status);
  }

  private void adverseEvent(AdverseEvent event, Subject subject) {
    Written row = start("AE", subject, event);
    String term = event.getEvent().getText();
    term(event.getEvent(), row, "AETERM");
    row.put("AEDECOD", text(term).isEmpty() ? row.get("AETERM") : term);
    Elements.visitCode(event).ifPresent(code -> visit(code, row));
    day(event, row, "AESTDY");
    row.put("AESTDTC", text(event.getDateElement()));
    row.put(
        "AESER",
        Elements.code(event.getSeriousness()).filter("serious"::equalsIgnoreCase).isPresent()
            ? "Y"
            : "N");
    Elements.code(event.getSeverity())
        .ifPresent(each -> row.put("AESEV", each.toUpperCase(Locale.ROOT)));
    row.put(
        "AEOUT",
        event.getOutcome().getCoding().stream()
            .flatMap(each -> Term.ofCode(Term.OUT, text(each.getCode())).stream())
            .map(Term::submission)
            .findFirst()
            .orElse("UNKNOWN"));
    for (Extension extension : event.getExtension()) {
      String url = extension.getUrl();
      if (url.equals(Elements.AE + "seriousness-criteria")) {
        Elements.part(extension, "criterionCode")
            .flatMap(Elements::code)
            .flatMap(code -> Term.ofCode(Term.CRITERIA, code))
            .ifPresent(criterion -> row.put(criterion.submission(), "Y"));
      } else if (url.equals(Elements.AE + "ae-grade")) {
        row.put("AETOXGR", submission(Term.GRADE, extension.getValue()));
      } else if (url.equals(Elements.AE + "resolve-date")) {
        row.put("AEENDTC", time(extension.getValue()));
      } else if (extension.getValue() instanceof BooleanType is && FLAGS.containsKey(url)) {
        row.supp(FLAGS.get(url), is.booleanValue() ? "Y" : "N");
      } else if (url.equals(Elements.AE + "suspect-entity") && row.get("AEREL").isEmpty()) {
        suspect(extension, row);
      } else if (url.equals(Elements.AE + "mitigating-action")
          && extension.getExtensionByUrl("item") != null
          && extension.getExtensionByUrl("item").getValue() instanceof CodeableConcept item) {
        row.put("AEACN", text(item.getText()));
      }
    }
    String status =
        event.getModifierExtension().stream()
            .map(Extension::getValue)
            .filter(CodeType.class::isInstance)
            .map(each -> ((CodeType) each).getCode())
            .findFirst()
            .orElse("completed");
    boolean isOver = row.get("AEOUT").matches("FATAL|RECOVERED/RESOLVED( WITH SEQUELAE)?");
    row.supp("AESTAT", status.equals(isOver ? "completed" : "in-progress") ? "" : status);
  }

  private static void suspect(Extension suspect, Written row) {
    Extension causality = suspect.getExtensionByUrl("causality");
    if (causality != null && causality.getExtensionByUrl("entityRelatedness") != null) {
      row.put(
          "AEREL",
          submission(
              Term.RELATEDNESS, causality.getExtensionByUrl("entityRelatedness").getValue()));
    }
    Elements.part(suspect, "instance")
        .filter(CodeableConcept.class::isInstance)
        .map(CodeableConcept.class::cast)
        .ifPresent(drug ->
            row.supp(
                "AESUSP",
                drug.hasCoding()
                    ? Elements.token(drug.getCodingFirstRep())
                    : drug.hasText() ? drug.getText() : ""));
  }

  private void given(MedicationAdministration given, Subject subject) {
    Written row = start("EX", subject, given);
    if (given.getMedication() instanceof CodeableConcept drug) {
      term(drug, row, "EXTRT");
    }
    row.supp("DOSETXT", text(given.getDosage().getText()));
    exposure(
        given,
        row,
        given.getEffective(),
        given.hasDosage() ? given.getDosage().getDose() : new Quantity());
    String status = given.hasStatus() ? given.getStatus().toCode() : "";
    row.supp("RESTAT", status.equals("completed") ? "" : status);
  }

  private void taken(MedicationStatement taken, Subject subject) {
    boolean isOfStudy =
        taken.getMeta().hasProfile(Elements.PROFILES + "ssc-study-treatment-statement");
    Written row = start(isOfStudy ? "EX" : "CM", subject, taken);
    Quantity dose =
        taken.getDosageFirstRep().getDoseAndRateFirstRep().getDose() instanceof Quantity found
            ? found
            : new Quantity();
    String status = taken.hasStatus() ? taken.getStatus().toCode() : "";
    row.supp("DOSETXT", text(taken.getDosageFirstRep().getText()));
    if (isOfStudy) {
      if (taken.getMedication() instanceof CodeableConcept drug) {
        term(drug, row, "EXTRT");
      }
      exposure(taken, row, taken.getEffective(), dose);
      row.supp("RESTYPE", "MedicationStatement");
      row.supp("RESTAT", status.equals("completed") ? "" : status);
      return;
    }
    if (taken.getMedication() instanceof CodeableConcept drug) {
      term(drug, row, "CMTRT");
    }
    row.put("CMCAT", text(taken.getCategory().getText()));
    row.put("CMINDC", text(taken.getReasonCodeFirstRep().getText()));
    period(taken.getEffective(), row, "CMSTDTC", "CMENDTC");
    dose(dose, row, "CMDOSE", "CMDOSU");
    timing(taken, row, "CMSTDY");
    String implied = row.get("CMENDTC").isEmpty() ? "active" : "completed";
    row.supp("RESTAT", status.equals(implied) ? "" : status);
  }

  private static void exposure(
      DomainResource resource, Written row, Type effective, Quantity dose) {
    period(effective, row, "EXSTDTC", "EXENDTC");
    dose(dose, row, "EXDOSE", "EXDOSU");
    timing(resource, row, "EXSTDY");
    Elements.find(resource, Elements.PROFILES + "ssc-dose-change")
        .ifPresent(change -> {
          Elements.part(change, "kind")
              .flatMap(Elements::code)
              .ifPresent(kind -> row.supp("DOSECHG", kind));
          Elements.part(change, "reason")
              .flatMap(Elements::code)
              .ifPresent(reason -> row.put("EXADJ", reason));
        });
  }

  private static void period(Type effective, Written row, String from, String to) {
    if (effective instanceof Period period) {
      row.put(from, text(period.getStartElement()));
      row.put(to, text(period.getEndElement()));
    } else if (effective instanceof DateTimeType at) {
      row.put(from, text(at));
      row.put(to, text(at));
      row.supp("POINT", "Y");
    }
  }

  private static void dose(Quantity dose, Written row, String value, String unit) {
    if (dose.hasValue()) {
      row.put(value, digits(dose.getValue()));
      row.put(
          unit, SubmissionUnits.submission(text(dose.hasCode() ? dose.getCode() : dose.getUnit())));
    }
  }

  private void observation(Observation observation, Subject subject) {
    Optional<Coding> coding =
        observation.getCode().getCoding().stream()
            .filter(each -> Measure.of(text(each.getSystem()), text(each.getCode())).isPresent())
            .findFirst();
    if (coding.isEmpty()) {
      leave("Observation of " + Elements.token(observation.getCode().getCodingFirstRep()));
      return;
    }
    if (observation.getStatus() == ObservationStatus.ENTEREDINERROR) {
      leave("Observation entered in error");
      return;
    }
    Measure measure =
        Measure.of(text(coding.get().getSystem()), text(coding.get().getCode())).orElseThrow();
    Written row = finding(observation, subject, measure);
    codes(observation.getCode(), coding, row);
    if (measure.kind() == Measure.Kind.INVOLVEMENT) {
      involvement(observation, measure, row);
      return;
    }
    result(observation.getValue(), observation.getDataAbsentReason(), measure, row);
    code(observation, "ssc-reference-equation").ifPresent(each -> row.supp("REFEQ", each));
    code(observation, "ssc-hemoglobin-source").ifPresent(each -> row.supp("HGBSRC", each));
    code(observation, "ssc-imputed").ifPresent(each -> row.supp("IMPUTED", each));
    for (ObservationComponentComponent component : observation.getComponent()) {
      component.getCode().getCoding().stream()
          .flatMap(each -> Measure.of(text(each.getSystem()), text(each.getCode())).stream())
          .findFirst()
          .ifPresent(site -> {
            Written part = finding(observation, subject, site);
            result(component.getValue(), component.getDataAbsentReason(), site, part);
          });
    }
  }

  private static Optional<String> code(Observation observation, String extension) {
    return Elements.find(observation, Elements.PROFILES + extension)
        .map(Extension::getValue)
        .flatMap(Elements::code);
  }

  private Written finding(Observation observation, Subject subject, Measure measure) {
    Finding finding = Finding.of(measure);
    String domain = finding.domain();
    Written row = start(domain, subject, observation);
    if (measure.kind() != Measure.Kind.INVOLVEMENT) {
      row.put(domain + "TESTCD", finding.test());
      row.put(domain + "TEST", finding.name());
      row.put(domain + "CAT", finding.group());
      if (!finding.isStandard()) {
        sponsorTests.computeIfAbsent(domain, key -> new TreeSet<>()).add(finding.test());
      }
    }
    if (measure.isSkinScore()) {
      row.put(domain + "GRPID", observation.getIdElement().getIdPart());
    }
    timing(observation, row, domain + "DY");
    if (observation.getEffective() instanceof DateTimeType at) {
      row.put(domain + "DTC", text(at));
    } else if (observation.getEffective() instanceof Period period) {
      row.put(domain + "DTC", text(period.getStartElement()));
    }
    String category =
        observation.hasCategory()
            ? text(observation.getCategoryFirstRep().getCodingFirstRep().getCode())
            : "none";
    row.supp("OBSCAT", category.equals(measure.category()) ? "" : category);
    String status = observation.hasStatus() ? observation.getStatus().toCode() : "final";
    row.supp("OBSSTAT", status.equals("final") ? "" : status);
    return row;
  }

  private static void involvement(Observation observation, Measure measure, Written row) {
    Finding finding = Finding.of(measure);
    row.put("MHTERM", finding.test());
    row.put("MHCAT", finding.group());
    row.put("MHPRESP", "Y");
    Optional<String> answer = Optional.ofNullable(observation.getValue()).flatMap(Elements::code);
    row.put("MHOCCUR", answer.orElse(""));
    if (answer.isEmpty()) {
      notDone(observation.getDataAbsentReason(), row);
    }
  }

  private static void result(Type value, CodeableConcept absent, Measure measure, Written row) {
    String domain = row.domain;
    if (value instanceof Quantity quantity && quantity.hasValue()) {
      String number = plain(quantity);
      String unit = text(quantity.hasCode() ? quantity.getCode() : quantity.getUnit());
      row.put(domain + "ORRES", number);
      row.put(domain + "ORRESU", SubmissionUnits.submission(unit));
      row.put(domain + "STRESC", number);
      row.put(domain + "STRESN", quantity.hasComparator() ? "" : digits(quantity.getValue()));
      row.put(domain + "STRESU", SubmissionUnits.submission(unit));
    } else if (value instanceof CodeableConcept) {
      String submission = submission(Term.RESULT, value);
      row.put(domain + "ORRES", submission);
      row.put(domain + "STRESC", submission);
    } else {
      notDone(absent, row);
    }
  }

  private static String plain(Quantity quantity) {
    BigDecimal number = quantity.getValue();
    return (quantity.hasComparator() ? quantity.getComparator().toCode() : "") + digits(number);
  }

  /** A short text may stand for a number of millions of digits. */
  private static String digits(BigDecimal number) {
    if (Math.abs((long) number.scale()) > DIGITS_MAX || number.precision() > DIGITS_MAX) {
      throw new FhirFailure.Unprocessable(
          IssueType.VALUE,
          "A value has more than " + DIGITS_MAX + " digits; SDTM has no place for it",
          "valueQuantity");
    }
    return number.toPlainString();
  }

  private static void notDone(CodeableConcept absent, Written row) {
    row.put(row.domain + "STAT", "NOT DONE");
    row.put(
        row.domain + "REASND",
        absent.hasText() ? absent.getText() : Elements.code(absent).orElse(""));
  }

  private static void timing(DomainResource resource, Written row, String dayVariable) {
    Elements.visitCode(resource).ifPresent(code -> visit(code, row));
    day(resource, row, dayVariable);
  }

  private static void day(DomainResource resource, Written row, String variable) {
    Elements.studyDay(resource)
        .ifPresentOrElse(
            day -> row.put(variable, String.valueOf(day)), () -> row.supp("NODAY", "Y"));
  }

  private static void visit(String code, Written row) {
    row.put("VISIT", VisitNames.name(code));
    row.put("VISITNUM", Value.of(VisitNames.number(code)).asText());
  }

  private static void term(CodeableConcept concept, Written row, String variable) {
    boolean hasText = concept.hasText();
    Coding first = concept.getCodingFirstRep();
    row.put(
        variable,
        hasText
            ? concept.getText()
            : first.hasDisplay() ? first.getDisplay() : text(first.getCode()));
    row.supp("NOTEXT", hasText ? "" : "Y");
    codes(concept, Optional.empty(), row);
  }

  /** Those that the row's own variables don't say. */
  private static void codes(CodeableConcept concept, Optional<Coding> said, Written row) {
    int i = 0;
    for (Coding coding : Elements.codings(concept)) {
      if (said.isEmpty() || coding != said.get()) {
        row.supp("CODE" + ++i, Elements.token(coding));
      }
    }
  }

  /** When each visit was, by what was found at it. */
  private void visits() {
    Map<String, Written> visits = new TreeMap<>();
    for (Layout layout : Layout.ALL) {
      if (!layout.datasetClass().equals("FINDINGS")) {
        continue;
      }
      for (Written row : domains.getOrDefault(layout.name(), List.of())) {
        String at = row.get(layout.name() + "DTC");
        if (row.get("VISIT").isEmpty() || at.isEmpty()) {
          continue;
        }
        Written visit =
            visits.computeIfAbsent(
                row.usubjid + "|" + row.get("VISITNUM"),
                key -> {
                  Written made = new Written("SV", row.usubjid);
                  made.put("STUDYID", study);
                  made.put("DOMAIN", "SV");
                  made.put("USUBJID", row.usubjid);
                  made.put("VISITNUM", row.get("VISITNUM"));
                  made.put("VISIT", row.get("VISIT"));
                  made.put("SVSTDTC", at);
                  made.put("SVENDTC", at);
                  return made;
                });
        if (at.compareTo(visit.get("SVSTDTC")) < 0) {
          visit.put("SVSTDTC", at);
        }
        if (at.compareTo(visit.get("SVENDTC")) > 0) {
          visit.put("SVENDTC", at);
        }
      }
    }
    if (!visits.isEmpty()) {
      domains.put("SV", new ArrayList<>(visits.values()));
    }
  }

  private List<Tabulation> datasets() {
    List<Tabulation> datasets = new ArrayList<>();
    for (Layout layout : Layout.ALL) {
      List<Written> rows = domains.getOrDefault(layout.name(), List.of());
      if (rows.isEmpty()) {
        continue;
      }
      List<Written> sorted = new ArrayList<>(rows);
      sorted.sort(order(layout));
      number(layout, sorted);
      datasets.add(dataset(layout, sorted));
      List<Written> supplements = supplements(layout, sorted);
      if (!supplements.isEmpty()) {
        datasets.add(dataset(Layout.supplement(layout.name()), supplements));
      }
    }
    return datasets;
  }

  private static Comparator<Written> order(Layout layout) {
    String domain = layout.name();
    return Comparator.comparing((Written row) -> row.usubjid)
        .thenComparing(row -> row.get(domain + "STDTC"))
        .thenComparingDouble(
            row -> row.get("VISITNUM").isEmpty() ? 0 : Double.parseDouble(row.get("VISITNUM")))
        .thenComparing(row -> row.get(domain + "DTC"))
        .thenComparing(row -> row.get(domain + "SPID"))
        .thenComparing(row -> row.get(domain + "TESTCD"));
  }

  private static void number(Layout layout, List<Written> rows) {
    if (layout.columns().stream().noneMatch(each -> each.name().equals(layout.name() + "SEQ"))) {
      return;
    }
    Map<String, Integer> numbers = new HashMap<>();
    for (Written row : rows) {
      row.put(layout.name() + "SEQ", String.valueOf(numbers.merge(row.usubjid, 1, Integer::sum)));
    }
  }

  private List<Written> supplements(Layout layout, List<Written> rows) {
    List<Written> supplements = new ArrayList<>();
    boolean isNumbered = !layout.name().equals("DM");
    for (Written row : rows) {
      row.supplemental.forEach((name, value) -> {
        Written supplement = new Written("SUPP", row.usubjid);
        supplement.put("STUDYID", study);
        supplement.put("RDOMAIN", layout.name());
        supplement.put("USUBJID", row.usubjid);
        supplement.put("IDVAR", isNumbered ? layout.name() + "SEQ" : "");
        supplement.put("IDVARVAL", isNumbered ? row.get(layout.name() + "SEQ") : "");
        supplement.put("QNAM", name);
        supplement.put("QLABEL", LABELS.getOrDefault(name.replaceFirst("\\d+$", ""), name));
        supplement.put("QVAL", value);
        supplement.put("QORIG", "Assigned");
        supplements.add(supplement);
      });
    }
    return supplements;
  }

  /** Answers about adverse events that SDTM has no variable for. */
  static final Map<String, String> FLAGS =
      Map.of(
          Elements.AE + "caused-subject-to-discontinue-study", "AEDISC",
          Elements.AE + "expected-in-research-study", "AEEXPECT");

  private static final Map<String, String> LABELS =
      Map.ofEntries(
          Map.entry("IDSYS", "Identifier System"),
          Map.entry("SUBID", "FHIR Id of the Research Subject"),
          Map.entry("PATID", "FHIR Id of the Patient"),
          Map.entry("SYNTHET", "Synthetic Subject"),
          Map.entry("RSSTAT", "FHIR Status of the Research Subject"),
          Map.entry("AESTAT", "FHIR Status of the Adverse Event"),
          Map.entry("AEDISC", "Caused Discontinuation of the Study"),
          Map.entry("AEEXPECT", "Expected in the Study"),
          Map.entry("AESUSP", "Suspected Treatment"),
          Map.entry("RESTAT", "FHIR Status"),
          Map.entry("RESTYPE", "FHIR Resource Type"),
          Map.entry("POINT", "One Time and No Period in the Source"),
          Map.entry("DOSETXT", "Dosage as Written"),
          Map.entry("DOSECHG", "Kind of Dose Change"),
          Map.entry("REFEQ", "Reference Equation"),
          Map.entry("HGBSRC", "Hemoglobin Source"),
          Map.entry("IMPUTED", "Imputation Method"),
          Map.entry("OBSCAT", "FHIR Category"),
          Map.entry("OBSSTAT", "FHIR Status of the Observation"),
          Map.entry("NODAY", "No Study Day in the Source"),
          Map.entry("NOTEXT", "No Verbatim Text in the Source"),
          Map.entry("CODE", "Code in Another System"),
          Map.entry("RACE", "Race"));

  private Tabulation dataset(Layout layout, List<Written> rows) {
    List<Variable> variables = new ArrayList<>();
    List<DefineXmlWriter.Column> columns = new ArrayList<>();
    for (Layout.Column column : layout.columns()) {
      int length = 1;
      int digits = 0;
      boolean isWhole = true;
      for (Written row : rows) {
        String value = row.get(column.name());
        length = Math.max(length, value.getBytes(StandardCharsets.UTF_8).length);
        if (column.isNumber() && !value.isEmpty()) {
          int scale = Math.max(0, new BigDecimal(value).stripTrailingZeros().scale());
          digits = Math.max(digits, scale);
          isWhole &= scale == 0;
        }
      }
      DataType type =
          !column.isNumber()
              ? DataType.STRING
              : isWhole && column.name().matches(".*(SEQ|DY)|AEPTCD")
                  ? DataType.INTEGER
                  : DataType.FLOAT;
      Variable variable =
          new Variable(
              column.name(), column.label(), type, column.isNumber() ? 8 : length, column.key());
      variables.add(variable);
      columns.add(
          new DefineXmlWriter.Column(
              variable,
              column.key() > 0,
              column.role(),
              origin(column),
              length,
              digits,
              codes(layout, column.name(), rows)));
    }
    Table table = new Table(layout.name(), layout.label(), variables);
    List<List<Value>> values = new ArrayList<>();
    for (Written row : rows) {
      List<Value> cells = new ArrayList<>();
      for (Layout.Column column : layout.columns()) {
        String value = row.get(column.name());
        cells.add(
            !column.isNumber()
                ? Value.of(value)
                : value.isEmpty() ? Value.MISSING : Value.of(Double.parseDouble(value)));
      }
      values.add(cells);
    }
    return new Tabulation(
        table,
        values,
        new DefineXmlWriter.Dataset(
            table, layout.structure(), layout.datasetClass(), "", false, columns));
  }

  private static String origin(Layout.Column column) {
    return column.role().equals("Identifier")
            || column.name().matches("VISIT.*|.*TEST(CD)?|DSDECOD")
        ? "Assigned"
        : column.name().endsWith("DY") ? "Derived" : "Collected";
  }

  private Optional<DefineXmlWriter.Codes> codes(
      Layout layout, String variable, List<Written> rows) {
    String domain = layout.name();
    if (variable.equals(domain + "TESTCD")) {
      Map<String, String> tests = new TreeMap<>();
      rows.forEach(row -> tests.put(row.get(variable), row.get(domain + "TEST")));
      Set<String> own = sponsorTests.getOrDefault(domain, Set.of());
      boolean isOwn = own.containsAll(tests.keySet());
      return Optional.of(
          new DefineXmlWriter.Codes(
              domain + " test codes" + (isOwn ? ", " + SPONSOR + " defined" : ""),
              isOwn,
              tests,
              isOwn ? Set.of() : own));
    }
    List<Term> terms =
        switch (variable) {
          case "SEX" -> Term.SEX;
          case "RACE" -> Term.RACE;
          case "ETHNIC" -> Term.ETHNIC;
          case "DSDECOD" -> Term.DISPOSITION;
          case "AEOUT" -> Term.OUT;
          case "AETOXGR" -> Term.GRADE;
          case "AEREL" -> Term.RELATEDNESS;
          default -> List.of();
        };
    if (terms.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> used = new TreeMap<>();
    rows.stream()
        .map(row -> row.get(variable))
        .filter(each -> !each.isEmpty())
        .forEach(each -> used.put(each, ""));
    Set<String> own =
        terms == Term.DISPOSITION
            ? Set.of("PROHIBITED TREATMENT NEEDED", "INTERCURRENT ILLNESS", "DECLINED CONSENT")
            : Set.of();
    boolean isOwn = terms == Term.RELATEDNESS;
    return used.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DefineXmlWriter.Codes(
                variable + (isOwn ? ", " + SPONSOR + " defined" : ""), isOwn, used, own));
  }

  private static String submission(List<Term> terms, @Nullable Type value) {
    return value == null
        ? ""
        : Elements.code(value)
            .flatMap(code -> Term.ofCode(terms, code))
            .map(Term::submission)
            .orElse("");
  }

  private static String text(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }

  private static String time(@Nullable Type at) {
    return at instanceof BaseDateTimeType time ? text(time) : "";
  }

  private static String text(@Nullable BaseDateTimeType at) {
    return at == null || at.isEmpty() ? "" : text(at.getValueAsString());
  }
}
