package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.AdverseEvent.AdverseEventActuality;
import org.hl7.fhir.r4.model.Annotation;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Dosage;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationAdministration.MedicationAdministrationStatus;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.MedicationStatement.MedicationStatementStatus;
import org.hl7.fhir.r4.model.Narrative;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Procedure;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Quantity.QuantityComparator;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.ResearchSubject.ResearchSubjectStatus;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.Term;

/**
 * A synthetic study, the same for the same seed: a few subjects with all that the profiles have,
 * values that are missing, dates in part, letters of many alphabets, and numbers that are odd but
 * valid.
 */
public final class GeneratedStudy {
  private static final String SNOMED = "http://snomed.info/sct";
  private static final List<String> ARMS =
      List.of("Placebo", "Imatinib 400 mg / d", "Bras d’étude n° 2", "对照组");

  private final Random random;
  private final String id;
  private final List<Resource> resources = new ArrayList<>();
  private final List<Resource> lost = new ArrayList<>();
  private final List<Resource> ofSubject = new ArrayList<>();
  private String patient = "";
  private String subject = "";
  private LocalDate start = LocalDate.EPOCH;
  private boolean isTest;
  private int next;

  private GeneratedStudy(long seed) {
    this.random = new Random(seed);
    this.id = "generated-" + seed;
    ResearchStudy study = new ResearchStudy();
    study.setId("ResearchStudy/" + id);
    study.setStatus(ResearchStudy.ResearchStudyStatus.ACTIVE).setTitle("Synthetic study " + seed);
    ARMS.forEach(arm -> study.addArm().setName(arm));
    resources.add(study);
    lost.add(study);
    int subjects = 2 + random.nextInt(2);
    for (int i = 1; i <= subjects; i++) {
      subject(i);
      for (int n = random.nextInt(3); n >= 0; n--) {
        adverseEvent();
        given();
        taken(true);
        taken(false);
        skinScore();
        history();
        condition();
      }
      for (Measure measure : Measure.ALL) {
        if (random.nextInt(3) == 0
            && measure.kind() != Measure.Kind.SITE
            && measure.kind() != Measure.Kind.INVOLVEMENT
            && !measure.isSkinScore()) {
          finding(measure);
        }
      }
      otherwise();
    }
  }

  public static GeneratedStudy of(long seed) {
    return new GeneratedStudy(seed);
  }

  public String id() {
    return id;
  }

  /** In an order in which they can be written. */
  public List<Resource> resources() {
    return List.copyOf(resources);
  }

  /** Those that SDTM has no place for, as {@code src/docs/sdtm.md} says. */
  public List<Resource> lost() {
    return List.copyOf(lost);
  }

  private boolean one(int of) {
    return random.nextInt(of) == 0;
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private void maybe(int of, Runnable making) {
    if (!one(of)) {
      making.run();
    }
  }

  private String text() {
    String text =
        any(
            List.of(
                "Pruritus",
                "Müller-Weiss „blood“, 2×",
                "肺炎 (両側)",
                "боль в суставах",
                "\uD83E\uDEC1 short of breath",
                "a | b",
                "text=trap",
                "two\nlines",
                "two  blanks",
                "a & b \"quoted\"'",
                "unknown",
                "OTHER",
                "Y",
                "0042",
                "ألم في اليد"));
    return one(6) ? (text + " and so on").repeat(14).strip() : text;
  }

  private String newId() {
    return id + "-r" + ++next + (one(5) ? ".x" : "");
  }

  private <T extends DomainResource> T started(T resource, String id, String profile) {
    resource.setId(resource.fhirType() + "/" + id);
    if (!profile.isEmpty()) {
      resource.getMeta().addProfile(Elements.PROFILES + profile);
    }
    if (isTest) {
      resource
          .getMeta()
          .addSecurity()
          .setSystem("http://terminology.hl7.org/CodeSystem/v3-ActReason")
          .setCode("HTEST");
    }
    resource.getText().setStatus(Narrative.NarrativeStatus.GENERATED);
    resource.getText().setDivAsString("Synthetic.");
    resources.add(resource);
    ofSubject.add(resource);
    return resource;
  }

  private String date() {
    String day = start.plusDays(random.nextInt(500) - 60).toString();
    return switch (random.nextInt(6)) {
      case 0 -> day.substring(0, 7);
      case 1 -> day.substring(0, 4);
      case 2 -> day + "T%02d:%02d:00+05:30".formatted(random.nextInt(24), random.nextInt(60));
      case 3 -> day + "T23:59:59.125Z";
      default -> day;
    };
  }

  /** A whole day not before another. */
  private String after(String date) {
    return date.substring(0, 4).equals(date) ? "2100" : "2100-01-0" + (1 + random.nextInt(9));
  }

  private DateTimeType at() {
    return new DateTimeType(date());
  }

  private Type moment() {
    if (one(2)) {
      return at();
    }
    Period period = new Period();
    String from = date();
    boolean isOpen = one(3);
    if (!one(3) || isOpen) {
      period.setStartElement(new DateTimeType(from));
    }
    if (!isOpen) {
      period.setEndElement(new DateTimeType(after(from)));
    }
    return period;
  }

  private CodeableConcept concept() {
    CodeableConcept concept = new CodeableConcept();
    int codes = random.nextInt(3);
    for (int i = 0; i < codes; i++) {
      boolean isOther = one(4);
      concept
          .addCoding()
          .setSystem(isOther ? "https://example.org/codes" : SNOMED)
          .setCode(isOther ? "x y " + i : any(List.of("21639008", "57773001", "233703007")));
    }
    return codes == 0 || one(2) ? concept.setText(text()) : concept;
  }

  /** To something of the same subject that has a row, if there is one; never to itself. */
  private Optional<Reference> reference(Resource from, Class<?>... types) {
    List<Resource> targets =
        ofSubject.stream()
            .filter(each -> each != from && Arrays.asList(types).contains(each.getClass()))
            .toList();
    return targets.isEmpty() || one(2)
        ? Optional.empty()
        : Optional.of(new Reference(any(targets).getId()));
  }

  private Type conceptOr(Resource from, Class<?>... types) {
    return reference(from, types).map(Type.class::cast).orElseGet(this::concept);
  }

  /** Of a code that the vocabulary has, or in other words. */
  private CodeableConcept word(List<Term> terms) {
    Term term = any(terms);
    return one(4) ? concept() : Elements.concept(term.system(), term.code());
  }

  private Annotation note() {
    Annotation note = new Annotation();
    note.setText(text());
    maybe(2, () -> note.setAuthor(new StringType("Dr. Ω")));
    maybe(2, () -> note.setTimeElement(at()));
    return note;
  }

  private void visit(DomainResource resource) {
    Extension visit = new Extension(Elements.PROFILES + "ssc-visit");
    if (one(2)) {
      String code =
          any(List.of("screening", "baseline", "week-12", "month-24", "follow-up", "unscheduled"));
      visit.addExtension(Elements.extension("code", Elements.concept(Elements.VISIT_SYSTEM, code)));
    }
    if (one(2)) {
      int day = random.nextInt(700) - 30;
      visit.addExtension(
          Elements.extension(
              "studyDay", new org.hl7.fhir.r4.model.IntegerType(day == 0 ? 1 : day)));
    }
    if (visit.hasExtension()) {
      resource.addExtension(visit);
    }
  }

  private void linked(DomainResource resource) {
    if (!one(9)) {
      resource.addExtension(
          Elements.extension(Elements.STUDY, Elements.reference("ResearchStudy", id)));
    }
    visit(resource);
  }

  private void subject(int number) {
    patient = id + "-p" + number;
    subject = id + "-s" + number;
    ofSubject.clear();
    isTest = one(2);
    start = LocalDate.of(2005, 3, 1).plusDays(random.nextInt(2_000));
    String value = any(List.of("%03d", "Ä-%d", "site 1/%d", "%d")).formatted(number);
    String system = one(3) ? "https://example.org/subjects" : subjects();
    Patient person = started(new Patient(), patient, "ssc-patient");
    person.addIdentifier().setSystem(one(3) ? "urn:mrn" : system).setValue(value);
    maybe(2, () -> person.addIdentifier().setSystem("urn:other").setValue("a|b " + number));
    person.addName().setText("Synthetic subject " + number);
    person.setGender(any(List.of(AdministrativeGender.values()).subList(0, 4)));
    maybe(
        3,
        () ->
            person.setBirthDateElement(
                new DateType(any(List.of("1950", "1961-02", "1972-12-31")))));
    for (int i = random.nextInt(5); i > 0; i--) {
      person.addExtension(Elements.extension(Elements.PROFILES + "ssc-race", word(Term.RACE)));
    }
    maybe(
        2,
        () ->
            person.addExtension(
                Elements.extension(Elements.PROFILES + "ssc-ethnicity", word(Term.ETHNIC))));
    maybe(2, () -> person.setDeceased(one(2) ? at() : new BooleanType(one(2))));

    ResearchSubject enrolled = started(new ResearchSubject(), subject, "ssc-research-subject");
    enrolled.addIdentifier().setSystem(system).setValue(value);
    maybe(2, () -> enrolled.addIdentifier().setSystem("urn:rand").setValue("R|" + number));
    enrolled.setStudy(Elements.reference("ResearchStudy", id));
    enrolled.setIndividual(Elements.reference("Patient", patient));
    maybe(4, () -> enrolled.setAssignedArm(any(ARMS)));
    maybe(4, () -> enrolled.setActualArm(any(ARMS)));
    maybe(
        5,
        () -> {
          Period period = new Period();
          period.setStartElement(new DateTimeType(start.toString()));
          maybe(2, () -> period.setEndElement(new DateTimeType(start.plusDays(365).toString())));
          enrolled.setPeriod(period);
        });
    boolean isOver = one(2);
    enrolled.setStatus(
        any(
            isOver
                ? List.of(ResearchSubjectStatus.OFFSTUDY, ResearchSubjectStatus.WITHDRAWN)
                : List.of(
                    ResearchSubjectStatus.ONSTUDY,
                    ResearchSubjectStatus.SCREENING,
                    ResearchSubjectStatus.ONSTUDYINTERVENTION)));
    if (isOver) {
      Extension disposition = new Extension(Elements.PROFILES + "ssc-disposition");
      CodeableConcept reason = word(Term.DISPOSITION);
      maybe(2, () -> reason.setText(one(3) ? "completed" : text()));
      disposition.addExtension(Elements.extension("reason", reason));
      maybe(2, () -> disposition.addExtension(Elements.extension("date", at())));
      maybe(
          2,
          () ->
              disposition.addExtension(
                  Elements.extension(
                      "lastVisit", Elements.concept(Elements.VISIT_SYSTEM, "month-9"))));
      enrolled.addExtension(disposition);
    }
  }

  private String subjects() {
    return "https://w3id.org/rodnan/subjects/" + id;
  }

  private void adverseEvent() {
    AdverseEvent event = started(new AdverseEvent(), newId(), "ssc-adverse-event");
    event.setActuality(AdverseEventActuality.ACTUAL);
    event.setEvent(concept());
    event.setSubject(Elements.reference("Patient", patient));
    event.addStudy(Elements.reference("ResearchStudy", id));
    visit(event);
    maybe(
        5,
        () ->
            event.addExtension(
                Elements.extension(
                    Elements.AE + "research-subject-ref",
                    Elements.reference("ResearchSubject", subject))));
    maybe(
        4,
        () -> {
          DateTimeType from = at();
          event.setDateElement(from);
          maybe(
              2,
              () ->
                  event.addExtension(
                      Elements.extension(
                          Elements.AE + "resolve-date",
                          new DateTimeType(after(from.getValueAsString())))));
        });
    boolean isSerious = one(2);
    event.setSeriousness(
        Elements.concept(
            "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness",
            isSerious ? "serious" : "non-serious"));
    if (isSerious) {
      List<Term> criteria = new ArrayList<>(Term.CRITERIA);
      for (int i = random.nextInt(3); i >= 0; i--) {
        Term term = criteria.remove(random.nextInt(criteria.size()));
        Extension criterion = new Extension(Elements.AE + "seriousness-criteria");
        criterion.addExtension(
            Elements.extension("criterionCode", Elements.concept(term.system(), term.code())));
        criterion.addExtension(Elements.extension("criterionPresent", new BooleanType(true)));
        event.addExtension(criterion);
      }
    }
    Term outcome = any(Term.OUT);
    CodeableConcept outcomes = Elements.concept(outcome.system(), outcome.code());
    Term.ofSubmission(Term.OUT_NCIT, outcome.submission())
        .ifPresent(each -> outcomes.addCoding().setSystem(each.system()).setCode(each.code()));
    event.setOutcome(outcomes);
    maybe(
        3,
        () -> {
          Term grade = Term.GRADE.get(random.nextInt(outcome.code().equals("fatal") ? 5 : 4));
          event.addExtension(
              Elements.extension(
                  Elements.AE + "ae-grade", Elements.concept(grade.system(), grade.code())));
        });
    maybe(
        2,
        () ->
            event.setSeverity(
                Elements.concept(
                    "http://terminology.hl7.org/CodeSystem/adverse-event-severity",
                    any(List.of("mild", "moderate", "severe")))));
    for (int i = random.nextInt(4); i > 0; i--) {
      event.addExtension(suspect(event));
    }
    items(event, "mitigating-action", MedicationAdministration.class);
    items(event, "contributing-factor", Observation.class, Condition.class);
    items(event, "supporting-info", Observation.class, MedicationAdministration.class);
    reference(event, Observation.class, Condition.class)
        .ifPresent(
            each -> event.addExtension(Elements.extension(Elements.AE + "resultingEffect", each)));
    for (String flag : AdverseEventTerms.FLAGS.keySet()) {
      maybe(2, () -> event.addExtension(Elements.extension(flag, new BooleanType(one(2)))));
    }
    maybe(2, () -> event.addExtension(Elements.extension(Elements.AE + "note", note())));
    event.addModifierExtension(
        Elements.extension(
            Elements.AE + "status", new CodeType(any(List.of("completed", "in-progress")))));
  }

  private void items(AdverseEvent event, String name, Class<?>... types) {
    for (int i = random.nextInt(3); i > 0; i--) {
      Extension made = new Extension(Elements.AE + name);
      made.addExtension(Elements.extension("item", conceptOr(event, types)));
      event.addExtension(made);
    }
  }

  private Extension suspect(AdverseEvent event) {
    Extension causality = new Extension("causality");
    maybe(2, () -> causality.addExtension(Elements.extension("assessmentMethod", concept())));
    if (!causality.hasExtension() || one(2)) {
      causality.addExtension(Elements.extension("entityRelatedness", word(Term.RELATEDNESS)));
    }
    Extension suspect = new Extension(Elements.AE + "suspect-entity");
    suspect.addExtension(
        Elements.extension(
            "instance",
            conceptOr(event, MedicationAdministration.class, MedicationStatement.class)));
    suspect.addExtension(causality);
    return suspect;
  }

  private Quantity dose() {
    return Elements.quantity(
        new BigDecimal(any(List.of("400", "2.50", "0.125", "1000.0", "12.345678901234567"))),
        any(List.of("mg", "mg/kg", "g", "[iU]", "ug/kg/h")));
  }

  private void doseChange(DomainResource resource) {
    maybe(
        2,
        () -> {
          Extension change = new Extension(Elements.PROFILES + "ssc-dose-change");
          change.addExtension(
              Elements.extension(
                  "kind",
                  Elements.concept(
                      "https://w3id.org/rodnan/CodeSystem/ssc-dose-change",
                      any(List.of("start", "decrease", "stop")))));
          change.addExtension(
              Elements.extension(
                  "reason",
                  Elements.concept(
                      "https://w3id.org/rodnan/CodeSystem/ssc-dose-change-reason",
                      any(List.of("adverse-event", "recovery")))));
          resource.addExtension(change);
        });
  }

  private void given() {
    MedicationAdministration given =
        started(new MedicationAdministration(), newId(), "ssc-study-treatment");
    linked(given);
    doseChange(given);
    given.setMedication(concept());
    given.setSubject(Elements.reference("Patient", patient));
    given.setEffective(moment());
    given.setStatus(
        any(
            List.of(
                MedicationAdministrationStatus.COMPLETED,
                MedicationAdministrationStatus.INPROGRESS,
                MedicationAdministrationStatus.STOPPED,
                MedicationAdministrationStatus.NOTDONE)));
    if (given.getStatus() == MedicationAdministrationStatus.STOPPED
        || given.getStatus() == MedicationAdministrationStatus.NOTDONE) {
      given.addStatusReason(concept());
    } else {
      given.getDosage().setDose(dose());
      maybe(2, () -> given.getDosage().setText(text()));
    }
    maybe(3, () -> given.addNote(note()));
    reference(given, Observation.class).ifPresent(given::addReasonReference);
  }

  private void taken(boolean isOfStudy) {
    MedicationStatement taken =
        started(
            new MedicationStatement(), newId(), isOfStudy ? "ssc-study-treatment-statement" : "");
    linked(taken);
    taken.setMedication(concept());
    taken.setSubject(Elements.reference("Patient", patient));
    taken.setStatus(
        any(List.of(MedicationStatementStatus.COMPLETED, MedicationStatementStatus.ACTIVE)));
    Dosage dosage = new Dosage();
    maybe(2, () -> dosage.setText(text()));
    if (isOfStudy || one(2)) {
      dosage.addDoseAndRate().setDose(dose());
    }
    if (!dosage.isEmpty()) {
      taken.addDosage(dosage);
    }
    if (isOfStudy) {
      doseChange(taken);
      taken.setEffective(moment());
    } else {
      maybe(4, () -> taken.setEffective(moment()));
      maybe(2, () -> taken.setCategory(concept()));
      maybe(2, () -> taken.addReasonCode(concept()));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      taken.addNote(note());
      reference(taken, Observation.class, Condition.class).ifPresent(taken::addReasonReference);
      reference(taken, AdverseEvent.class, MedicationAdministration.class)
          .ifPresent(taken::addDerivedFrom);
    }
  }

  private Observation observation(Measure measure) {
    Observation observation = started(new Observation(), newId(), measure.profile());
    linked(observation);
    observation.setStatus(
        any(
            List.of(
                ObservationStatus.FINAL,
                ObservationStatus.AMENDED,
                ObservationStatus.CORRECTED,
                ObservationStatus.PRELIMINARY)));
    maybe(
        4,
        () ->
            observation.addCategory(
                Elements.concept(
                    "http://terminology.hl7.org/CodeSystem/observation-category",
                    measure.category())));
    CodeableConcept code = Elements.concept(measure.system(), measure.code());
    maybe(3, () -> code.addCoding().setSystem(SNOMED).setCode("233703007"));
    maybe(3, () -> code.setText(text()));
    observation.setCode(code);
    observation.setSubject(Elements.reference("Patient", patient));
    observation.setEffective(moment());
    maybe(3, () -> observation.addNote(note()));
    reference(observation, Observation.class).ifPresent(observation::addDerivedFrom);
    reference(observation, Observation.class).ifPresent(observation::addHasMember);
    reference(observation, AdverseEvent.class, MedicationStatement.class)
        .ifPresent(observation::addFocus);
    return observation;
  }

  private CodeableConcept absent() {
    CodeableConcept absent = new CodeableConcept();
    if (one(2)) {
      absent
          .addCoding()
          .setSystem(Elements.ABSENT)
          .setCode(any(List.of("unknown", "not-performed", "masked")));
    }
    return !absent.hasCoding() || one(2) ? absent.setText(text()) : absent;
  }

  private void valued(Observation observation, Supplier<Type> value) {
    if (one(6)) {
      observation.setDataAbsentReason(absent());
    } else {
      observation.setValue(value.get());
    }
  }

  private void finding(Measure measure) {
    Observation observation = observation(measure);
    if (measure.isPredicted()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-reference-equation",
              Elements.concept(Elements.EQUATIONS, any(List.of("gli-2012", "not-stated")))));
    }
    if (measure.isAdjusted()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-hemoglobin-source",
              Elements.concept(
                  Elements.HEMOGLOBIN, any(List.of("assumed-standard", "not-stated")))));
    }
    if (measure.kind() == Measure.Kind.ANTIBODY) {
      Term result = any(Term.RESULT);
      valued(observation, () -> Elements.concept(result.system(), result.code()));
    } else {
      valued(observation, () -> quantity(measure));
    }
  }

  private Quantity quantity(Measure measure) {
    String unit =
        !measure.unit().isEmpty()
            ? measure.unit()
            : switch (measure.code()) {
              case "19870-5" -> "L";
              case "19911-7", "19913-3" -> any(List.of("mL/min/mm[Hg]", "mmol/min/kPa"));
              case "crp" -> any(List.of("mg/L", "mg/dL"));
              case "8302-2" -> any(List.of("cm", "[in_i]"));
              case "29463-7" -> any(List.of("kg", "[lb_av]", "g"));
              case "8480-6", "8462-4" -> "mm[Hg]";
              case "8867-4" -> "/min";
              default -> any(List.of("Cel", "[degF]"));
            };
    int low = measure.code().equals("lvef") ? 6 : 1;
    int high =
        switch (measure.code()) {
          case "haq-di", "shaq-di" -> 3;
          case "physician-global", "19870-5" -> 10;
          default -> 20;
        };
    BigDecimal value =
        BigDecimal.valueOf(low + random.nextDouble() * (high - low))
            .setScale(any(List.of(0, 1, 2, 3, 12, 21)), RoundingMode.DOWN);
    Quantity quantity =
        Elements.quantity(
            one(9) && low == 1 && measure.profile().equals("ssc-lab-result")
                ? new BigDecimal("0.000")
                : value,
            unit);
    if (one(5) && List.of("crp", "ck").contains(measure.code())) {
      quantity.setComparator(any(List.of(QuantityComparator.values()).subList(0, 4)));
    }
    return quantity;
  }

  private void skinScore() {
    Measure total = Measure.of(Measure.MRSS).orElseThrow();
    Observation observation = observation(total);
    boolean isWhole = one(2);
    boolean isBySite = one(2);
    BigDecimal sum = BigDecimal.ZERO;
    if (isBySite) {
      for (Measure site : Measure.SITES) {
        if (!isWhole && one(4)) {
          continue;
        }
        Observation.ObservationComponentComponent component = observation.addComponent();
        component.setCode(Elements.concept(site.system(), site.code()));
        if (!isWhole && one(4)) {
          component.setDataAbsentReason(absent());
        } else {
          BigDecimal score = new BigDecimal(random.nextInt(4)).setScale(one(9) ? 1 : 0);
          component.setValue(Elements.quantity(score, "{score}"));
          sum = sum.add(score);
        }
      }
    }
    boolean isImputed = isBySite && !isWhole && one(2);
    if (isImputed) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-imputed",
              Elements.concept(Elements.IMPUTATION, "mean-of-sites")));
    }
    if (isBySite && !isWhole && !isImputed) {
      observation.setDataAbsentReason(absent());
    } else {
      BigDecimal value = isBySite && isWhole ? sum : new BigDecimal(random.nextInt(52));
      observation.setValue(Elements.quantity(value, "{score}"));
    }
  }

  private void history() {
    Measure organ =
        any(Measure.ALL.stream().filter(m -> m.kind() == Measure.Kind.INVOLVEMENT).toList());
    Observation observation = observation(organ);
    String answer = any(List.of("Y", "N"));
    valued(
        observation,
        () -> Elements.concept("http://terminology.hl7.org/CodeSystem/v2-0136", answer));
  }

  private void condition() {
    Condition condition = started(new Condition(), newId(), "");
    condition.setCode(concept());
    condition.setSubject(Elements.reference("Patient", patient));
    String from = date();
    maybe(3, () -> condition.setOnset(new DateTimeType(from)));
    boolean isOver = one(2);
    if (isOver) {
      condition.setAbatement(new DateTimeType(after(from)));
    }
    if (isOver || !one(3)) {
      condition.setClinicalStatus(
          Elements.concept(
              "http://terminology.hl7.org/CodeSystem/condition-clinical",
              any(
                  isOver
                      ? List.of("resolved", "remission", "inactive")
                      : List.of("active", "relapse", "resolved"))));
    }
    maybe(
        3,
        () ->
            condition.setVerificationStatus(
                Elements.concept(
                    "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                    any(List.of("confirmed", "confirmed", "provisional")))));
    maybe(2, () -> condition.addNote(note()));
  }

  /** What is left out on the way, and must not disturb the rest. */
  private void otherwise() {
    Observation wrong = observation(Measure.of("esr").orElseThrow());
    wrong.setStatus(ObservationStatus.ENTEREDINERROR);
    wrong.setValue(Elements.quantity(BigDecimal.TEN, "mm/h"));
    lost.add(wrong);
    ofSubject.remove(wrong);
    Observation other = started(new Observation(), newId(), "");
    linked(other);
    other.setStatus(ObservationStatus.FINAL);
    other.setCode(new CodeableConcept(new Coding().setSystem(Measure.LOINC).setCode("718-7")));
    other.setSubject(Elements.reference("Patient", patient));
    other.setEffective(at());
    other.setValue(Elements.quantity(new BigDecimal("13.5"), "g/dL"));
    lost.add(other);
    ofSubject.remove(other);
    Procedure procedure = started(new Procedure(), newId(), "");
    linked(procedure);
    procedure.setStatus(Procedure.ProcedureStatus.COMPLETED);
    procedure.setCode(concept());
    procedure.setSubject(Elements.reference("Patient", patient));
    lost.add(procedure);
    ofSubject.remove(procedure);
    Condition refuted = started(new Condition(), newId(), "");
    refuted.setCode(concept());
    refuted.setSubject(Elements.reference("Patient", patient));
    refuted.setVerificationStatus(
        Elements.concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"));
    lost.add(refuted);
    ofSubject.remove(refuted);
  }
}
