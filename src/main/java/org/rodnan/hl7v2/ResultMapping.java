package org.rodnan.hl7v2;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.fhir.ResourceKey;

/**
 * OBX as Observations of our profiles, one for each, but for the mRSS of an order, whose total and
 * sites are one. Ids come from the filler's order number, OBX-3 and OBX-4, so a correction changes
 * the Observation that it corrects. Thread safe.
 */
final class ResultMapping {
  private static final String PROFILES = "https://w3id.org/rodnan/StructureDefinition/";
  private static final String STUDY =
      "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy";
  private static final String HEMOGLOBIN =
      "https://w3id.org/rodnan/CodeSystem/ssc-hemoglobin-source";
  private static final String CATEGORIES =
      "http://terminology.hl7.org/CodeSystem/observation-category";
  private static final String ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
  private static final String NOT_STATED = "not-stated";
  private static final int SITES = 17;

  private static final Set<ObservationStatus> DONE =
      EnumSet.of(ObservationStatus.FINAL, ObservationStatus.AMENDED, ObservationStatus.CORRECTED);

  /** Codes of table 0078 that FHIR has too. */
  private static final Set<String> FLAGS =
      Set.of("H", "HH", "L", "LL", "N", "A", "AA", "POS", "NEG", "IND");

  private final Codes codes;
  private final Values values;
  private final Studies studies;
  private final Stored stored;
  private final Hl7v2Settings settings;
  private final Set<String> visits;
  private final Set<String> equations;

  /**
   * @param visits codes of ssc-visit
   * @param equations codes of ssc-reference-equation
   */
  ResultMapping(
      Codes codes,
      Studies studies,
      Stored stored,
      Hl7v2Settings settings,
      Set<String> visits,
      Set<String> equations) {
    this.codes = codes;
    this.values = new Values(codes);
    this.studies = studies;
    this.stored = stored;
    this.settings = settings;
    this.visits = visits;
    this.equations = equations;
  }

  /**
   * A result as it is to be stored.
   *
   * @param before what is stored under its id
   * @param source where it comes from, for who has to mend it
   * @param components where its components come from, in their order
   */
  record Result(
      Observation observation,
      Optional<Stored.Version<Observation>> before,
      Segment source,
      List<Segment> components) {
    Result(Observation observation, Optional<Stored.Version<Observation>> before, Segment source) {
      this(observation, before, source, List.of());
    }
  }

  /** What is read of an OBX before it meets what is stored. */
  private record Reading(
      Segment obx, Measure measure, ObservationStatus status, Optional<Type> value) {
    boolean isVoid() {
      return status == ObservationStatus.ENTEREDINERROR;
    }
  }

  /** What all results of an order share. */
  private record Context(
      Message message,
      Order order,
      String filler,
      Reference subject,
      List<Identifier> identifiers,
      List<Extension> extensions,
      Times times) {}

  /**
   * @param subject how the patient is referred to in the transaction
   * @param identifiers of the patient
   * @param problems gets those that stand against it; then the results are of no use
   */
  List<Result> map(
      Message message,
      Reference subject,
      List<Identifier> identifiers,
      Times times,
      List<Problem> problems) {
    List<Result> results = new ArrayList<>();
    List<Order> orders = Order.of(message);
    if (orders.isEmpty()) {
      problems.add(
          Problem.rejected(
              Problem.SEQUENCE, "OBR", "The message has no OBR; expected an order with results"));
    }
    for (Order order : orders) {
      try {
        Context context =
            new Context(
                message,
                order,
                order.filler(),
                subject,
                identifiers,
                links(order, problems),
                times);
        results.addAll(map(context, problems));
      } catch (RefusedException e) {
        problems.addAll(e.problems());
      }
    }
    return results;
  }

  private List<Result> map(Context context, List<Problem> problems) {
    List<Reading> scores = new ArrayList<>();
    Map<String, Result> results = new LinkedHashMap<>();
    for (Segment obx : context.order().results()) {
      try {
        Optional<Reading> reading = read(obx);
        if (reading.isEmpty()) {
          continue;
        }
        if (reading.get().measure().isMrss()) {
          scores.add(reading.get());
        } else {
          Result result = result(context, reading.get());
          String id = result.observation().getIdElement().getIdPart();
          if (results.putIfAbsent(id, result) != null) {
            throw new RefusedException(
                Problem.wrong(
                    Problem.DUPLICATE_KEY,
                    obx.location(4),
                    obx.named(3)
                        + " is there twice in the order with the same sub-id (OBX-4); expected"
                        + " different ones"));
          }
        }
      } catch (RefusedException e) {
        problems.addAll(e.problems());
      }
    }
    List<Result> all = new ArrayList<>(results.values());
    if (!scores.isEmpty()) {
      try {
        all.add(score(context, scores));
      } catch (RefusedException e) {
        problems.addAll(e.problems());
      }
    }
    return all;
  }

  private Optional<Reading> read(Segment obx) {
    Optional<ObservationStatus> status = status(obx);
    if (status.isEmpty()) {
      return Optional.empty();
    }
    if (codes.isUnwanted(obx, 3)) {
      return Optional.empty();
    }
    Measure measure =
        codes
            .measure(obx, 3)
            .orElseThrow(() ->
                new RefusedException(
                    Problem.unmapped(
                        obx.location(3),
                        obx.named(3)
                            + " is '"
                            + obx.text(3)
                            + "' of '"
                            + obx.text(3, 3)
                            + "'; expected a measure of "
                            + Measure.OURS
                            + " (99SSC) or LOINC (LN) that is taken here, or a code that a"
                            + " ConceptMap from "
                            + codes.system(obx.text(3, 3))
                            + " to one of them has")));
    boolean isWithout =
        status.get() == ObservationStatus.ENTEREDINERROR
            || (status.get() == ObservationStatus.CANCELLED
                    || status.get() == ObservationStatus.REGISTERED)
                && obx.text(5).isEmpty();
    return Optional.of(
        new Reading(
            obx, measure, status.get(), isWithout ? Optional.empty() : values.value(obx, measure)));
  }

  /** HL7 table 0085; empty for what was not asked. */
  private static Optional<ObservationStatus> status(Segment obx) {
    return switch (obx.text(11)) {
      case "F", "U" -> Optional.of(ObservationStatus.FINAL);
      case "C" -> Optional.of(ObservationStatus.CORRECTED);
      case "P", "R", "S", "B" -> Optional.of(ObservationStatus.PRELIMINARY);
      case "I", "O" -> Optional.of(ObservationStatus.REGISTERED);
      case "X" -> Optional.of(ObservationStatus.CANCELLED);
      case "D", "W" -> Optional.of(ObservationStatus.ENTEREDINERROR);
      case "N" -> Optional.empty();
      default ->
          throw new RefusedException(
              Problem.wrong(
                  obx.text(11).isEmpty() ? Problem.MISSING : Problem.NOT_IN_TABLE,
                  obx.location(11),
                  obx.named(11)
                      + " is '"
                      + obx.text(11)
                      + "'; expected a status of table 0085, such as F, C, P, X, D or W"));
    };
  }

  private Result result(Context context, Reading reading) {
    Segment obx = reading.obx();
    String id = id(context, obx.text(3) + "^" + obx.text(3, 3), obx.text(4));
    Optional<Stored.Version<Observation>> before = before(context, id);
    requireNoStepBack(reading, before);
    if (reading.isVoid() && before.isPresent()) {
      Observation observation = before.get().resource().copy();
      observation.setStatus(ObservationStatus.ENTEREDINERROR);
      return new Result(observation, before, obx);
    }
    Observation observation = base(context, id, before, reading);
    reading
        .value()
        .ifPresentOrElse(
            observation::setValue,
            () -> {
              if (!reading.isVoid()) {
                observation.setDataAbsentReason(absent(reading));
              }
            });
    String flag = obx.text(8);
    if (FLAGS.contains(flag)) {
      observation.addInterpretation(new CodeableConcept(new Coding(Codes.STATUS, flag, null)));
    }
    if (!obx.text(7).isEmpty() && !obx.isNull(7)) {
      observation.addReferenceRange().setText(obx.text(7));
    }
    if (reading.measure().isPredicted()) {
      observation.addExtension(
          new Extension(
              PROFILES + "ssc-reference-equation",
              new CodeableConcept(new Coding(Codes.EQUATIONS, equation(obx), null))));
    }
    if (reading.measure().isHemoglobinAdjusted()) {
      observation.addExtension(
          new Extension(
              PROFILES + "ssc-hemoglobin-source",
              new CodeableConcept(new Coding(HEMOGLOBIN, NOT_STATED, null))));
    }
    return new Result(observation, before, obx);
  }

  /** What is final doesn't become preliminary again: such a result came late (HL7 table 0085). */
  private static void requireNoStepBack(
      Reading reading, Optional<Stored.Version<Observation>> before) {
    boolean isBegun =
        reading.status() == ObservationStatus.PRELIMINARY
            || reading.status() == ObservationStatus.REGISTERED;
    if (isBegun && before.isPresent() && DONE.contains(before.get().resource().getStatus())) {
      Segment obx = reading.obx();
      throw new RefusedException(
          Problem.leftOut(
              Problem.NOT_IN_TABLE,
              obx.location(11),
              obx.named(11)
                  + " is '"
                  + obx.text(11)
                  + "' of a result that is "
                  + before.get().resource().getStatus().toCode()
                  + " already; it stays as it is, expected a status such as F or C to change it"));
    }
  }

  private static CodeableConcept absent(Reading reading) {
    return new CodeableConcept(
        new Coding(
            ABSENT,
            reading.status() == ObservationStatus.CANCELLED
                ? "not-performed"
                : reading.status() == ObservationStatus.REGISTERED ? "temp-unknown" : "unknown",
            null));
  }

  private String id(Context context, String code, String sub) {
    return Digest.id(context.message().header().sender(), context.filler(), code, sub);
  }

  /**
   * @throws RefusedException if it is another patient's
   */
  private Optional<Stored.Version<Observation>> before(Context context, String id) {
    Optional<Stored.Version<Observation>> before = stored.find(Observation.class, id);
    before
        .map(each -> each.resource().getSubject().getReference())
        .flatMap(ResourceKey::parse)
        .flatMap(key -> stored.find(Patient.class, key.id()))
        .filter(patient ->
            context.identifiers().stream()
                .noneMatch(each ->
                    patient.resource().getIdentifier().stream()
                        .anyMatch(other ->
                            each.getSystem().equals(other.getSystem())
                                && each.getValue().equals(other.getValue()))))
        .ifPresent(patient -> {
          throw new RefusedException(
              Problem.wrong(
                  Problem.DUPLICATE_KEY,
                  context.order().obr().location(3),
                  context.order().obr().named(3)
                      + " is '"
                      + context.order().obr().text(3)
                      + "', which has results of another patient; expected an order of the patient"
                      + " in PID-3"));
        });
    return before;
  }

  /** Those of the message; if it is silent, those of the result that it corrects stay. */
  private static List<Extension> links(
      Context context, Optional<Stored.Version<Observation>> before) {
    return context.extensions().isEmpty() && before.isPresent()
        ? before.get().resource().getExtension().stream()
            .filter(
                each -> each.getUrl().equals(STUDY) || each.getUrl().equals(PROFILES + "ssc-visit"))
            .toList()
        : context.extensions();
  }

  private Observation base(
      Context context, String id, Optional<Stored.Version<Observation>> before, Reading reading) {
    Observation observation = new Observation();
    observation.setId(id);
    Measure measure = reading.measure();
    if (!measure.profile().isEmpty()) {
      observation.getMeta().addProfile(PROFILES + measure.profile());
    }
    links(context, before).forEach(each -> observation.addExtension(each.copy()));
    observation.addIdentifier(order(context.order()));
    observation.setStatus(reading.status());
    observation.addCategory(new CodeableConcept(new Coding(CATEGORIES, measure.category(), null)));
    String code = measure.isMrss() ? Measure.MRSS : measure.code();
    observation.setCode(new CodeableConcept(new Coding(measure.system(), code, null)));
    String text = reading.obx().text(3, 2);
    if (!text.isEmpty() && measure.kind() != Measure.Kind.MRSS_SITE) {
      observation.getCode().setText(text);
    }
    observation.setSubject(context.subject());
    observation.setEffective(new DateTimeType(effective(context, reading.obx())));
    return observation;
  }

  private static Identifier order(Order order) {
    Segment obr = order.obr();
    return new Identifier()
        .setSystem(
            obr.text(3, 4).equals("ISO") ? "urn:oid:" + obr.text(3, 3) : Codes.LOCAL + "order")
        .setValue(order.filler().substring(0, order.filler().indexOf('^')));
  }

  private static String effective(Context context, Segment obx) {
    if (!obx.text(14).isEmpty() && !obx.isNull(14)) {
      return context.times().dateTime(obx, 14);
    }
    Segment obr = context.order().obr();
    if (!obr.text(7).isEmpty() && !obr.isNull(7)) {
      return context.times().dateTime(obr, 7);
    }
    throw new RefusedException(
        Problem.wrong(
            Problem.MISSING,
            obx.location(14),
            obx.named(14)
                + " and "
                + obr.named(7)
                + " are empty; expected the time of the result"));
  }

  /** OBX-17, the method: of % predicted values the equation. */
  private String equation(Segment obx) {
    return obx.text(17).isEmpty()
        ? NOT_STATED
        : codes
            .code(obx, 17, Codes.EQUATIONS, equations)
            .orElseThrow(() ->
                new RefusedException(
                    Problem.unmapped(
                        obx.location(17),
                        obx.named(17)
                            + " is '"
                            + obx.text(17)
                            + "'; expected a code of "
                            + Codes.EQUATIONS
                            + ", or one that a ConceptMap from "
                            + codes.system(obx.text(17, 3))
                            + " to it has")));
  }

  private List<Extension> links(Order order, List<Problem> problems) {
    List<Extension> links = new ArrayList<>();
    order
        .saying(settings.study())
        .ifPresent(segment -> {
          String name = segment.text(settings.study().field(), settings.study().component());
          studies
              .find(name)
              .ifPresentOrElse(
                  id -> links.add(new Extension(STUDY, new Reference("ResearchStudy/" + id))),
                  () ->
                      problems.add(
                          Problem.wrong(
                              Problem.UNKNOWN_KEY,
                              segment.location(settings.study().field()),
                              segment.named(settings.study().field())
                                  + " is '"
                                  + name
                                  + "'; expected the id or an identifier of one ResearchStudy, or a"
                                  + " name in rodnan.hl7v2.studies")));
        });
    order
        .saying(settings.visit())
        .ifPresent(segment ->
            visit(segment)
                .ifPresentOrElse(
                    code -> {
                      Extension visit = new Extension(PROFILES + "ssc-visit");
                      visit.addExtension(
                          new Extension(
                              "code", new CodeableConcept(new Coding(Codes.VISITS, code, null))));
                      links.add(visit);
                    },
                    () ->
                        problems.add(
                            Problem.unmapped(
                                segment.location(settings.visit().field()),
                                segment.named(settings.visit().field())
                                    + " is '"
                                    + visitText(segment)
                                    + "'; expected a code of "
                                    + Codes.VISITS
                                    + ", or one that a ConceptMap to it has"))));
    return links;
  }

  private String visitText(Segment segment) {
    return segment.text(settings.visit().field(), settings.visit().component());
  }

  private Optional<String> visit(Segment segment) {
    FieldPlace place = settings.visit();
    return place.component() == 1
        ? codes.code(segment, place.field(), Codes.VISITS, visits)
        : codes.plain(visitText(segment), Codes.VISITS, visits);
  }

  /** The mRSS of an order: what is new stands over what is stored. */
  private Result score(Context context, List<Reading> readings) {
    String id = id(context, Measure.MRSS, "");
    Optional<Stored.Version<Observation>> before = before(context, id);
    readings.forEach(each -> requireNoStepBack(each, before));
    Reading first =
        readings.stream()
            .filter(each -> each.measure().kind() == Measure.Kind.MRSS_TOTAL)
            .findFirst()
            .orElse(readings.getFirst());
    if (first.measure().kind() == Measure.Kind.MRSS_TOTAL && first.isVoid()) {
      Observation observation =
          before
              .map(each -> each.resource().copy())
              .orElseGet(() -> base(context, id, before, first));
      observation.setStatus(ObservationStatus.ENTEREDINERROR);
      return new Result(observation, before, first.obx());
    }
    Observation observation = base(context, id, before, first);
    if (observation.getStatus() == ObservationStatus.ENTEREDINERROR) {
      observation.setStatus(ObservationStatus.CORRECTED);
    }
    Map<String, Type> sites = sites(before);
    Map<String, Segment> sources = new HashMap<>();
    Set<String> seen = new HashSet<>();
    Optional<Type> total = Optional.empty();
    for (Reading reading : readings) {
      if (!seen.add(reading.measure().code())) {
        throw new RefusedException(
            Problem.wrong(
                Problem.DUPLICATE_KEY,
                reading.obx().location(3),
                reading.obx().named(3)
                    + " is '"
                    + reading.obx().text(3)
                    + "' a second time in the order; expected each once"));
      }
      if (reading.measure().kind() == Measure.Kind.MRSS_TOTAL) {
        total = reading.value();
      } else {
        sources.put(reading.measure().code(), reading.obx());
        reading
            .value()
            .ifPresentOrElse(
                value -> sites.put(reading.measure().code(), value),
                () -> sites.remove(reading.measure().code()));
      }
    }
    sites.forEach((code, value) -> {
      ObservationComponentComponent component = observation.addComponent();
      component.setCode(new CodeableConcept(new Coding(Measure.OURS, code, null)));
      component.setValue(value);
    });
    total
        .or(() -> sum(sites))
        .ifPresentOrElse(
            observation::setValue,
            () ->
                observation.setDataAbsentReason(
                    new CodeableConcept(
                        new Coding(
                            ABSENT,
                            first.status() == ObservationStatus.CANCELLED
                                ? "not-performed"
                                : "unknown",
                            null))));
    return new Result(
        observation,
        before,
        first.obx(),
        sites.keySet().stream().map(code -> sources.getOrDefault(code, first.obx())).toList());
  }

  /** Those that are stored; of a record that was entered in error none. */
  private static Map<String, Type> sites(Optional<Stored.Version<Observation>> before) {
    Map<String, Type> sites = new LinkedHashMap<>();
    before
        .map(Stored.Version::resource)
        .filter(each -> each.getStatus() != ObservationStatus.ENTEREDINERROR)
        .ifPresent(each ->
            each.getComponent().stream()
                .filter(ObservationComponentComponent::hasValue)
                .forEach(component ->
                    sites.put(
                        component.getCode().getCodingFirstRep().getCode(), component.getValue())));
    return sites;
  }

  /** Of all sites; what is missing can't be added up. */
  private static Optional<Type> sum(Map<String, Type> sites) {
    if (sites.size() != SITES) {
      return Optional.empty();
    }
    BigDecimal sum = BigDecimal.ZERO;
    for (Type site : sites.values()) {
      sum = sum.add(((Quantity) site).getValue());
    }
    return Optional.of(
        new Quantity().setValue(sum).setUnit("{score}").setSystem(Codes.UCUM).setCode("{score}"));
  }
}
