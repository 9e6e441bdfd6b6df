package org.rodnan.cohort;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Expression;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Group.GroupCharacteristicComponent;
import org.hl7.fhir.r4.model.Group.GroupType;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;

/**
 * By what a cohort is chosen, as it is asked and as it is stored: a Group that is not actual, each
 * of its characteristics a criterion (extension ssc-cohort-criterion).
 *
 * @param study whose subjects are the population; empty means all patients
 * @param criteria in the order of the attrition, each of another name
 * @param combine {@code all}, {@code any}, or both nested: {@code all(a,any(b,2),not(c))}; a part
 *     is the name of a criterion, or its number from 1
 */
public record CohortDefinition(
    Optional<ResourceKey> study, List<Criterion> criteria, String combine) {
  /** What one cohort may have of them. */
  public static final int CRITERIA_MAX = 50;

  /** The combination of a definition that says none. */
  public static final String COMBINE_DEFAULT = "all";

  /** Of the identifiers by which the same definition is found again. */
  public static final String IDENTIFIERS = "https://w3id.org/rodnan/cohort-definitions";

  private static final String CRITERION =
      "https://w3id.org/rodnan/StructureDefinition/ssc-cohort-criterion";
  private static final String COMBINATION =
      "https://w3id.org/rodnan/StructureDefinition/ssc-cohort-combination";
  private static final String CHARACTERISTICS =
      "https://w3id.org/rodnan/CodeSystem/ssc-population-characteristic";
  private static final String STUDY = "study";

  /** Of an Expression that is a FHIR search (R4, metadatatypes.html#Expression). */
  private static final String SEARCH_LANGUAGE = "application/x-fhir-query";

  /**
   * @throws FhirFailure.Malformed if there are too many criteria, two of one name, or the
   *     combination can't be understood
   */
  public CohortDefinition {
    criteria = List.copyOf(criteria);
    if (criteria.size() > CRITERIA_MAX) {
      throw new FhirFailure.Malformed(
          "Parameter 'criterion': found " + criteria.size() + ", expected at most " + CRITERIA_MAX,
          "criterion");
    }
    Set<String> names = new HashSet<>();
    for (Criterion criterion : criteria) {
      if (!names.add(criterion.name())) {
        throw new FhirFailure.Malformed(
            "Parameter 'criterion': found the name '"
                + criterion.name()
                + "' twice, expected another for each",
            "criterion");
      }
    }
    Combination.parse(combine, criteria.stream().map(Criterion::name).toList());
  }

  /** How the criteria are combined. */
  Combination combination() {
    return Combination.parse(combine, criteria.stream().map(Criterion::name).toList());
  }

  /** The same criteria for the subjects of a study. */
  public CohortDefinition of(ResourceKey other) {
    return new CohortDefinition(Optional.of(other), criteria, combine);
  }

  /** In words, for people. */
  public String title() {
    return study.map(key -> "Cohort of " + key).orElse("Cohort")
        + (criteria.isEmpty()
            ? ""
            : ": " + String.join("; ", criteria.stream().map(Criterion::name).toList()));
  }

  /** Of the same definition the same, and of two that differ in anything never. */
  public String identity() {
    StringBuilder text = new StringBuilder();
    add(text, study.map(ResourceKey::toString).orElse(""));
    add(text, combine);
    for (Criterion each : criteria) {
      add(text, each.name());
      add(text, each.search());
      add(text, each.visit().orElse(""));
      add(text, each.change().map(Change::toString).orElse(""));
      add(text, Boolean.toString(each.excludes()));
    }
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(StringBuilder text, String part) {
    text.append(part.length()).append(':').append(part);
  }

  /** As it is stored, without an id. */
  public Group group() {
    Group group = new Group();
    group.addIdentifier().setSystem(IDENTIFIERS).setValue(identity());
    group.setActive(true).setActual(false).setType(GroupType.PERSON).setName(title());
    group.addExtension(COMBINATION, new StringType(combine));
    study.ifPresent(key ->
        group
            .addCharacteristic()
            .setCode(
                new CodeableConcept(
                    new Coding().setSystem(CHARACTERISTICS).setCode(STUDY).setDisplay("Study")))
            .setValue(new Reference(key.toString()))
            .setExclude(false));
    criteria.forEach(criterion -> add(group.addCharacteristic(), criterion));
    return group;
  }

  private static void add(GroupCharacteristicComponent characteristic, Criterion criterion) {
    Extension extension = characteristic.addExtension();
    extension.setUrl(CRITERION);
    extension.addExtension(
        "search", new Expression().setLanguage(SEARCH_LANGUAGE).setExpression(criterion.search()));
    criterion.visit().ifPresent(visit -> extension.addExtension("visit", new StringType(visit)));
    criterion
        .change()
        .ifPresent(change -> {
          Extension part = extension.addExtension();
          part.setUrl("change");
          part.addExtension("from", new StringType(change.from()));
          part.addExtension("to", new StringType(change.to()));
          part.addExtension("kind", new CodeType(change.kind().code()));
          part.addExtension("comparator", new CodeType(change.comparator().code()));
          part.addExtension("value", new DecimalType(change.value()));
        });
    characteristic
        .setCode(new CodeableConcept().setText(criterion.name()))
        .setValue(new BooleanType(true))
        .setExclude(criterion.excludes());
  }

  /** Whether a Group claims to be a definition, however well it is written. */
  static boolean isDefinition(Group group) {
    return group.hasExtension(COMBINATION)
        || group.getCharacteristic().stream().anyMatch(each -> each.hasExtension(CRITERION));
  }

  /**
   * Reads a definition that is stored or is to be.
   *
   * @throws FhirFailure.Malformed if it is none, or can't be understood; names the element
   */
  public static CohortDefinition read(Group group) {
    if (!isDefinition(group)) {
      throw new FhirFailure.Malformed(
          "The Group is no definition of a cohort; expected the extension "
              + CRITERION
              + " on its characteristics, as store=definition writes it",
          "Group.characteristic");
    }
    if (group.getActual()) {
      throw new FhirFailure.Malformed(
          "Group.actual is true; expected false of a definition of a cohort", "Group.actual");
    }
    Optional<ResourceKey> study = Optional.empty();
    List<Criterion> criteria = new ArrayList<>();
    for (int i = 0; i < group.getCharacteristic().size(); i++) {
      GroupCharacteristicComponent each = group.getCharacteristic().get(i);
      String place = "Group.characteristic[" + i + "]";
      if (each.hasExtension(CRITERION)) {
        criteria.add(at(place, () -> criterion(each)));
      } else if (each.getCode().hasCoding(CHARACTERISTICS, STUDY) && study.isEmpty()) {
        study = Optional.of(study(place, each.getValue()));
      } else {
        throw new FhirFailure.Malformed(
            place
                + " is no criterion; expected the extension "
                + CRITERION
                + ", or the study, once, by the code "
                + STUDY
                + " of "
                + CHARACTERISTICS,
            place);
      }
    }
    Extension combination = one(group.getExtensionsByUrl(COMBINATION), "Group");
    String combine =
        combination == null || combination.getValue() == null
            ? COMBINE_DEFAULT
            : combination.getValue().primitiveValue();
    Optional<ResourceKey> whose = study;
    return at("Group", () -> new CohortDefinition(whose, criteria, combine));
  }

  private static ResourceKey study(String place, Type value) {
    String reference = value instanceof Reference one ? one.getReference() : null;
    return Optional.ofNullable(reference)
        // A bundle's own reference, which only the writer section resolves.
        .map(text -> text.startsWith("urn:") || text.contains("?") ? "ResearchStudy/0" : text)
        .flatMap(ResourceKey::parse)
        .filter(key -> key.type().equals("ResearchStudy"))
        .orElseThrow(() ->
            new FhirFailure.Malformed(
                place + ".value: found '" + reference + "', expected ResearchStudy/[id]",
                place + ".value"));
  }

  private static Criterion criterion(GroupCharacteristicComponent given) {
    Extension extension = Objects.requireNonNull(one(given.getExtensionsByUrl(CRITERION), "it"));
    String search =
        part(extension, "search") instanceof Extension part
                && part.getValue() instanceof Expression expression
                && SEARCH_LANGUAGE.equals(expression.getLanguage())
                && expression.hasExpression()
            ? expression.getExpression()
            : "";
    if (search.isEmpty()) {
      throw new FhirFailure.Malformed(
          "has no search; expected an Expression of language " + SEARCH_LANGUAGE, "criterion");
    }
    Extension change = part(extension, "change");
    return Criterion.of(
        given.getCode().hasText() ? given.getCode().getText() : search,
        search,
        optional(extension, "visit"),
        change == null ? Optional.empty() : Optional.of(change(change)),
        given.getExclude());
  }

  private static @Nullable Extension part(Extension given, String url) {
    return one(given.getExtensionsByUrl(url), "it");
  }

  private static @Nullable Extension one(List<Extension> found, String place) {
    if (found.size() > 1) {
      throw new FhirFailure.Malformed(
          place
              + " has the extension "
              + found.getFirst().getUrl()
              + " "
              + found.size()
              + " times; expected it once",
          place);
    }
    return found.isEmpty() ? null : found.getFirst();
  }

  private static Change change(Extension given) {
    return new Change(
        required(given, "from"),
        required(given, "to"),
        Change.Kind.of(required(given, "kind")),
        Change.Comparator.of(required(given, "comparator")),
        Change.value(required(given, "value")));
  }

  private static Optional<String> optional(Extension given, String part) {
    return Optional.ofNullable(part(given, part))
        .map(Extension::getValue)
        .map(Type::primitiveValue);
  }

  private static String required(Extension given, String part) {
    return optional(given, part)
        .orElseThrow(() ->
            new FhirFailure.Malformed("change has no '" + part + "'; expected it", "criterion"));
  }

  private static <T> T at(String place, java.util.function.Supplier<T> read) {
    try {
      return read.get();
    } catch (FhirFailure.Malformed e) {
      throw new FhirFailure.Malformed(place + ": " + e.getMessage(), place);
    }
  }
}
