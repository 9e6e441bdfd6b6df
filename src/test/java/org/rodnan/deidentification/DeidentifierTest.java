package org.rodnan.deidentification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.hl7.fhir.r4.model.Age;
import org.hl7.fhir.r4.model.Annotation;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Location;
import org.hl7.fhir.r4.model.MarkdownType;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Range;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.EveryElement;
import org.rodnan.index.ReferenceText;

/** What is left of a resource. */
class DeidentifierTest {
  private static final String MARKER = "Marker-Whoever-7731";
  private static final LocalDate TODAY = LocalDate.of(2026, 11, 26);
  private static final ReferenceText REFERENCES = new ReferenceText(java.util.List.of());

  private static Deidentifier with(String key) {
    return new Deidentifier(
        PseudonymKey.of(key.repeat(32).getBytes(UTF_8)), REFERENCES::local, 30, 365);
  }

  private static String json(Resource resource) {
    return FhirContexts.r4().newJsonParser().encodeResourceToString(resource);
  }

  private static Resource masked(Deidentifier by, Resource resource) {
    ResourceKey key = new ResourceKey(resource.fhirType(), resource.getIdElement().getIdPart());
    return by.deidentified(key, resource, TODAY).orElseThrow();
  }

  /** Resources in which every element has a value, and every text is a marker. */
  @Test
  void leavesNoTextNoIdAndNoDate() {
    long seed = ThreadLocalRandom.current().nextLong();
    Deidentifier deidentifier = with("a");
    for (int round = 0; round < 4; round++) {
      EveryElement every = new EveryElement(seed, round);
      for (String type : Deidentifier.TYPES) {
        DomainResource resource = (DomainResource) every.of(type);
        mark(resource);
        String id = "original-" + type.toLowerCase(java.util.Locale.ROOT);
        resource.setId(id);
        String before = json(resource);
        assertThat(before).contains(MARKER);
        String after = json(masked(deidentifier, resource));
        assertThat(after)
            .describedAs("seed %d, round %d, %s", seed, round, type)
            .doesNotContain(MARKER)
            .doesNotContain(id)
            .doesNotContain("Patient/p")
            .doesNotContain("\"div\"")
            .doesNotContain("lastUpdated");
      }
    }
  }

  private static void mark(DomainResource resource) {
    var terser = FhirContexts.r4().newTerser();
    for (StringType each : terser.getAllPopulatedChildElementsOfType(resource, StringType.class)) {
      if (each.getClass() == StringType.class || each.getClass() == MarkdownType.class) {
        each.setValue(MARKER);
      }
    }
    resource.addExtension("https://example.org/unknown", new StringType(MARKER));
    resource.addContained(
        new Patient().addAddress(new org.hl7.fhir.r4.model.Address().setCity(MARKER)));
    resource.getText().setDivAsString("<div>" + MARKER + "</div>");
    switch (resource) {
      case ResearchSubject subject -> subject.setAssignedArm("Arm").setActualArm("Arm");
      case ResearchStudy study -> study.getArm().forEach(each -> each.setName("Arm"));
      // Region and country stay.
      case org.hl7.fhir.r4.model.Location location ->
          location.getAddress().setState("NY").setCountry("US");
      case Observation observation -> {
        observation.addNote(new Annotation().setText(MARKER));
        observation
            .addComponent()
            .addModifierExtension(
                new org.hl7.fhir.r4.model.Extension(
                    "https://example.org/unknown", new StringType(MARKER)));
      }
      default -> {}
    }
  }

  @Test
  void keepsTheIntervalsBetweenTheDatesOfASubject() {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    Deidentifier deidentifier = with("a");
    for (int i = 0; i < 200; i++) {
      LocalDate first = LocalDate.of(1990, 1, 1).plusDays(random.nextInt(10_000));
      LocalDate second = first.plusDays(random.nextInt(4_000));
      String time = "T%02d:17:00+02:00".formatted(random.nextInt(24));
      Observation observation = new Observation();
      observation.setId("o" + i);
      observation.setSubject(new Reference("Patient/p" + i));
      observation.setEffective(new DateTimeType(first + time));
      Condition condition = new Condition();
      condition.setId("c" + i);
      condition.setSubject(new Reference("Patient/p" + i));
      condition.setRecordedDateElement(new DateTimeType(second.toString()));

      String one =
          ((BaseDateTimeType) ((Observation) masked(deidentifier, observation)).getEffective())
              .getValueAsString();
      String two =
          ((Condition) masked(deidentifier, condition)).getRecordedDateElement().getValueAsString();
      LocalDate shifted = LocalDate.parse(one.substring(0, 10));
      assertThat(one).describedAs("seed %d", seed).endsWith(time);
      assertThat(ChronoUnit.DAYS.between(shifted, LocalDate.parse(two)))
          .describedAs("seed %d", seed)
          .isEqualTo(ChronoUnit.DAYS.between(first, second));
      assertThat(Math.abs(ChronoUnit.DAYS.between(first, shifted)))
          .describedAs("seed %d", seed)
          .isBetween(30L, 365L);
    }
  }

  @Test
  void givesTheSamePseudonymsForTheSameKeyOnly() {
    ResourceKey key = new ResourceKey("Patient", "p1");
    assertThat(with("a").pseudonym(key)).isEqualTo(with("a").pseudonym(key)).hasSize(32);
    assertThat(with("a").pseudonym(key)).isNotEqualTo(with("b").pseudonym(key));
    Observation observation = new Observation();
    observation.setId("o1");
    observation.setSubject(new Reference("Patient/p1"));
    assertThat(((Observation) masked(with("a"), observation)).getSubject().getReference())
        .isEqualTo("Patient/" + with("a").pseudonym(key));
  }

  @Test
  void tellsNoAgeOver89() {
    Patient old = new Patient();
    old.setId("p1");
    old.getBirthDateElement().setValueAsString("1936-03-04");
    Patient young = new Patient();
    young.setId("p2");
    young.setGender(AdministrativeGender.FEMALE);
    young.getBirthDateElement().setValueAsString("1980-06-15");
    assertThat(json(masked(with("a"), old))).doesNotContain("193").contains("masked");
    assertThat(((Patient) masked(with("a"), young)).getBirthDateElement().getValueAsString())
        .matches("1979|1980|1981");
    Condition condition = new Condition();
    condition.setId("c1");
    condition.setOnset(age(93));
    Age onset = (Age) ((Condition) masked(with("a"), condition)).getOnset();
    assertThat(onset.getValue().intValue()).isEqualTo(90);
    assertThat(onset.getComparator().toCode()).isEqualTo(">=");
    condition.setOnset(age(89));
    assertThat(((Age) ((Condition) masked(with("a"), condition)).getOnset()).getValue().intValue())
        .isEqualTo(89);
  }

  @Test
  void tellsNoAgeOver89InAnyUnitOrPartOfAnObservation() {
    Observation months = observation("30525-0");
    months.setValue(quantity(1100, "mo", "months"));
    Quantity told = ((Observation) masked(with("a"), months)).getValueQuantity();
    assertThat(told.getValue().intValue()).isEqualTo(90);
    assertThat(told.getCode()).isEqualTo("a");
    months.setValue(quantity(100, "mo", "months"));
    told = ((Observation) masked(with("a"), months)).getValueQuantity();
    assertThat(told.getValue().intValue()).isEqualTo(100);
    assertThat(told.getCode()).isEqualTo("mo");

    Observation whole = observation("30525-0");
    whole.setValue(new IntegerType(92));
    whole = (Observation) masked(with("a"), whole);
    assertThat(whole.hasValue()).isFalse();
    assertThat(whole.getDataAbsentReason().getCodingFirstRep().getCode()).isEqualTo("masked");

    Observation range = observation("30525-0");
    range.setValue(new Range().setLow(quantity(92, null, null)).setHigh(quantity(94, null, null)));
    range.addReferenceRange().setAge(new Range().setLow(quantity(91, null, null)));
    assertThat(json(masked(with("a"), range))).doesNotContain(":92", ":94", ":91").contains(":90");

    Observation parts = observation("8716-3");
    parts.addComponent().setCode(new CodeableConcept().setText("Age at onset"));
    parts.getComponentFirstRep().setValue(quantity(93, null, "years"));
    parts.addComponent().setCode(new CodeableConcept().setText("age, weeks"));
    parts.getComponent().get(1).setValue(quantity(4900, "wk", "weeks"));
    parts.addComponent().setCode(new CodeableConcept().setText("pulse"));
    parts.getComponent().get(2).setValue(quantity(95, "/min", "per minute"));
    assertThat(json(masked(with("a"), parts))).doesNotContain(":93", ":4900").contains(":95");
  }

  @Test
  void tellsOfABirthDateAsAValueTheYearAtMost() {
    Observation birth = observation("21112-8");
    birth.setValue(new DateTimeType("1980-06-15"));
    assertThat(((Observation) masked(with("a"), birth)).getValueDateTimeType().getValueAsString())
        .matches("1979|1980|1981");
    birth.setValue(new DateTimeType("1921-03-04"));
    birth = (Observation) masked(with("a"), birth);
    assertThat(birth.hasValue()).isFalse();
    Condition condition = new Condition();
    condition.setId("c1");
    condition.setSubject(new Reference("Patient/p1"));
    condition.setOnset(new DateTimeType("1921-03-04"));
    assertThat(json(masked(with("a"), condition))).doesNotContain("\"192");
  }

  @Test
  void tellsNoPlaceMoreExactlyThanTheState() {
    Location location = new Location();
    location.setId("l1");
    location.getPosition().setLatitude(55.987654).setLongitude(11.123456);
    location.getAddress().setState("NY").setCity("Ithaca");
    location.getMeta().addProfile("http://example.org/of-somebody");
    assertThat(json(masked(with("a"), location)))
        .contains("NY")
        .doesNotContain("55.98", "11.12", "Ithaca", "of-somebody");
  }

  private static Observation observation(String loinc) {
    Observation observation = new Observation();
    observation.setId("o1");
    observation.setSubject(new Reference("Patient/p1"));
    observation.getCode().addCoding().setSystem("http://loinc.org").setCode(loinc);
    return observation;
  }

  private static Quantity quantity(long value, @Nullable String code, @Nullable String unit) {
    Quantity quantity = new Quantity(value).setUnit(unit);
    return code == null ? quantity : quantity.setSystem("http://unitsofmeasure.org").setCode(code);
  }

  private static Age age(int years) {
    Age age = new Age();
    age.setValue(years).setSystem("http://unitsofmeasure.org").setCode("a");
    return age;
  }

  @Test
  void leavesOutWhatAnUnknownExtensionModifies() {
    Observation observation = new Observation();
    observation.setId("o1");
    observation.addModifierExtension(
        new org.hl7.fhir.r4.model.Extension("https://example.org/not", new StringType("x")));
    assertThat(with("a").deidentified(new ResourceKey("Observation", "o1"), observation, TODAY))
        .isEqualTo(Optional.empty());
  }

  @Test
  void refusesAKeyThatIsTooShortAndNeverShowsOne() {
    assertThatThrownBy(() -> PseudonymKey.of(new byte[31])).hasMessageContaining("31 bytes");
    assertThat(PseudonymKey.of(MARKER.repeat(2).getBytes(UTF_8)).toString()).doesNotContain(MARKER);
  }

  /** Four subjects who are alike and one who is not. */
  @Test
  void countsWhoIsAlike() {
    Anonymity anonymity = new Anonymity(2026);
    for (int i = 0; i < 5; i++) {
      Patient patient = new Patient();
      patient.setId("p" + i);
      patient.setGender(i == 4 ? AdministrativeGender.MALE : AdministrativeGender.FEMALE);
      patient.getBirthDateElement().setValueAsString(i % 2 == 0 ? "1970" : "1971");
      anonymity.see(patient);
      ResearchSubject subject = new ResearchSubject();
      subject.setId("s" + i);
      subject.setIndividual(new Reference("Patient/p" + i)).setAssignedArm("A");
      subject.getPeriod().getStartElement().setValueAsString("2015-02-03");
      anonymity.see(subject);
    }
    Anonymity.Report report = anonymity.report(3);
    assertThat(report.subjects()).isEqualTo(5);
    assertThat(report.classes()).isEqualTo(2);
    assertThat(report.smallest()).isEqualTo(1);
    assertThat(report.belowK()).isEqualTo(1);
    assertThat(report.small())
        .containsExactly(new Anonymity.SameClass("male", "40-49", "A", "", 1));
  }

  @Test
  void keepsWhatAnAnalysisNeeds() {
    Observation observation =
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(
                Observation.class,
                """
                {"resourceType":"Observation","id":"o1","status":"final",
                 "extension":[{"url":"https://w3id.org/rodnan/StructureDefinition/ssc-visit",
                   "extension":[{"url":"studyDay","valueInteger":4},
                     {"url":"code","valueCodeableConcept":{"coding":[{"system":"s","code":"c",
                       "display":"d"}],"text":"t"}}]}],
                 "code":{"coding":[{"system":"http://loinc.org","code":"19870-5","display":"FVC"}]},
                 "valueQuantity":{"value":3.20,"unit":"litres","system":"http://unitsofmeasure.org",
                   "code":"L"}}
                """);
    assertThat(json(masked(with("a"), observation)))
        .contains("\"value\":3.20", "\"unit\":\"L\"", "\"code\":\"19870-5\"", "\"valueInteger\":4")
        .contains("ssc-visit", "PSEUDED")
        .doesNotContain("litres", "display", "\"text\"");
  }

  @Test
  void shiftsAPartOfADateWithItsPrecision() {
    assertThat(new DateShift(40).shifted("2010-12")).contains("2011-01");
    assertThat(new DateShift(-200).shifted("2010")).contains("2009");
    assertThat(new DateShift(1).shifted("2012-02-28T23:00:00Z")).contains("2012-02-29T23:00:00Z");
    assertThat(new DateShift(1).shifted("x")).isEmpty();
    assertThat(((PrimitiveType<?>) new DateTimeType("2010")).getValueAsString()).isEqualTo("2010");
  }
}
