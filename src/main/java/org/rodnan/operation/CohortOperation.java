package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Group.GroupType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchStudy.ResearchStudyArmComponent;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Change;
import org.rodnan.cohort.Cohort;
import org.rodnan.cohort.Cohort.Step;
import org.rodnan.cohort.CohortSearch;
import org.rodnan.cohort.Combination;
import org.rodnan.cohort.Criterion;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.CreateInteraction;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.store.Origin;

/**
 * {@code $cohort}: who of a study's subjects, or of all patients, meets criteria that are FHIR
 * searches, and how many remain after each. Thread safe.
 */
public final class CohortOperation {
  static final int CRITERIA_MAX = 50;

  private static final Set<String> NAMES =
      Set.of("criterion", "combine", "store", "study", "subjects");
  private static final Set<String> PARTS = Set.of("name", "search", "visit", "change", "exclude");
  private static final Set<String> CHANGE_PARTS =
      Set.of("from", "to", "kind", "comparator", "value");

  private final CohortSearch cohorts;
  private final ReadInteraction read;
  private final CreateInteraction create;

  CohortOperation(CohortSearch cohorts, ReadInteraction read, CreateInteraction create) {
    this.cohorts = cohorts;
    this.read = read;
    this.create = create;
  }

  /**
   * What came out.
   *
   * @param parameters {@code asOf}, {@code step} for each step, and the {@code group}
   * @param attrition {@code step,name,remaining}, and a column for each arm
   * @param subjects one patient a row
   */
  public record Answer(Parameters parameters, Table attrition, Table subjects) {}

  /**
   * @param study at the level of an instance; at that of the system the parameter {@code study} may
   *     say it
   * @param origin who asks, for a cohort that is stored
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.NotFound if the study isn't there
   */
  public Answer cohort(Optional<ResourceKey> study, OperationArguments arguments, Origin origin) {
    arguments.requireOnly(NAMES);
    Optional<ResourceKey> asked = study.or(() -> arguments.text("study").map(this::study));
    List<Criterion> criteria = criteria(arguments);
    List<String> names = criteria.stream().map(Criterion::name).toList();
    if (new LinkedHashSet<>(names).size() < names.size()) {
      throw OperationArguments.malformed("criterion", "found a name twice in " + names);
    }
    Combination combination =
        Combination.parse(arguments.text("combine").orElse("all").strip(), names);
    Cohort cohort =
        cohorts.find(asked, asked.map(this::arms).orElse(List.of()), criteria, combination);
    Group group = group(asked, criteria, cohort);
    if (arguments.flag("store")) {
      byte[] json =
          FhirContexts.r4()
              .newJsonParser()
              .encodeResourceToString(group)
              .getBytes(StandardCharsets.UTF_8);
      ResourceKey key =
          create
              .create("Group", new ParsedResource(group, json), Optional.empty(), origin)
              .version()
              .key();
      group.setId(key.id());
    }
    return new Answer(parameters(cohort, group), attrition(cohort), subjects(cohort));
  }

  private ResourceKey study(String text) {
    ResourceKey key =
        ResourceKey.parse(text.contains("/") ? text : "ResearchStudy/" + text)
            .orElseThrow(() ->
                OperationArguments.malformed(
                    "study", "found '" + text + "', expected ResearchStudy/[id]"));
    if (!key.type().equals("ResearchStudy")) {
      throw OperationArguments.malformed(
          "study", "found '" + text + "', expected ResearchStudy/[id]");
    }
    return key;
  }

  private List<String> arms(ResourceKey study) {
    String json = new String(read.read(study).json(), StandardCharsets.UTF_8);
    return FhirContexts.r4()
        .newJsonParser()
        .parseResource(ResearchStudy.class, json)
        .getArm()
        .stream()
        .map(ResearchStudyArmComponent::getName)
        .toList();
  }

  static List<Criterion> criteria(OperationArguments arguments) {
    List<ParametersParameterComponent> given = arguments.named("criterion");
    if (given.size() > CRITERIA_MAX) {
      throw OperationArguments.malformed(
          "criterion", "found " + given.size() + ", expected at most " + CRITERIA_MAX);
    }
    return given.stream().map(CohortOperation::criterion).toList();
  }

  /** In a URL a text in the short form; in Parameters that, or parts. */
  static Criterion criterion(ParametersParameterComponent given) {
    if (!given.hasPart()) {
      String text = given.hasValue() ? given.getValue().primitiveValue() : null;
      if (text == null) {
        throw OperationArguments.malformed("criterion", "expected a search, or parts");
      }
      return Criterion.parse(text);
    }
    OperationArguments parts = new OperationArguments(given.getPart());
    parts.requireOnly(PARTS);
    String search =
        parts
            .text("search")
            .orElseThrow(() -> OperationArguments.malformed("criterion", "has no part 'search'"));
    List<ParametersParameterComponent> changes = parts.named("change");
    if (changes.size() > 1) {
      throw OperationArguments.malformed("criterion", "found several changes, expected one");
    }
    return Criterion.of(
        parts.text("name").orElse(search),
        search,
        parts.text("visit"),
        changes.stream().findFirst().map(CohortOperation::change),
        parts.flag("exclude"));
  }

  private static Change change(ParametersParameterComponent given) {
    OperationArguments parts = new OperationArguments(given.getPart());
    parts.requireOnly(CHANGE_PARTS);
    String value = required(parts, "value");
    if (!value.matches("[+-]?\\d{1,12}(\\.\\d{1,9})?")) {
      throw OperationArguments.malformed(
          "change.value", "found '" + value + "', expected a number");
    }
    return new Change(
        required(parts, "from"),
        required(parts, "to"),
        Change.Kind.of(required(parts, "kind")),
        Change.Comparator.of(required(parts, "comparator")),
        Double.parseDouble(value));
  }

  private static String required(OperationArguments parts, String name) {
    return parts
        .text(name)
        .orElseThrow(() -> OperationArguments.malformed("change", "has no part '" + name + "'"));
  }

  private static Group group(Optional<ResourceKey> study, List<Criterion> criteria, Cohort cohort) {
    Group group = new Group();
    group.setActive(true).setActual(true).setType(GroupType.PERSON);
    group.setName(
        study.map(key -> "Cohort of " + key).orElse("Cohort")
            + (criteria.isEmpty()
                ? ""
                : ": " + String.join("; ", criteria.stream().map(Criterion::name).toList())));
    group.setQuantity(cohort.members().size());
    cohort.members().forEach(key -> group.addMember().setEntity(new Reference(key.toString())));
    return group;
  }

  private static Parameters parameters(Cohort cohort, Group group) {
    Parameters answer = new Parameters();
    answer.addParameter("asOf", new DecimalType(cohort.position().value()));
    for (Step step : cohort.steps()) {
      ParametersParameterComponent part = answer.addParameter().setName("step");
      part.addPart().setName("name").setValue(new StringType(step.name()));
      part.addPart().setName("remaining").setValue(new IntegerType(step.remaining()));
      for (Map.Entry<String, Integer> arm : step.arms().entrySet()) {
        ParametersParameterComponent inArm = part.addPart().setName("arm");
        inArm.addPart().setName("name").setValue(new StringType(arm.getKey()));
        inArm.addPart().setName("remaining").setValue(new IntegerType(arm.getValue()));
      }
    }
    answer.addParameter().setName("group").setResource(group);
    return answer;
  }

  private static Table attrition(Cohort cohort) {
    List<String> columns = new ArrayList<>(List.of("step", "name", "remaining"));
    columns.addAll(cohort.steps().getFirst().arms().keySet());
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < cohort.steps().size(); i++) {
      Step step = cohort.steps().get(i);
      List<@Nullable Object> row = new ArrayList<>();
      row.add(i);
      row.add(step.name());
      row.add(step.remaining());
      row.addAll(step.arms().values());
      rows.add(row);
    }
    return new Table(columns, rows);
  }

  private static Table subjects(Cohort cohort) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    cohort.members().forEach(key -> rows.add(List.of(key.toString())));
    return new Table(List.of("patient"), rows);
  }
}
