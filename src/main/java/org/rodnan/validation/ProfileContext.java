package org.rodnan.validation;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.hapi.converters.canonical.VersionCanonicalizer;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.hl7.fhir.common.hapi.validation.validator.ProfileKnowledgeWorkerR5;
import org.hl7.fhir.common.hapi.validation.validator.WorkerContextValidationSupportAdapter;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r5.conformance.profile.ProfileUtilities;
import org.hl7.fhir.r5.context.ILoggingService;
import org.hl7.fhir.r5.extensions.ExtensionDefinitions;
import org.hl7.fhir.r5.extensions.ExtensionUtilities;
import org.hl7.fhir.r5.fhirpath.ExpressionNode;
import org.hl7.fhir.r5.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r5.model.CodeSystem;
import org.hl7.fhir.r5.model.CodeableConcept;
import org.hl7.fhir.r5.model.Coding;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.ElementDefinition.ConstraintSeverity;
import org.hl7.fhir.r5.model.ElementDefinition.ElementDefinitionBindingComponent;
import org.hl7.fhir.r5.model.ElementDefinition.ElementDefinitionConstraintComponent;
import org.hl7.fhir.r5.model.Enumerations.BindingStrength;
import org.hl7.fhir.r5.model.Extension;
import org.hl7.fhir.r5.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.r5.model.PackageInformation;
import org.hl7.fhir.r5.model.Resource;
import org.hl7.fhir.r5.model.StringType;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.model.StructureDefinition.StructureDefinitionKind;
import org.hl7.fhir.r5.model.StructureDefinition.TypeDerivationRule;
import org.hl7.fhir.r5.model.UrlType;
import org.hl7.fhir.r5.model.ValueSet;
import org.hl7.fhir.r5.terminologies.utilities.ValidationResult;
import org.hl7.fhir.r5.utils.UserDataNames;
import org.hl7.fhir.utilities.Utilities;
import org.hl7.fhir.utilities.validation.ValidationMessage.IssueSeverity;
import org.hl7.fhir.utilities.validation.ValidationOptions;
import org.hl7.fhir.validation.instance.utils.FHIRPathExpressionFixer;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Definitions;

/**
 * What HL7's validator asks its surroundings for: definitions, in the R5 model that it works on,
 * and verdicts on codes. HAPI's adapter answers each question anew, by converting R4 definitions
 * and walking lists of all of them; here each answer is worked out once. Thread safe.
 *
 * <p>A CodeableConcept is in a value set if one of its codings is (R4, terminologies.html,
 * "required binding"); HAPI's adapter demands it of all of them.
 */
final class ProfileContext extends WorkerContextValidationSupportAdapter {
  private static final String TYPE = "http://hl7.org/fhir/StructureDefinition/";
  private static final String TX_ISSUE_TYPE = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type";
  private static final PackageInformation R4 =
      new PackageInformation("hl7.fhir.r4.core", "4.0.1", "4.0.1", new Date(0));
  private static final int VERDICTS_KEPT_MAX = 20_000;
  private static final int BASES_MAX = 32;

  /**
   * Its FHIRPath compares each code with each other one, 20 seconds for 6,000; the validator looks
   * for codes that are there twice by itself.
   */
  private static final String CODES_ARE_UNIQUE = "csd-1";

  private static final ScopedValue<Map<String, StructureDefinition>> OWN_BASES =
      ScopedValue.newInstance();

  private static final ILoggingService SILENT =
      new ILoggingService() {
        @Override
        public void logMessage(String message) {}

        @Override
        public void logDebugMessage(LogCategory category, String message) {}

        @Override
        public boolean isDebugLogging() {
          return false;
        }
      };

  private final Definitions definitions;
  private final FhirContext fhir;
  private final VersionCanonicalizer toR5;
  private final StoredSupport stored;
  private final Converted ours;
  private final Converted clients = new Converted();
  private final Map<String, StructureDefinition> outlines;
  private final Set<String> primitiveTypes;
  private final Cache<CodeQuestion, ValidationResult> verdicts =
      Caffeine.newBuilder().maximumSize(VERDICTS_KEPT_MAX).build();
  private final Cache<String, SystemSupportInformation> systems =
      Caffeine.newBuilder().maximumSize(1_000).build();
  private @Nullable FHIRPathEngine fhirPath;

  /** Definitions in the R5 model, by address with and without version. */
  private record Converted(
      Map<String, StructureDefinition> structures,
      Map<String, ValueSet> valueSets,
      Map<String, CodeSystem> codeSystems,
      Map<String, ExpressionNode> expressions,
      Map<String, String> unusable) {
    Converted() {
      this(
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>());
    }
  }

  /**
   * The next revision: what it has worked out of the program's own definitions is kept.
   *
   * @param before of the same definitions
   */
  ProfileContext(ProfileContext before, StoredSupport stored, IValidationSupport terminology) {
    super(terminology);
    this.definitions = before.definitions;
    this.fhir = before.fhir;
    this.toR5 = before.toR5;
    this.stored = stored;
    this.ours = before.ours;
    this.outlines = before.outlines;
    this.primitiveTypes = before.primitiveTypes;
  }

  ProfileContext(Definitions definitions, StoredSupport stored, IValidationSupport terminology) {
    super(terminology);
    this.definitions = definitions;
    this.fhir = definitions.getFhirContext();
    this.toR5 = new VersionCanonicalizer(fhir);
    this.stored = stored;
    this.ours = new Converted();
    this.outlines = new HashMap<>();
    this.primitiveTypes = new HashSet<>();
    for (org.hl7.fhir.r4.model.StructureDefinition outline : definitions.typeOutlines()) {
      StructureDefinition type = new Outline(toR5.structureDefinitionToCanonical(outline));
      type.setSourcePackage(R4);
      outlines.put(type.getUrl(), type);
      if (type.getKind() == StructureDefinitionKind.PRIMITIVETYPE) {
        primitiveTypes.add(type.getName());
      }
    }
  }

  @Override
  public <T extends Resource> @Nullable T fetchResource(Class<T> type, @Nullable String address) {
    if (address == null || address.isBlank()) {
      return null;
    }
    Resource found;
    if (type == StructureDefinition.class) {
      StructureDefinition own = OWN_BASES.orElse(Map.of()).get(address);
      found = own == null ? structure(address) : own;
    } else if (type == ValueSet.class) {
      found = valueSet(address);
    } else if (type == CodeSystem.class) {
      found = fetchCodeSystem(address);
    } else if (type == Resource.class) {
      found = structure(address);
      found = found == null ? valueSet(address) : found;
      found = found == null ? fetchCodeSystem(address) : found;
    } else {
      found = null;
    }
    return type.cast(found);
  }

  @Override
  public <T extends Resource> boolean hasResource(Class<T> type, @Nullable String address) {
    return fetchResource(type, address) != null;
  }

  @Override
  public <T extends Resource> boolean hasResource(
      Class<T> type, @Nullable String address, @Nullable String version, Resource source) {
    return fetchResource(type, address, version, source) != null;
  }

  /** Null where HAPI's throws: the validator asks for what may well not be there. */
  @Override
  public <T extends Resource> @Nullable T fetchResourceWithException(
      Class<T> type, String address, @Nullable String version, Resource source)
      throws FHIRException {
    return fetchResource(type, address, version, source);
  }

  /**
   * Runs with copies of these definitions in place of the shared ones, where they are fetched by
   * address on this thread. The validator makes a snapshot of each profile that it judges, and
   * while it does, it takes extensions off the profile's base and puts them on again.
   *
   * @param bases addresses; those that lead to nothing are left out
   */
  void withOwn(Set<String> bases, Runnable judging) {
    if (bases.isEmpty()) {
      judging.run();
      return;
    }
    Map<String, StructureDefinition> own = new HashMap<>();
    for (String address : bases) {
      StructureDefinition base = structure(address);
      if (base != null) {
        own.put(address, base.copy());
      }
    }
    ScopedValue.where(OWN_BASES, own).run(judging);
  }

  private @Nullable StructureDefinition structure(String address) {
    return converted(
        org.hl7.fhir.r4.model.StructureDefinition.class,
        address,
        Converted::structures,
        this::toStructure);
  }

  /**
   * @param convert gives null for what can't be used
   */
  private <S extends MetadataResource, T> @Nullable T converted(
      Class<S> type,
      String address,
      Function<Converted, Map<String, T>> kind,
      BiFunction<S, Converted, @Nullable T> convert) {
    T known = kind.apply(ours).get(address);
    known = known == null ? kind.apply(clients).get(address) : known;
    if (known != null || clients.unusable().containsKey(address)) {
      return known;
    }
    Converted place = ours;
    S found = definitions.fetchResource(type, address);
    if (found == null) {
      place = clients;
      found = stored.find(type, address).orElse(null);
      if (found == null) {
        return null;
      }
    }
    Map<String, T> places = kind.apply(place);
    String versioned =
        found.hasVersion() ? found.getUrl() + "|" + found.getVersion() : found.getUrl();
    T result = places.get(versioned);
    if (result == null) {
      T made = convert.apply(found, place);
      if (made == null) {
        clients.unusable().putIfAbsent(address, "can't be used");
        return null;
      }
      T first = places.putIfAbsent(versioned, made);
      result = first == null ? made : first;
    }
    places.put(address, result);
    return result;
  }

  private @Nullable StructureDefinition toStructure(
      org.hl7.fhir.r4.model.StructureDefinition found, Converted place) {
    if (place == ours) {
      StructureDefinition structure = toR5.structureDefinitionToCanonical(found);
      if (!structure.hasSnapshot()) {
        generateSnapshot(structure);
        ExtensionSlices.replace(structure);
      }
      parseConstraints(structure, ours);
      return structure;
    }
    try {
      return toStructure(found);
    } catch (RuntimeException e) {
      String why = String.valueOf(e.getMessage());
      clients.unusable().put(found.getUrl(), why);
      clients.unusable().put(found.getUrl() + "|" + found.getVersion(), why);
      return null;
    }
  }

  /**
   * A profile or extension of a client's, with its snapshot.
   *
   * @throws RuntimeException of any kind if it can't be worked out
   */
  StructureDefinition toStructure(org.hl7.fhir.r4.model.StructureDefinition found) {
    try {
      return whole(found);
    } catch (StackOverflowError e) {
      throw new IllegalStateException(WatchedFunctions.tooDeep(), e);
    }
  }

  private StructureDefinition whole(org.hl7.fhir.r4.model.StructureDefinition found) {
    requireRoot(found);
    StructureDefinition structure = toR5.structureDefinitionToCanonical(found);
    if (!structure.hasSnapshot()) {
      generateSnapshot(structure);
    }
    for (StringType invariant : structure.getContextInvariant()) {
      if (WatchedFunctions.isIn(parse(invariant.getValue()))) {
        throw new IllegalStateException(
            "its contextInvariant '"
                + invariant.getValue()
                + "' uses a regular expression, which is supported in constraints only");
      }
    }
    structure.getSnapshot().getElement().forEach(ProfileContext::constrainByRegex);
    parseConstraints(structure, clients);
    return structure;
  }

  /** The validator's own look at the extension can't be stopped; at a constraint's it can. */
  private static void constrainByRegex(ElementDefinition element) {
    String regex = element.getExtensionString(ExtensionDefinitions.EXT_REGEX);
    if (regex != null) {
      element.removeExtension(ExtensionDefinitions.EXT_REGEX);
      element
          .addConstraint()
          .setKey("regex")
          .setSeverity(ConstraintSeverity.ERROR)
          .setHuman("The value must match the regular expression " + regex)
          .setExpression(
              "hasValue().not() or toString().matchesFull('"
                  + Utilities.escapeJson(regex).replace("'", "\\'")
                  + "')");
    }
  }

  /** Bases that lead in a circle would never end. */
  private void requireRoot(org.hl7.fhir.r4.model.StructureDefinition found) {
    String base = found.getBaseDefinition();
    for (int i = 0; base != null && i < BASES_MAX; i++) {
      if (ours.structures().containsKey(base)
          || definitions.fetchStructureDefinition(base) != null) {
        return;
      }
      base =
          stored
              .find(org.hl7.fhir.r4.model.StructureDefinition.class, base)
              .map(org.hl7.fhir.r4.model.StructureDefinition::getBaseDefinition)
              .orElse(null);
    }
    throw new UnknownBase(
        "its base " + found.getBaseDefinition() + " leads to no type of R4 that is known here");
  }

  /**
   * What stands against using a profile: an error if its snapshot can't be worked out, a warning if
   * it may be once its base is there.
   */
  List<Issue> judge(org.hl7.fhir.r4.model.StructureDefinition profile) {
    try {
      toStructure(profile);
      return List.of();
    } catch (UnknownBase e) {
      return List.of(
          Issue.warning(
              IssueType.NOTFOUND,
              "StructureDefinition.baseDefinition: " + e.getMessage(),
              "StructureDefinition.baseDefinition"));
    } catch (RuntimeException e) {
      return List.of(
          Issue.error(
              IssueType.PROCESSING,
              "StructureDefinition.differential: no snapshot can be made of it: " + e.getMessage(),
              "StructureDefinition.differential"));
    }
  }

  private static final class UnknownBase extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownBase(String message) {
      super(message);
    }
  }

  /** Why a definition that is there can't be used; nothing if it can, or isn't there. */
  Optional<String> whyUnusable(String address) {
    return structure(address) == null
        ? Optional.ofNullable(clients.unusable().get(address))
        : Optional.empty();
  }

  /**
   * The validator would parse each expression at first use and keep the result in the definition, a
   * write that threads would race for.
   */
  private void parseConstraints(StructureDefinition structure, Converted place) {
    for (ElementDefinition element : structure.getSnapshot().getElement()) {
      bindFirmly(element);
      typeResourceId(structure, element);
      if ("CodeSystem".equals(structure.getType())) {
        element
            .getConstraint()
            .removeIf(constraint -> CODES_ARE_UNIQUE.equals(constraint.getKey()));
      }
      for (ElementDefinitionConstraintComponent constraint : element.getConstraint()) {
        String expression =
            FHIRPathExpressionFixer.fixExpr(
                constraint.getExpression(), constraint.getKey(), getVersion());
        if (expression != null) {
          constraint.setUserData(
              UserDataNames.validator_expression_cache,
              place
                  .expressions()
                  .computeIfAbsent(
                      expression, each -> place == ours ? parse(each) : watched(each)));
        }
      }
    }
  }

  /**
   * R4 says that a resource's id is a string. Where a snapshot is made it becomes an id, so that
   * profile and type would differ.
   */
  private static void typeResourceId(StructureDefinition structure, ElementDefinition element) {
    if (structure.getKind() == StructureDefinitionKind.RESOURCE
        && element.getPath().equals(structure.getType() + ".id")) {
      element
          .getType()
          .forEach(type -> {
            Extension name = type.getExtensionByUrl(ExtensionDefinitions.EXT_FHIR_TYPE);
            if (name != null) {
              name.setValue(new UrlType("id"));
            }
          });
    }
  }

  /**
   * Of a preferred binding the validator leaves out the most that it allows (the extension {@code
   * elementdefinition-maxValueSet}, required on top of it). An element that is a code itself is
   * bound to that alone. The formats of a CapabilityStatement may be abbreviated (R4,
   * capabilitystatement-definitions.html, "xml | json | ttl | mime type"), which its binding to
   * media types doesn't know.
   */
  private void bindFirmly(ElementDefinition element) {
    if (!element.hasBinding()) {
      return;
    }
    ElementDefinitionBindingComponent binding = element.getBinding();
    if ("CapabilityStatement.format".equals(element.getPath())) {
      binding.setStrength(BindingStrength.EXAMPLE);
    }
    String most =
        ExtensionUtilities.readStringExtension(binding, ExtensionDefinitions.EXT_MAX_VALUESET);
    if (most != null
        && binding.getStrength() == BindingStrength.PREFERRED
        && element.getType().size() == 1
        && isPrimitiveType(element.getTypeFirstRep().getWorkingCode())) {
      binding.setStrength(BindingStrength.REQUIRED).setValueSet(most);
    }
  }

  private ExpressionNode watched(String expression) {
    ExpressionNode parsed = parse(expression);
    WatchedFunctions.watch(parsed);
    return parsed;
  }

  private synchronized ExpressionNode parse(String expression) {
    if (fhirPath == null) {
      fhirPath = new FHIRPathEngine(this);
      fhirPath.setDoNotEnforceAsSingletonRule(true);
    }
    return fhirPath.parse(expression);
  }

  private void generateSnapshot(StructureDefinition profile) {
    StructureDefinition base = structure(profile.getBaseDefinition());
    if (base == null) {
      throw new IllegalStateException(
          "The base " + profile.getBaseDefinition() + " of " + profile.getUrl() + " is unknown");
    }
    ProfileUtilities utilities =
        new ProfileUtilities(this, new ArrayList<>(), new ProfileKnowledgeWorkerR5(fhir));
    // Of a copy: it takes extensions off the base and puts them on again.
    utilities.generateSnapshot(base.copy(), profile, profile.getUrl(), "", profile.getName());
  }

  private @Nullable ValueSet valueSet(String address) {
    return converted(
        org.hl7.fhir.r4.model.ValueSet.class,
        address,
        Converted::valueSets,
        (found, place) -> toR5.valueSetToValidatorCanonical(found));
  }

  @Override
  public @Nullable CodeSystem fetchCodeSystem(@Nullable String address) {
    return address == null
        ? null
        : converted(
            org.hl7.fhir.r4.model.CodeSystem.class,
            address,
            Converted::codeSystems,
            (found, place) -> toR5.codeSystemToValidatorCanonical(found));
  }

  @Override
  public @Nullable CodeSystem fetchCodeSystem(
      @Nullable String address, @Nullable String version, Resource source) {
    return fetchCodeSystem(
        address == null || version == null || version.isBlank()
            ? address
            : address + "|" + version);
  }

  @Override
  public @Nullable StructureDefinition fetchTypeDefinition(@Nullable String typeName) {
    if (typeName == null) {
      return null;
    }
    return structure(typeName.contains("/") ? typeName : TYPE + typeName);
  }

  @Override
  public List<StructureDefinition> fetchTypeDefinitions(String typeName) {
    StructureDefinition type = fetchTypeDefinition(typeName);
    return type == null ? List.of() : List.of(type);
  }

  /** Of all types at once the validator needs mostly the names, so that few are read whole. */
  @Override
  @SuppressWarnings("unchecked")
  public <T extends Resource> List<T> fetchResourcesByType(Class<T> type) {
    return type == StructureDefinition.class ? (List<T>) List.copyOf(outlines.values()) : List.of();
  }

  /**
   * A type that reads its elements when it is asked for them. Of one without elements the FHIRPath
   * engines would make a snapshot in place, each while others read it.
   */
  private final class Outline extends StructureDefinition {
    private static final long serialVersionUID = 1L;

    Outline(StructureDefinition outline) {
      outline.copyValues(this);
    }

    @Override
    public boolean hasSnapshot() {
      return true;
    }

    @Override
    public StructureDefinitionSnapshotComponent getSnapshot() {
      StructureDefinition whole = structure(getUrl());
      if (whole == null) {
        throw new IllegalStateException("The type " + getUrl() + " is unknown");
      }
      return whole.getSnapshot();
    }
  }

  @Override
  public boolean isPrimitiveType(String typeName) {
    return primitiveTypes.contains(typeName);
  }

  @Override
  public ILoggingService getLogger() {
    return SILENT;
  }

  @Override
  public SystemSupportInformation getTxSupportInfo(
      @Nullable String system, @Nullable String version) {
    return systems.get(
        system == null ? "" : system, unknown -> super.getTxSupportInfo(system, version));
  }

  @Override
  public ValidationResult validateCode(
      ValidationOptions options,
      @Nullable String system,
      @Nullable String version,
      @Nullable String code,
      @Nullable String display) {
    return verdicts.get(
        new CodeQuestion(null, system, version, code, display, options.isGuessSystem()),
        question -> tolerant(super.validateCode(options, system, version, code, display), null));
  }

  @Override
  public ValidationResult validateCode(
      ValidationOptions options, @Nullable String code, @Nullable ValueSet valueSet) {
    if (valueSet == null || !isKept(valueSet)) {
      return super.validateCode(options, code, valueSet);
    }
    return verdicts.get(
        new CodeQuestion(valueSet.getVersionedUrl(), null, null, code, null, true),
        question -> super.validateCode(options, code, valueSet));
  }

  @Override
  public ValidationResult validateCode(
      ValidationOptions options, Coding coding, @Nullable ValueSet valueSet) {
    if (valueSet != null && !isKept(valueSet)) {
      return tolerant(super.validateCode(options, coding, valueSet), valueSet);
    }
    return verdicts.get(
        new CodeQuestion(
            valueSet == null ? null : valueSet.getVersionedUrl(),
            coding.getSystem(),
            coding.getVersion(),
            coding.getCode(),
            coding.getDisplay(),
            options.isGuessSystem()),
        question -> tolerant(super.validateCode(options, coding, valueSet), valueSet));
  }

  @Override
  public ValidationResult validateCode(
      ValidationOptions options, CodeableConcept concept, @Nullable ValueSet valueSet) {
    ValidationResult accepted = null;
    List<OperationOutcomeIssueComponent> issues = new ArrayList<>();
    for (Coding coding : concept.getCoding()) {
      ValidationResult result = validateCode(options, coding, valueSet);
      issues.addAll(result.getIssues());
      if (accepted == null && result.isOk()) {
        accepted = result;
      }
    }
    return accepted == null
        ? new ValidationResult(IssueSeverity.ERROR, null, issues)
        : accepted(accepted, issues);
  }

  /**
   * That a code system is not here says nothing about its code: if no value set is asked for, the
   * code passes; if one is, its list decides.
   */
  private static ValidationResult tolerant(ValidationResult result, @Nullable ValueSet valueSet) {
    List<OperationOutcomeIssueComponent> issues =
        result.getIssues().stream()
            .filter(issue -> !issue.getDetails().hasCoding(TX_ISSUE_TYPE, "not-found"))
            .toList();
    if (issues.size() == result.getIssues().size()) {
      return result;
    }
    return result.isOk() || valueSet == null && issues.isEmpty()
        ? accepted(result, issues)
        : new ValidationResult(result.getSeverity(), null, issues);
  }

  private static ValidationResult accepted(
      ValidationResult result, List<OperationOutcomeIssueComponent> issues) {
    return new ValidationResult(
        (IssueSeverity) null,
        (String) null,
        result.getSystem(),
        result.getVersion(),
        result.asConceptDefinition(),
        result.getDisplay(),
        issues);
  }

  /** A value set that a client sent along is not to be mistaken for a known one of its address. */
  private boolean isKept(ValueSet valueSet) {
    String address = valueSet.getVersionedUrl();
    return address != null
        && (ours.valueSets().get(address) == valueSet
            || clients.valueSets().get(address) == valueSet);
  }

  /** All profiles that are ours, with snapshots. */
  List<StructureDefinition> ourProfiles() {
    return definitions.ourStructures().stream()
        .map(profile -> structure(profile.getUrl()))
        .filter(
            profile -> profile != null && profile.getDerivation() == TypeDerivationRule.CONSTRAINT)
        .toList();
  }

  private record CodeQuestion(
      @Nullable String valueSet,
      @Nullable String system,
      @Nullable String version,
      @Nullable String code,
      @Nullable String display,
      boolean isGuess) {}
}
