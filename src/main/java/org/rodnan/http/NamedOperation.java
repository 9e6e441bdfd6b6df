package org.rodnan.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.ResourceTypes;

/**
 * The operations that are offered, and where (R4, operations.html). Routes and the statement of
 * capabilities both go by this list.
 */
enum NamedOperation {
  ADVERSE_EVENTS("adverse-events", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy")),
  CLINICALTRIALS("clinicaltrials", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy")),
  CLOSURE("closure", false, Set.of(Level.SYSTEM), Set.of("ConceptMap")),
  COHORT("cohort", true, Set.of(Level.SYSTEM, Level.INSTANCE), Set.of("ResearchStudy", "Group")),
  /** CQL. */
  CQL("cql", true, Set.of(Level.SYSTEM), Set.of("Library")),
  CRISS("criss", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy", "ResearchSubject")),
  DATA_QUALITY("data-quality", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy")),
  DIFF("diff", true, Set.of(Level.SYSTEM, Level.INSTANCE), Set.of()),
  ENDPOINT("endpoint", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy")),
  /** CQL. */
  EVALUATE("evaluate", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("Library")),
  EVALUATE_MEASURE("evaluate-measure", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("Measure")),
  EVERYTHING(
      "everything", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("Patient", "ResearchStudy")),
  EXPAND("expand", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("ValueSet")),
  /** Bulk Data Access. */
  EXPORT("export", true, Set.of(Level.SYSTEM, Level.TYPE), Set.of("Patient")),
  EXPORT_GROUP("export", true, Set.of(Level.INSTANCE), Set.of("Group")),
  EXPORT_VIEWS("export", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("ViewDefinition")),
  EXPUNGE("expunge", false, Set.of(Level.SYSTEM, Level.TYPE, Level.INSTANCE), Set.of()),
  GRAPHQL("graphql", true, Set.of(Level.SYSTEM, Level.INSTANCE), Set.of()),
  ILD_PROGRESSION(
      "ild-progression", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy", "ResearchSubject")),
  /** The proposal for bulk import by a manifest. */
  IMPORT("import", false, Set.of(Level.SYSTEM), Set.of("Parameters")),
  INGEST("ingest", false, Set.of(Level.SYSTEM), Set.of("Bundle")),
  INSTALL("install", false, Set.of(Level.TYPE), Set.of("ImplementationGuide")),
  LASTN("lastn", true, Set.of(Level.TYPE), Set.of("Observation")),
  LOOKUP("lookup", true, Set.of(Level.TYPE), Set.of("CodeSystem")),
  META("meta", true, Set.of(Level.SYSTEM, Level.TYPE, Level.INSTANCE), Set.of()),
  META_ADD("meta-add", false, Set.of(Level.INSTANCE), Set.of()),
  META_DELETE("meta-delete", false, Set.of(Level.INSTANCE), Set.of()),
  RUN("run", true, Set.of(Level.SYSTEM, Level.TYPE, Level.INSTANCE), Set.of("ViewDefinition")),
  PARTICIPANT_FLOW("participant-flow", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy")),
  PUBLISHED("published", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy")),
  SDTM("sdtm", true, Set.of(Level.INSTANCE), Set.of("ResearchStudy")),
  STATS("stats", true, Set.of(Level.TYPE), Set.of("Observation")),
  SUBSUMES("subsumes", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("CodeSystem")),
  TIMELINE("timeline", true, Set.of(Level.INSTANCE), Set.of("ResearchSubject")),
  TRANSLATE("translate", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("ConceptMap")),
  VALIDATE("validate", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of()),
  VALIDATE_CODE(
      "validate-code", true, Set.of(Level.TYPE, Level.INSTANCE), Set.of("CodeSystem", "ValueSet"));

  /** At which levels of the interface an operation can stand. */
  enum Level {
    SYSTEM,
    TYPE,
    INSTANCE
  }

  private static final String STANDARD = "http://hl7.org/fhir/OperationDefinition/";
  private static final String BULK_DATA = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/";
  private static final String CQL_GUIDE = "http://hl7.org/fhir/uv/cql/OperationDefinition/";
  private static final String OURS = "https://w3id.org/rodnan/OperationDefinition/";

  /** Those that R4 doesn't define; their definitions are in {@code profiles/}. */
  private static final Set<String> OUR_OWN =
      Set.of(
          "Bundle-ingest",
          "ImplementationGuide-install",
          "Parameters-import",
          "ResearchStudy-adverse-events",
          "ResearchStudy-clinicaltrials",
          "ResearchStudy-criss",
          "ResearchStudy-data-quality",
          "ResearchStudy-endpoint",
          "ResearchStudy-everything",
          "ResearchStudy-participant-flow",
          "ResearchStudy-ild-progression",
          "ResearchStudy-published",
          "ResearchStudy-sdtm",
          "ResearchSubject-criss",
          "ResearchSubject-ild-progression",
          "ResearchSubject-timeline",
          "Resource-diff",
          "Resource-expunge",
          "ViewDefinition-export",
          "ViewDefinition-run");

  /** As later drafts of SQL on FHIR call them. */
  private static final Map<String, String> VIEW_NAMES =
      Map.of("$viewdefinition-run", "$run", "$viewdefinition-export", "$export");

  private static final Set<String> WITH_TABLE =
      Set.of(
          "adverse-events",
          "cohort",
          "criss",
          "data-quality",
          "endpoint",
          "ild-progression",
          "import",
          "ingest",
          "participant-flow",
          "timeline",
          "published");
  private static final Set<String> WITH_PICTURE =
      Set.of("endpoint", "participant-flow", "timeline");

  private final String code;
  private final boolean reads;
  private final Set<Level> levels;
  private final Set<String> types;

  NamedOperation(String code, boolean reads, Set<Level> levels, Set<String> types) {
    this.code = code;
    this.reads = reads;
    this.levels = levels;
    this.types = types;
  }

  /**
   * Those that the server carries out.
   *
   * @param expunges whether contents may be taken away for good
   */
  static List<NamedOperation> offered(boolean expunges) {
    return Arrays.stream(values()).filter(each -> expunges || each != EXPUNGE).toList();
  }

  /** The name without the dollar sign. */
  String code() {
    return code;
  }

  /** Whether it changes nothing, so that it can be asked by GET. */
  boolean reads() {
    return reads;
  }

  /** Whether the answer can be of several forms. */
  boolean hasForms() {
    return has(AnswerForm.TABLE) || has(AnswerForm.PICTURE);
  }

  /** Whether the answer can be of this form. */
  boolean has(AnswerForm form) {
    return switch (form) {
      case RESOURCE -> true;
      case TABLE -> WITH_TABLE.contains(code);
      case PICTURE -> WITH_PICTURE.contains(code);
    };
  }

  /** Whether the answer is no resource, and has formats of its own. */
  boolean hasFormats() {
    return this == RUN || isExport();
  }

  /** Whether it makes files, and always answers later. */
  boolean isExport() {
    return this == EXPORT || this == EXPORT_GROUP || this == EXPORT_VIEWS;
  }

  boolean isAt(Level level) {
    return levels.contains(level);
  }

  /** Whether resources of the type have it. */
  boolean isOf(String type) {
    return !isAt(Level.TYPE) && !isAt(Level.INSTANCE)
        ? false
        : types.isEmpty() ? ResourceTypes.isType(type) : types.contains(type);
  }

  /** The canonical of its OperationDefinition. */
  String definition(String type) {
    if (this == EXPORT || this == EXPORT_GROUP) {
      return BULK_DATA
          + (type.equals("Resource") ? "" : type.toLowerCase(Locale.ROOT) + "-")
          + code;
    }
    if (this == CQL) {
      return CQL_GUIDE + "cql-cql";
    }
    if (this == EVALUATE) {
      return CQL_GUIDE + "cql-library-evaluate";
    }
    if (this == COHORT) {
      return OURS + "ResearchStudy-cohort";
    }
    String name =
        (types.size() == 1 ? types.iterator().next() : types.isEmpty() ? "Resource" : type)
            + "-"
            + code;
    return (OUR_OWN.contains(name) ? OURS : STANDARD) + name;
  }

  /**
   * @param segment such as {@code $everything}
   */
  static Optional<NamedOperation> find(String segment, Level level, Optional<String> type) {
    String name =
        type.orElse(Routes.VIEW_DEFINITION).equals(Routes.VIEW_DEFINITION)
            ? VIEW_NAMES.getOrDefault(segment, segment)
            : segment;
    for (NamedOperation operation : values()) {
      if (name.equals("$" + operation.code)
          && operation.isAt(level)
          && type.map(operation::isOf).orElse(true)) {
        return Optional.of(operation);
      }
    }
    return Optional.empty();
  }
}
