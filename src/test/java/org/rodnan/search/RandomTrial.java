package org.rodnan.search;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.ContactPoint;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Encounter;
import org.hl7.fhir.r4.model.Enumerations;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.InstantType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Location;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Organization;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Practitioner;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Questionnaire;
import org.hl7.fhir.r4.model.QuestionnaireResponse;
import org.hl7.fhir.r4.model.Range;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.RiskAssessment;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Timing;
import org.hl7.fhir.r4.model.Type;

/** Random resources of trials, of few values so that searches find something. */
final class RandomTrial {
  static final List<String> SYSTEMS = List.of("http://a", "http://b", "urn:c");
  static final List<String> CODES = List.of("x", "y", "z", "w-1");
  private static final String UCUM = "http://unitsofmeasure.org";
  private static final List<String> FAMILIES =
      List.of("Müller", "Muller", "O'Brien", "van der Berg", "Łukasz", "Ng", "Ngo", "Saint-Just");
  private static final List<String> GIVEN = List.of("Ann", "Anna", "Béla", "Eve", "Evelyn", "J.");
  private static final List<String> PLACES = List.of("London", "Lund", "St. Gallen", "Genève");

  private final Random random;
  private final String base;

  RandomTrial(Random random, String base) {
    this.random = random;
    this.base = base;
  }

  /** How many of each type there are. */
  private static int count(String type) {
    return switch (type) {
      case "Organization", "ResearchStudy", "Group", "Questionnaire" -> 5;
      case "Location", "Practitioner" -> 8;
      case "Patient" -> 40;
      case "RiskAssessment", "QuestionnaireResponse" -> 15;
      case "Observation" -> 130;
      default -> 40;
    };
  }

  static final List<String> TYPES =
      List.of(
          "Organization",
          "Location",
          "Practitioner",
          "Patient",
          "Group",
          "ResearchStudy",
          "ResearchSubject",
          "Encounter",
          "Condition",
          "Observation",
          "AdverseEvent",
          "RiskAssessment",
          "Questionnaire",
          "QuestionnaireResponse");

  /** Resources in the order to be written; some keys more than once. */
  List<Resource> all() {
    List<Resource> all = new ArrayList<>();
    for (String type : TYPES) {
      for (int i = 0; i < count(type); i++) {
        all.add(resource(type, i));
        if (chance(6)) {
          all.add(resource(type, random.nextInt(i + 1)));
        }
      }
    }
    return all;
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  Resource resource(String type, int number) {
    Resource resource =
        switch (type) {
          case "Organization" -> organization();
          case "Location" -> location();
          case "Practitioner" -> practitioner();
          case "Patient" -> patient();
          case "Group" -> group();
          case "ResearchStudy" -> study();
          case "ResearchSubject" -> subject();
          case "Encounter" -> encounter();
          case "Condition" -> condition();
          case "Observation" -> observation();
          case "AdverseEvent" -> adverseEvent();
          case "RiskAssessment" -> riskAssessment();
          case "Questionnaire" -> questionnaire(number);
          default -> response();
        };
    resource.setId(type.charAt(0) + "" + number);
    if (chance(4)) {
      resource.getMeta().addTag(coding());
    }
    if (chance(6)) {
      resource.getMeta().addProfile("http://profiles/" + any(CODES) + (chance(2) ? "|1.0" : ""));
    }
    if (chance(6)) {
      resource.getMeta().setSource("urn:feed/" + any(CODES));
    }
    return resource;
  }

  private Coding coding() {
    Coding coding = new Coding().setCode(any(CODES));
    if (!chance(4)) {
      coding.setSystem(any(SYSTEMS));
    }
    if (chance(3)) {
      coding.setDisplay(any(List.of("Alpha", "alpha beta", "Gamma ray")));
    }
    return coding;
  }

  private CodeableConcept concept() {
    CodeableConcept concept = new CodeableConcept();
    if (chance(4)) {
      concept.setText(any(List.of("Alpha text", "some Gamma")));
    }
    for (int i = random.nextInt(2); i >= 0; i--) {
      concept.addCoding(coding());
    }
    return concept;
  }

  private Identifier identifier() {
    Identifier identifier = new Identifier().setValue(any(List.of("1", "2", "3", "a,b", "c|d$e")));
    if (!chance(3)) {
      identifier.setSystem(any(SYSTEMS));
    }
    if (chance(2)) {
      identifier.setType(concept());
    }
    return identifier;
  }

  private Reference to(String type) {
    int extra = chance(12) ? 3 : 0;
    String key = type + "/" + type.charAt(0) + random.nextInt(count(type) + extra);
    Reference reference = new Reference();
    switch (random.nextInt(12)) {
      case 0 -> reference.setReference(base + "/" + key);
      case 1 -> reference.setReference(key + "/_history/1");
      case 2 -> reference.setReference("http://elsewhere/fhir/" + key);
      default -> reference.setReference(key);
    }
    if (chance(8)) {
      reference.setIdentifier(identifier());
    }
    if (chance(5)) {
      reference.setDisplay(any(List.of("Alpha", "Delta one")));
    }
    return reference;
  }

  private String day() {
    return "%04d-%02d-%02d"
        .formatted(2009 + random.nextInt(3), 1 + random.nextInt(12), 1 + random.nextInt(28));
  }

  /** A date or dateTime of any precision. */
  String date() {
    String day = day();
    return switch (random.nextInt(6)) {
      case 0 -> day.substring(0, 4);
      case 1 -> day.substring(0, 7);
      case 2 -> day + "T%02d:15:30Z".formatted(random.nextInt(24));
      case 3 -> day + "T%02d:15:30.250+02:00".formatted(random.nextInt(24));
      default -> day;
    };
  }

  private Period period() {
    Period period = new Period();
    String one = date();
    String two = date();
    boolean ordered = one.compareTo(two) <= 0;
    if (!chance(4)) {
      period.setStartElement(new DateTimeType(ordered ? one : two));
    }
    if (!period.hasStart() || !chance(3)) {
      period.setEndElement(new DateTimeType(ordered ? two : one));
    }
    return period;
  }

  private BigDecimal decimal() {
    return new BigDecimal(random.nextInt(60)).movePointLeft(random.nextInt(3));
  }

  private Quantity quantity() {
    Quantity quantity = new Quantity().setValue(decimal());
    switch (random.nextInt(8)) {
      case 0 -> quantity.setUnit("points");
      case 1 -> quantity.setSystem("urn:units").setCode("pts").setUnit("points");
      default -> {
        String unit = any(List.of("g", "mg", "kg", "L", "mL"));
        quantity.setSystem(UCUM).setCode(unit).setUnit(unit);
      }
    }
    if (chance(8)) {
      quantity.setComparator(
          chance(2)
              ? Quantity.QuantityComparator.GREATER_OR_EQUAL
              : Quantity.QuantityComparator.LESS_OR_EQUAL);
    }
    return quantity;
  }

  private Organization organization() {
    Organization organization = new Organization();
    organization.setName(any(PLACES) + " " + any(List.of("Clinic", "Hospital")));
    organization.addIdentifier(identifier());
    organization.addAddress().setCity(any(PLACES)).setCountry(any(List.of("GB", "SE", "CH")));
    if (chance(2)) {
      organization.setPartOf(to("Organization"));
    }
    return organization;
  }

  private Location location() {
    Location location = new Location();
    location
        .setName(any(PLACES))
        .setStatus(any(List.of(Location.LocationStatus.values()).subList(0, 3)));
    location.setManagingOrganization(to("Organization"));
    if (chance(2)) {
      location.setPartOf(to("Location"));
    }
    return location;
  }

  private Practitioner practitioner() {
    Practitioner practitioner = new Practitioner();
    practitioner.addName().setFamily(any(FAMILIES)).addGiven(any(GIVEN));
    practitioner.setGender(gender());
    practitioner
        .addTelecom()
        .setSystem(ContactPoint.ContactPointSystem.EMAIL)
        .setValue(any(List.of("Ann@Example.org", "eve@example.org")));
    return practitioner;
  }

  private Enumerations.AdministrativeGender gender() {
    return any(List.of(Enumerations.AdministrativeGender.values()).subList(0, 4));
  }

  private Patient patient() {
    Patient patient = new Patient();
    for (int i = random.nextInt(2); i >= 0; i--) {
      patient.addName().setFamily(any(FAMILIES)).addGiven(any(GIVEN)).addGiven(any(GIVEN));
    }
    if (!chance(5)) {
      patient.setGender(gender());
    }
    if (!chance(5)) {
      String day = date().replaceFirst("T.*", "");
      patient.setBirthDateElement(new DateType(day));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      patient.addIdentifier(identifier());
    }
    if (chance(2)) {
      patient.setActive(chance(2));
    }
    switch (random.nextInt(4)) {
      case 0 -> patient.setDeceased(new DateTimeType(date()));
      case 1 -> patient.setDeceased(new BooleanType(chance(2)));
      default -> patient.addAddress().addLine("12 High St").setCity(any(PLACES));
    }
    if (chance(2)) {
      patient.setManagingOrganization(to("Organization"));
    }
    if (chance(2)) {
      patient.addGeneralPractitioner(chance(3) ? to("Organization") : to("Practitioner"));
    }
    if (chance(3)) {
      patient
          .addTelecom()
          .setSystem(ContactPoint.ContactPointSystem.PHONE)
          .setValue(any(List.of("123", "456")));
    }
    return patient;
  }

  private Group group() {
    Group group = new Group().setType(Group.GroupType.PERSON).setActual(true);
    group.setCode(concept());
    for (int i = random.nextInt(5); i >= 0; i--) {
      group.addMember().setEntity(to("Patient"));
    }
    return group;
  }

  private ResearchStudy study() {
    ResearchStudy study = new ResearchStudy();
    study.setTitle(any(PLACES) + " trial").addIdentifier(identifier());
    study.setStatus(any(List.of(ResearchStudy.ResearchStudyStatus.values()).subList(0, 4)));
    study.setSponsor(to("Organization")).setPrincipalInvestigator(to("Practitioner"));
    study.addSite(to("Location")).setPhase(concept()).addCategory(concept());
    study.addArm().setName(any(List.of("Imatinib", "Placebo")));
    if (chance(2)) {
      study.addPartOf(to("ResearchStudy"));
    }
    if (chance(2)) {
      study.setPeriod(period());
    }
    return study;
  }

  private ResearchSubject subject() {
    ResearchSubject subject = new ResearchSubject();
    subject.setStudy(to("ResearchStudy")).setIndividual(to("Patient"));
    subject.setStatus(any(List.of(ResearchSubject.ResearchSubjectStatus.values()).subList(0, 5)));
    subject.setAssignedArm(any(List.of("Imatinib", "Placebo"))).setPeriod(period());
    subject.addIdentifier(identifier());
    return subject;
  }

  private Reference patientOrGroup() {
    return chance(6) ? to("Group") : to("Patient");
  }

  private Encounter encounter() {
    Encounter encounter = new Encounter();
    encounter.setStatus(any(List.of(Encounter.EncounterStatus.values()).subList(0, 4)));
    encounter.setClass_(coding()).setSubject(patientOrGroup()).setPeriod(period());
    encounter.addType(concept());
    encounter.addParticipant().setIndividual(to("Practitioner"));
    encounter.addLocation().setLocation(to("Location"));
    if (chance(3)) {
      encounter.setPartOf(to("Encounter"));
    }
    return encounter;
  }

  private Condition condition() {
    Condition condition = new Condition();
    condition.setCode(concept()).setSubject(patientOrGroup()).setEncounter(to("Encounter"));
    Type onset =
        switch (random.nextInt(4)) {
          case 0 -> new StringType(any(List.of("as a child", "As an adult", "lately")));
          case 1 -> period();
          case 2 -> new Range().setLow(ofYears()).setHigh(ofYears());
          default -> new DateTimeType(date());
        };
    condition.setOnset(onset);
    if (chance(2)) {
      condition.setRecordedDateElement(new DateTimeType(date()));
    }
    if (chance(2)) {
      condition.setSeverity(concept());
    }
    return condition;
  }

  private Quantity ofYears() {
    return new Quantity().setValue(decimal()).setUnit("a");
  }

  private Observation observation() {
    Observation observation = new Observation();
    observation.setStatus(any(List.of(Observation.ObservationStatus.values()).subList(0, 4)));
    observation.setCode(concept()).setSubject(chance(8) ? to("Location") : patientOrGroup());
    if (chance(2)) {
      observation.addCategory(concept());
    }
    if (!chance(4)) {
      observation.setEncounter(to("Encounter"));
    }
    switch (random.nextInt(8)) {
      case 0 -> observation.setEffective(period());
      case 1 -> observation.setEffective(new InstantType(day() + "T10:00:00.500Z"));
      case 2 -> {
        Timing timing = new Timing();
        timing.addEvent(new DateTimeType(date()).getValue());
        timing.getEvent().set(0, new DateTimeType(date()));
        timing.getEvent().add(new DateTimeType(date()));
        observation.setEffective(timing);
      }
      case 3 -> {}
      default -> observation.setEffective(new DateTimeType(date()));
    }
    observation.setValue(value());
    for (int i = random.nextInt(3); i > 0; i--) {
      observation.addComponent().setCode(concept()).setValue(value());
    }
    if (chance(5)) {
      observation.addHasMember(to("Observation"));
    }
    if (chance(3)) {
      observation.addPerformer(chance(2) ? to("Practitioner") : to("Organization"));
    }
    if (chance(3)) {
      Extension visit = observation.addExtension();
      visit.setUrl("https://w3id.org/rodnan/StructureDefinition/ssc-visit");
      visit.addExtension("code", concept());
      visit.addExtension("studyDay", new IntegerType(random.nextInt(40)));
    }
    return observation;
  }

  private Type value() {
    return switch (random.nextInt(6)) {
      case 0 -> concept();
      case 1 -> new StringType(any(List.of("Alpha Beta", "béta", "Ångström")));
      case 2 -> new DateTimeType(date());
      default -> quantity();
    };
  }

  private AdverseEvent adverseEvent() {
    AdverseEvent event = new AdverseEvent();
    event.setActuality(AdverseEvent.AdverseEventActuality.ACTUAL);
    event.setSubject(patientOrGroup()).setEvent(concept()).addStudy(to("ResearchStudy"));
    event.setDateElement(new DateTimeType(date())).setRecorder(to("Practitioner"));
    event.setSeriousness(concept()).setOutcome(concept()).setLocation(to("Location"));
    return event;
  }

  private RiskAssessment riskAssessment() {
    RiskAssessment risk = new RiskAssessment();
    risk.setStatus(RiskAssessment.RiskAssessmentStatus.FINAL).setSubject(patientOrGroup());
    for (int i = random.nextInt(2); i >= 0; i--) {
      RiskAssessment.RiskAssessmentPredictionComponent prediction = risk.addPrediction();
      if (chance(3)) {
        BigDecimal low = decimal();
        prediction.setProbability(
            new Range()
                .setLow(new Quantity().setValue(low))
                .setHigh(new Quantity().setValue(low.add(BigDecimal.TEN))));
      } else {
        prediction.setProbability(new DecimalType(decimal()));
      }
    }
    risk.setOccurrence(chance(2) ? period() : new DateTimeType(date()));
    return risk;
  }

  private Questionnaire questionnaire(int number) {
    Questionnaire questionnaire = new Questionnaire();
    questionnaire.setUrl("http://forms/" + CODES.get(number % 4) + "/" + number).setVersion("1");
    questionnaire.setStatus(Enumerations.PublicationStatus.ACTIVE).setTitle(any(PLACES));
    questionnaire.getSubjectType().add(new CodeType("Patient"));
    return questionnaire;
  }

  private QuestionnaireResponse response() {
    QuestionnaireResponse response = new QuestionnaireResponse();
    response.setStatus(QuestionnaireResponse.QuestionnaireResponseStatus.COMPLETED);
    int number = random.nextInt(5);
    response.setQuestionnaire(
        "http://forms/" + CODES.get(number % 4) + "/" + number + (chance(2) ? "|1" : ""));
    response.setSubject(to("Patient")).setEncounter(to("Encounter"));
    response.setAuthoredElement(new DateTimeType(date()));
    return response;
  }
}
