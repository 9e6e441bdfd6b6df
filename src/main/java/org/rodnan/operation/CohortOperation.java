package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Group.GroupType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Change;
import org.rodnan.cohort.Cohort;
import org.rodnan.cohort.Cohort.Step;
import org.rodnan.cohort.CohortDefinition;
import org.rodnan.cohort.CohortSearch;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.CreateInteraction;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.store.Origin;

/**
 * {@code $cohort}: who of a study's subjects, or of all patients, meets criteria that are FHIR
 * searches, and how many remain after each; as asked, or as stored. Thread safe.
 */
public final class CohortOperation {
  private static final String AS_OF = "asOf";
  private static final Set<String> NAMES =
      Set.of("criterion", "combine", "store", "study", "subjects", AS_OF);

  /** Of a definition that is run again. */
  private static final Set<String> OF_DEFINITION = Set.of("store", "study", "subjects", AS_OF);

  private static final Set<String> PARTS = Set.of("name", "search", "visit", "change", "exclude");
  private static final Set<String> CHANGE_PARTS =
      Set.of("from", "to", "kind", "comparator", "value");

  private final CohortSearch cohorts;
  private final Disclosure disclosure;
  private final ReadInteraction read;
  private final CreateInteraction create;

  CohortOperation(
      CohortSearch cohorts, Disclosure disclosure, ReadInteraction read, CreateInteraction create) {
    this.disclosure = disclosure;
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

  /** Whether who asks is told who is in a cohort. */
  public boolean tellsSubjects(Origin origin) {
    return disclosure.of(origin.actor()).subjects();
  }

  /**
   * @param of a study or a definition at the level of an instance; at that of the system the
   *     parameter {@code study} may say the study
   * @param origin who asks, for what is stored
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.Forbidden if who is in the cohort is asked for, and may not be told
   * @throws FhirFailure.NotFound if the study or the definition isn't there, or the study wasn't at
   *     the log position
   * @throws FhirFailure.Unprocessable if the data can't be looked at as of the log position
   */
  public Answer cohort(Optional<ResourceKey> of, OperationArguments arguments, Origin origin) {
    Store store = Store.of(arguments);
    Disclosure.Level level = disclosure.of(origin.actor());
    if (!level.subjects() && (store == Store.COHORT || arguments.flag("subjects"))) {
      throw new FhirFailure.Forbidden(
          "Who is in a cohort is not told here (rodnan.cohort.subject-level); expected a request"
              + " without subjects=true and store=true");
    }
    CohortDefinition definition =
        of.filter(key -> key.type().equals("Group"))
            .map(key -> stored(key, store, arguments))
            .orElseGet(() -> asked(of, arguments));
    Optional<LogPosition> asOf = arguments.text(AS_OF).map(CohortOperation::position);
    if (asOf.isEmpty()) {
      definition.study().ifPresent(read::read);
    }
    Cohort cohort = cohorts.find(definition, asOf, level);
    Group group = group(definition, cohort);
    Parameters parameters = parameters(cohort, group, level);
    switch (store) {
      case NOTHING -> {}
      case COHORT -> group.setId(created(group, Optional.empty(), origin).id());
      case DEFINITION ->
          parameters
              .addParameter()
              .setName("definition")
              .setResource(storedDefinition(definition, origin));
    }
    return new Answer(parameters, attrition(cohort), subjects(cohort));
  }

  /** What is kept of an answer. */
  private enum Store {
    NOTHING,
    COHORT,
    DEFINITION;

    static Store of(OperationArguments arguments) {
      return switch (arguments.text("store").orElse("false")) {
        case "false" -> NOTHING;
        case "true" -> COHORT;
        case "definition" -> DEFINITION;
        default ->
            throw OperationArguments.malformed(
                "store",
                "found '"
                    + arguments.text("store").get()
                    + "', expected true, false or definition");
      };
    }
  }

  private CohortDefinition asked(Optional<ResourceKey> study, OperationArguments arguments) {
    arguments.requireOnly(NAMES);
    Optional<ResourceKey> named = arguments.text("study").map(CohortOperation::study);
    if (study.isPresent() && named.isPresent() && !study.equals(named)) {
      throw OperationArguments.malformed(
          "study", "found " + named.get() + ", but " + study.get() + " is asked");
    }
    return new CohortDefinition(
        study.or(() -> named),
        criteria(arguments),
        arguments.text("combine").orElse(CohortDefinition.COMBINE_DEFAULT).strip());
  }

  private CohortDefinition stored(ResourceKey key, Store store, OperationArguments arguments) {
    arguments.requireOnly(OF_DEFINITION);
    if (store == Store.DEFINITION) {
      throw OperationArguments.malformed("store", "found definition, but it is stored: " + key);
    }
    CohortDefinition definition = CohortDefinition.read(parsed(Group.class, read.read(key).json()));
    Optional<ResourceKey> other = arguments.text("study").map(CohortOperation::study);
    if (other.isEmpty()) {
      return definition;
    }
    if (definition.study().filter(own -> !own.equals(other.get())).isPresent()) {
      throw OperationArguments.malformed(
          "study", key + " is a definition for " + definition.study().get());
    }
    return definition.of(other.get());
  }

  /** The one that says the same, or if there is none it is written. */
  private Group storedDefinition(CohortDefinition definition, Origin origin) {
    for (int edited = 0; ; edited++) {
      // What was edited since it was stored is another definition now, and keeps its identifier.
      String identifier = definition.identity() + (edited == 0 ? "" : "-" + edited);
      Group group = definition.group();
      group.getIdentifierFirstRep().setValue(identifier);
      ResourceKey key =
          created(
              group,
              Optional.of("identifier=" + CohortDefinition.IDENTIFIERS + "%7C" + identifier),
              origin);
      Group stored = parsed(Group.class, read.read(key).json());
      if (says(stored, definition)) {
        return stored;
      }
    }
  }

  private static boolean says(Group stored, CohortDefinition definition) {
    try {
      return CohortDefinition.read(stored).identity().equals(definition.identity());
    } catch (FhirFailure.Malformed e) {
      return false;
    }
  }

  private ResourceKey created(Group group, Optional<String> ifNoneExist, Origin origin) {
    byte[] json =
        FhirContexts.r4()
            .newJsonParser()
            .encodeResourceToString(group)
            .getBytes(StandardCharsets.UTF_8);
    return create
        .create("Group", new ParsedResource(group, json), ifNoneExist, origin)
        .version()
        .key();
  }

  private static <T extends Resource> T parsed(Class<T> type, byte[] json) {
    return FhirContexts.r4()
        .newJsonParser()
        .parseResource(type, new String(json, StandardCharsets.UTF_8));
  }

  private static ResourceKey study(String text) {
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

  private static LogPosition position(String text) {
    if (!text.matches("\\d{1,18}")) {
      throw OperationArguments.malformed(
          AS_OF, "found '" + text + "', expected a log position, a whole number");
    }
    return new LogPosition(Long.parseLong(text));
  }

  static List<Criterion> criteria(OperationArguments arguments) {
    return arguments.named("criterion").stream().map(CohortOperation::criterion).toList();
  }

  /**
   * In a URL a text in the short form; in Parameters that, or parts.
   *
   * @throws FhirFailure.Malformed that names the parameter as it is given
   */
  static Criterion criterion(ParametersParameterComponent given) {
    return naming(given.getName(), () -> read(given));
  }

  /** Has the failure of a criterion name the parameter that it was given as. */
  static Criterion naming(String parameter, Supplier<Criterion> criterion) {
    try {
      return criterion.get();
    } catch (FhirFailure.Malformed e) {
      if (parameter.equals("criterion")) {
        throw e;
      }
      throw OperationArguments.malformed(parameter, String.valueOf(e.getMessage()));
    }
  }

  private static Criterion read(ParametersParameterComponent given) {
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
    return new Change(
        required(parts, "from"),
        required(parts, "to"),
        Change.Kind.of(required(parts, "kind")),
        Change.Comparator.of(required(parts, "comparator")),
        Change.value(required(parts, "value")));
  }

  private static String required(OperationArguments parts, String name) {
    return parts
        .text(name)
        .orElseThrow(() -> OperationArguments.malformed("change", "has no part '" + name + "'"));
  }

  private static Group group(CohortDefinition definition, Cohort cohort) {
    Group group = new Group();
    group.setActive(true).setActual(true).setType(GroupType.PERSON);
    group.setName(definition.title());
    cohort.steps().getLast().remaining().ifPresent(group::setQuantity);
    cohort.members().forEach(key -> group.addMember().setEntity(new Reference(key.toString())));
    return group;
  }

  private static Parameters parameters(Cohort cohort, Group group, Disclosure.Level level) {
    Parameters answer = new Parameters();
    answer.addParameter(AS_OF, new DecimalType(cohort.position().value()));
    if (level.countMin() > 1) {
      answer.addParameter("smallCountMin", new IntegerType(level.countMin()));
    }
    for (Step step : cohort.steps()) {
      ParametersParameterComponent part = answer.addParameter().setName("step");
      part.addPart().setName("name").setValue(new StringType(step.name()));
      addCount(part, step.remaining());
      for (Map.Entry<String, OptionalInt> arm : step.arms().entrySet()) {
        ParametersParameterComponent inArm = part.addPart().setName("arm");
        inArm.addPart().setName("name").setValue(new StringType(arm.getKey()));
        addCount(inArm, arm.getValue());
      }
    }
    answer.addParameter().setName("group").setResource(group);
    return answer;
  }

  private static void addCount(ParametersParameterComponent part, OptionalInt count) {
    if (count.isPresent()) {
      part.addPart().setName("remaining").setValue(new IntegerType(count.getAsInt()));
    } else {
      part.addPart().setName("suppressed").setValue(new BooleanType(true));
    }
  }

  private static @Nullable Object cell(OptionalInt count) {
    return count.isPresent() ? count.getAsInt() : null;
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
      row.add(cell(step.remaining()));
      step.arms().values().forEach(count -> row.add(cell(count)));
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
