package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Annotation;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Identifier;
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
import org.rodnan.mapping.Disposition;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.Term;
import org.rodnan.mapping.Units;

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
  private final Set<String> usubjids = new HashSet<>();

  /** The first row of each resource. */
  private final Map<String, Written> byResource = new HashMap<>();

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
    return write(resources, resources.stream());
  }

  /**
   * The same; each resource that is not about a person as such is looked at once.
   *
   * @param persons all Patients and ResearchSubjects; other resources among them are ignored
   */
  public List<Tabulation> write(List<Resource> persons, Stream<Resource> records) {
    Map<String, Patient> patients = new HashMap<>();
    for (Resource resource : persons) {
      if (resource instanceof Patient patient) {
        patients.put("Patient/" + patient.getIdElement().getIdPart(), patient);
      }
    }
    for (Resource resource : persons) {
      if (resource instanceof ResearchSubject subject) {
        subject(subject, patients);
      }
    }
    records.forEach(this::record);
    visits();
    return datasets();
  }

  private void record(Resource resource) {
    switch (resource) {
      case AdverseEvent event -> row(event.getSubject().getReference(), event, this::adverseEvent);
      case MedicationAdministration given ->
          row(given.getSubject().getReference(), given, this::given);
      case MedicationStatement taken -> row(taken.getSubject().getReference(), taken, this::taken);
      case Observation observation ->
          row(observation.getSubject().getReference(), observation, this::observation);
      case Patient patient -> {}
      case ResearchSubject subject -> {}
      default -> leave(resource.fhirType());
    }
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
    row.notes.addAll(Comments.of(resource));
    if (byResource.putIfAbsent(resource.fhirType() + "/" + resource.getIdElement().getIdPart(), row)
        == null) {
      row.references.addAll(Relation.of(resource));
    }
    domains.computeIfAbsent(domain, key -> new ArrayList<>()).add(row);
    return row;
  }

  private void subject(ResearchSubject subject, Map<String, Patient> patients) {
    String reference = String.valueOf(subject.getIndividual().getReference());
    if (byPatient.containsKey(reference)) {
      leave("ResearchSubject of a person enrolled already");
      return;
    }
    Optional<Patient> patient = Optional.ofNullable(patients.get(reference));
    String id = subject.getIdElement().getIdPart();
    String value = subject.getIdentifierFirstRep().getValue();
    String number = value == null ? id : value;
    boolean isTaken = !usubjids.add(study + "-" + number);
    Subject named = new Subject(study + "-" + number + (isTaken ? "-" + id : ""), patient);
    byPatient.put(reference, named);
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
    disposition(subject, named, row);
  }

  private static boolean isSame(Identifier one, Identifier other) {
    return text(one.getSystem()).equals(text(other.getSystem()))
        && text(one.getValue()).equals(text(other.getValue()));
  }

  private static void identifiers(List<Identifier> identifiers, String name, Written row) {
    for (int i = 0; i < identifiers.size(); i++) {
      Identifier identifier = identifiers.get(i);
      row.supp(name + (i + 1), text(identifier.getSystem()) + "|" + text(identifier.getValue()));
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
    row.put("BRTHDTC", text(patient.getBirthDateElement()));
    List<Extension> races = patient.getExtensionsByUrl(Elements.PROFILES + "ssc-race");
    List<String> named = races.stream().map(each -> named(Term.RACE, each.getValue())).toList();
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
          String ethnicity = named(Term.ETHNIC, each.getValue());
          row.put("ETHNIC", ethnicity.isEmpty() ? "UNKNOWN" : ethnicity);
          row.supp("ETHNICC", ethnicity.isEmpty() ? ConceptText.marked(each.getValue()) : "");
        });
    if (patient.getDeceased() instanceof DateTimeType at) {
      row.put("DTHDTC", text(at));
      row.put("DTHFL", "Y");
    } else if (patient.getDeceased() instanceof BooleanType is) {
      row.put("DTHFL", is.booleanValue() ? "Y" : "");
      row.supp("ALIVE", is.booleanValue() ? "" : "Y");
    }
  }

  /** The submission value; empty if no term says all of it. */
  private static String named(List<Term> terms, Type value) {
    return Elements.code(value)
        .flatMap(code -> Term.ofCode(terms, code))
        .filter(term -> ConceptText.isOnly(value, term.system(), term.code()))
        .map(Term::submission)
        .orElse("");
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
    Term known =
        ours.flatMap(each -> Term.ofCode(Term.DISPOSITION, each.getCode()))
            .or(() -> Term.ofSubmission(Term.DISPOSITION, "OTHER"))
            .orElseThrow();
    String term = known.submission();
    row.put("DSTERM", reason.hasText() ? reason.getText() : term);
    row.put("DSDECOD", term);
    row.put("DSCAT", "DISPOSITION EVENT");
    row.put("DSSCAT", "STUDY PARTICIPATION");
    Elements.part(found.get(), "date").ifPresent(date -> row.put("DSSTDTC", time(date)));
    Elements.part(found.get(), "lastVisit")
        .flatMap(Elements::code)
        .ifPresent(code -> visit(code, row));
    codes(reason, ours, row);
    row.supp("NOCODE", ours.isEmpty() ? "Y" : "");
    row.supp("TEXTED", reason.hasText() && reason.getText().equalsIgnoreCase(term) ? "Y" : "");
    boolean isImplied = status.equals(Disposition.status(known).toCode());
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
      } else if (extension.getValue() instanceof BooleanType is
          && AdverseEventTerms.FLAGS.containsKey(url)) {
        row.supp(AdverseEventTerms.FLAGS.get(url), is.booleanValue() ? "Y" : "N");
      }
    }
    suspects(event.getExtensionsByUrl(Elements.AE + "suspect-entity"), row);
    items(event, "mitigating-action", "AEACT", row);
    row.put("AEACN", actions(row));
    items(event, "contributing-factor", "AECTF", row);
    items(event, "supporting-info", "AEINF", row);
    row.supp(
        "NORSUB",
        Elements.find(event, Elements.AE + "research-subject-ref").isPresent() ? "" : "Y");
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

  /** The first one's causality is AEREL; all else is in SUPPAE, numbered. */
  private static void suspects(List<Extension> suspects, Written row) {
    for (int i = 0; i < suspects.size(); i++) {
      String number = String.valueOf(i + 1);
      Extension suspect = suspects.get(i);
      Optional<Extension> causality = Optional.ofNullable(suspect.getExtensionByUrl("causality"));
      Optional<Type> related = causality.flatMap(each -> Elements.part(each, "entityRelatedness"));
      String term = related.map(each -> named(Term.RELATEDNESS, each)).orElse("");
      if (i == 0) {
        row.put("AEREL", related.isPresent() && term.isEmpty() ? "OTHER" : term);
      } else {
        row.supp("AEREL" + number, term);
      }
      if (term.isEmpty()) {
        row.supp("AERELC" + number, related.map(ConceptText::of).orElse(""));
      }
      row.supp(
          "AEMETH" + number,
          causality
              .flatMap(each -> Elements.part(each, "assessmentMethod"))
              .map(ConceptText::of)
              .orElse(""));
      row.supp(
          "AESUSP" + number, Elements.part(suspect, "instance").map(ConceptText::of).orElse(""));
    }
  }

  /** What an extension with an item says in codes or words. */
  private static void items(AdverseEvent event, String extension, String name, Written row) {
    int i = 0;
    for (Extension each : event.getExtensionsByUrl(Elements.AE + extension)) {
      row.supp(name + ++i, Elements.part(each, "item").map(ConceptText::of).orElse(""));
    }
  }

  /** One action that is a text needs no qualifier beside AEACN. */
  private static String actions(Written row) {
    String first = row.supplemental.getOrDefault("AEACT1", "");
    if (row.supplemental.containsKey("AEACT2")) {
      return "MULTIPLE";
    }
    if (first.isEmpty()
        || first.contains("|")
        || AdverseEventTerms.NO_ACTION.matcher(first).matches()) {
      return first.isEmpty() ? "" : "OTHER";
    }
    row.supplemental.remove("AEACT1");
    return first;
  }

  private void given(MedicationAdministration given, Subject subject) {
    Written row = start("EX", subject, given);
    link(given, row);
    row.supp(
        "STATRSN", given.getStatusReason().stream().findFirst().map(ConceptText::of).orElse(""));
    if (given.getMedication() instanceof CodeableConcept drug) {
      term(drug, row, "EXTRT");
    }
    row.supp("DOSETXT", text(given.getDosage().getText()));
    exposure(
        given,
        row,
        given.getEffective(),
        given.hasDosage() ? given.getDosage().getDose() : new Quantity());
    status(given.hasStatus() ? given.getStatus().toCode() : "", "completed", row);
  }

  private void taken(MedicationStatement taken, Subject subject) {
    boolean isOfStudy =
        taken.getMeta().hasProfile(Elements.PROFILES + "ssc-study-treatment-statement");
    Written row = start(isOfStudy ? "EX" : "CM", subject, taken);
    link(taken, row);
    row.supp(
        "STATRSN", taken.getStatusReason().stream().findFirst().map(ConceptText::of).orElse(""));
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
      status(status, "completed", row);
      return;
    }
    if (taken.getMedication() instanceof CodeableConcept drug) {
      term(drug, row, "CMTRT");
    }
    row.put("CMCAT", text(taken.getCategory().getText()));
    row.supp("CATCODE", taken.getCategory().hasCoding() ? ConceptText.of(taken.getCategory()) : "");
    CodeableConcept reason = taken.getReasonCodeFirstRep();
    row.put("CMINDC", text(reason.getText()));
    row.supp("INDCODE", reason.hasCoding() ? ConceptText.of(reason) : "");
    period(taken.getEffective(), row, "CMSTDTC", "CMENDTC");
    dose(dose, row, "CMDOSE", "CMDOSU");
    timing(taken, row, "CMSTDY");
    status(status, row.get("CMENDTC").isEmpty() ? "active" : "completed", row);
  }

  /**
   * What was not taken says so by --OCCUR, and how it was with all else by a qualifier.
   *
   * @param implied by a row that says nothing of it
   */
  private static void status(String status, String implied, Written row) {
    if (status.matches("not-done|not-taken")) {
      row.put(row.domain + "PRESP", "Y");
      row.put(row.domain + "OCCUR", "N");
    } else {
      row.supp("RESTAT", status.equals(implied) ? "" : status);
    }
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
      String digits = digits(dose.getValue());
      row.put(value, digits);
      row.supp(
          "DOSENUM", Value.of(Double.parseDouble(digits)).asText().equals(digits) ? "" : digits);
      unit(dose, row, unit);
    }
  }

  private static void unit(Quantity quantity, Written row, String... variables) {
    String unit = text(quantity.hasCode() ? quantity.getCode() : quantity.getUnit());
    String submission = SubmissionUnits.submission(unit);
    for (String variable : variables) {
      row.put(variable, submission);
    }
    boolean isKnown =
        submission.isEmpty() || Units.ucum(submission).filter(unit::equals).isPresent();
    row.supp("UCUM", isKnown ? "" : unit);
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
    row.supp("CODETXT", text(observation.getCode().getText()));
    if (measure.kind() == Measure.Kind.INVOLVEMENT) {
      involvement(observation, measure, row);
      return;
    }
    result(observation.getValue(), observation.getDataAbsentReason(), row);
    code(observation, "ssc-reference-equation").ifPresent(each -> row.supp("REFEQ", each));
    code(observation, "ssc-hemoglobin-source").ifPresent(each -> row.supp("HGBSRC", each));
    code(observation, "ssc-imputed").ifPresent(each -> row.supp("IMPUTED", each));
    for (ObservationComponentComponent component : observation.getComponent()) {
      component.getCode().getCoding().stream()
          .flatMap(each -> Measure.of(text(each.getSystem()), text(each.getCode())).stream())
          .findFirst()
          .ifPresent(site -> {
            Written part = finding(observation, subject, site);
            part.notes.clear();
            result(component.getValue(), component.getDataAbsentReason(), part);
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
      // In MH it would be the end of the event.
      String end = text(period.getEndElement());
      row.put(domain + "ENDTC", domain.equals("MH") ? "" : end);
      row.supp("PERIOD", end.isEmpty() || !domain.equals("MH") ? "Y" : end);
    }
    String category =
        observation.hasCategory()
            ? text(observation.getCategoryFirstRep().getCodingFirstRep().getCode())
            : "none";
    row.supp("OBSCAT", category.equals(measure.category()) ? "" : category);
    String status = observation.hasStatus() ? observation.getStatus().toCode() : "final";
    row.supp("OBSSTAT", status.equals("final") ? "" : status);
    link(observation, row);
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

  private static void result(Type value, CodeableConcept absent, Written row) {
    String domain = row.domain;
    if (value instanceof Quantity quantity && quantity.hasValue()) {
      String number = plain(quantity);
      row.put(domain + "ORRES", number);
      row.put(domain + "STRESC", number);
      row.put(domain + "STRESN", quantity.hasComparator() ? "" : digits(quantity.getValue()));
      unit(quantity, row, domain + "ORRESU", domain + "STRESU");
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
    String code = Elements.code(absent).orElse("");
    row.put(row.domain + "REASND", absent.hasText() ? absent.getText() : code);
    if (absent.hasText()) {
      row.supp("ABSENT", code.isEmpty() ? "NONE" : code);
    }
  }

  /** What the study's rows are taken to have: a link to it. */
  private static void link(DomainResource resource, Written row) {
    row.supp("NOSTUDY", Elements.find(resource, Elements.STUDY).isPresent() ? "" : "Y");
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
    List<Written> comments = new ArrayList<>();
    List<Written> referring = new ArrayList<>();
    for (Layout layout : Layout.ALL) {
      List<Written> rows = domains.getOrDefault(layout.name(), List.of());
      if (rows.isEmpty()) {
        continue;
      }
      List<Written> sorted = new ArrayList<>(rows);
      sorted.sort(order(layout));
      number(layout, sorted);
      sorted.forEach(row -> fit(row, layout));
      datasets.add(dataset(layout, sorted));
      List<Written> supplements = supplements(layout, sorted);
      if (!supplements.isEmpty()) {
        datasets.add(dataset(Layout.supplement(layout.name()), supplements));
      }
      comments(layout, sorted, comments);
      sorted.stream().filter(row -> !row.references.isEmpty()).forEach(referring::add);
    }
    List<Written> relations = relations(referring);
    if (!relations.isEmpty()) {
      datasets.add(dataset(Layout.RELATIONS, relations));
    }
    if (!comments.isEmpty()) {
      comments.sort(Comparator.comparing(row -> row.usubjid));
      number(Layout.COMMENTS, comments);
      Layout layout = Layout.comments(comments);
      for (Written row : comments) {
        fit(row, layout);
        // Comments have no SUPPCO.
        row.supplemental.keySet().forEach(name -> leave("rest of a long COEVAL"));
      }
      datasets.add(dataset(layout, comments));
    }
    return datasets;
  }

  private void fit(Written row, Layout layout) {
    row.fit(layout).forEach(variable -> leave("rest of a long " + variable));
  }

  /** Two records for each reference, when all rows have their numbers. */
  private List<Written> relations(List<Written> referring) {
    List<Written> relations = new ArrayList<>();
    referring.sort(Comparator.comparing(row -> row.usubjid));
    for (Written row : referring) {
      for (Relation.Found found : row.references) {
        Written target = byResource.get(found.target());
        if (target == null
            || !target.usubjid.equals(row.usubjid)
            || target.get(target.domain + "SEQ").isEmpty()) {
          leave("reference to " + found.target().replaceFirst("/.*", ""));
          continue;
        }
        String id = found.relation().id(row.domain, row.get(row.domain + "SEQ"));
        relations.add(related(row, id));
        relations.add(related(target, id));
      }
    }
    return relations;
  }

  private Written related(Written row, String id) {
    Written record = new Written("RELREC", row.usubjid);
    record.put("STUDYID", study);
    record.put("RDOMAIN", row.domain);
    record.put("USUBJID", row.usubjid);
    record.put("IDVAR", row.domain + "SEQ");
    record.put("IDVARVAL", row.get(row.domain + "SEQ"));
    record.put("RELID", id);
    return record;
  }

  private void comments(Layout layout, List<Written> rows, List<Written> comments) {
    for (Written row : rows) {
      for (Annotation note : row.notes) {
        Written comment = new Written("CO", row.usubjid);
        comment.put("STUDYID", study);
        comment.put("DOMAIN", "CO");
        comment.put("RDOMAIN", layout.name());
        comment.put("USUBJID", row.usubjid);
        comment.put("IDVAR", layout.name() + "SEQ");
        comment.put("IDVARVAL", row.get(layout.name() + "SEQ"));
        Comments.values(note).forEach(comment::put);
        if (!LongText.isWhole(LongText.split(note.getText()), note.getText())) {
          leave("rest of a long COVAL");
        }
        comments.add(comment);
      }
    }
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
        supplement.put("QLABEL", label(layout, name));
        supplement.put("QVAL", value);
        supplement.put("QORIG", "Assigned");
        supplements.add(supplement);
      });
    }
    return supplements;
  }

  /** Parts of one text have one label. */
  private static String label(Layout layout, String name) {
    String whole = LABELS.getOrDefault(name.replaceFirst("\\d*(_\\d+)?$", ""), name);
    return layout.columns().stream()
        .filter(column -> name.matches(".*\\d") && isPart(name, column.name()))
        .map(Layout.Column::label)
        .findFirst()
        .orElse(whole);
  }

  private static boolean isPart(String name, String variable) {
    int part = Integer.parseInt(name.replaceFirst(".*?(\\d{1,2})$", "$1"));
    return LongText.name(variable, part).equals(name);
  }

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
          Map.entry("AEREL", "Causality"),
          Map.entry("AERELC", "Causality in Another Vocabulary"),
          Map.entry("AEMETH", "Method of the Causality Assessment"),
          Map.entry("AEACT", "Mitigating Action"),
          Map.entry("AECTF", "Contributing Factor"),
          Map.entry("AEINF", "Supporting Information"),
          Map.entry("NORSUB", "No Research Subject in the Source"),
          Map.entry("NOSTUDY", "No Link to the Study in the Source"),
          Map.entry("NOCODE", "No Code of Ours in the Source"),
          Map.entry("TEXTED", "Text and Code Are the Same in the Source"),
          Map.entry("IDVALUE", "Identifier of the Subject"),
          Map.entry("IDSUB", "Further Identifier of the Subject"),
          Map.entry("IDPAT", "Identifier of the Patient"),
          Map.entry("ETHNICC", "Ethnicity in Another Vocabulary"),
          Map.entry("ALIVE", "Not Deceased, as Stated in the Source"),
          Map.entry("DOSENUM", "Dose as Written"),
          Map.entry("UCUM", "Unit of UCUM"),
          Map.entry("ABSENT", "FHIR Code of the Reason Not Done"),
          Map.entry("PERIOD", "A Period in the Source"),
          Map.entry("CODETXT", "Name of the Test in the Source"),
          Map.entry("STATRSN", "Reason of the FHIR Status"),
          Map.entry("CATCODE", "Category in Another Vocabulary"),
          Map.entry("INDCODE", "Indication in Another Vocabulary"),
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
