package org.rodnan.validation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.r5.context.IWorkerContext;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.elementmodel.JsonParser;
import org.hl7.fhir.r5.elementmodel.ParserBase.ValidationPolicy;
import org.hl7.fhir.r5.fhirpath.ExpressionNode;
import org.hl7.fhir.r5.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r5.model.Base;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.StringType;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.ValidatorSession;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.r5.utils.validation.constants.IdStatus;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;
import org.hl7.fhir.r5.utils.xver.XVerExtensionManagerOld;
import org.hl7.fhir.utilities.json.model.JsonObject;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.hl7.fhir.validation.ValidatorSettings;
import org.hl7.fhir.validation.codesystem.CodingsObserver;
import org.hl7.fhir.validation.instance.InstanceValidator;

/**
 * HL7's validator, made for one resource and here used for many, one after the other. Making one
 * takes 8 ms, most of it for tables that are never looked at. Not thread safe.
 *
 * <p>It remembers things of each resource it has seen, some of them with the whole resource behind
 * them, and doesn't say again what it has said once. {@link #clear} makes it forget; the fields are
 * private, so they are looked up by name, which fails at start if a later version has others.
 */
final class PooledValidator extends InstanceValidator {
  private static final VarHandle NARRATIVE_IDS = field("xhtmlElementMap", Map.class);
  private static final VarHandle TEXTS = field("textsToCheck", List.class);
  private static final VarHandle TEXT_KEYS = field("textsToCheckKeys", Set.class);
  private static final VarHandle LOOK_UPS = field("crLookups", Map.class);
  private static final VarHandle FETCHED = field("fetchCache", Map.class);
  private static final VarHandle TRACKERS = field("resourceTracker", HashMap.class);
  private static final VarHandle OBSERVER = field("codingObserver", CodingsObserver.class);
  private static final VarHandle OBSERVED = field(CodingsObserver.class, "list", List.class);

  private final ProfileContext profiles;
  private final CpuBudget budget;

  PooledValidator(ProfileContext profiles, Duration cpuTimeMax) {
    this(profiles, new CpuBudget(cpuTimeMax));
  }

  private PooledValidator(ProfileContext profiles, CpuBudget budget) {
    super(
        profiles,
        new WatchedFunctions(budget),
        new XVerExtensionManagerOld(profiles),
        new LocalSession(profiles),
        new ValidatorSettings());
    this.profiles = profiles;
    this.budget = budget;
    setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    setAnyExtensionsAllowed(true);
    setResourceIdRule(IdStatus.OPTIONAL);
    setErrorForUnknownProfiles(false);
    setUnknownCodeSystemsCauseErrors(true);
    setPolicyAdvisor(new Policy(budget));
    setFetcher(new ReferenceTypes(profiles));
    setAllowExamples(true);
    setNoBindingMsgSuppressed(true);
    getFHIRPathEngine().setTracer(new Looking(budget));
  }

  private static VarHandle field(String name, Class<?> type) {
    return field(InstanceValidator.class, name, type);
  }

  private static VarHandle field(Class<?> owner, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
          .findVarHandle(owner, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Reads JSON into the tree that {@link #check} and {@link #evaluate} work on. */
  Element read(JsonObject json, List<ValidationMessage> messages) {
    JsonParser parser =
        new JsonParser(profiles, getFHIRPathEngine().getProfileUtilities()) {
          @Override
          protected StructureDefinition getDefinition(
              List<ValidationMessage> errors, int line, int column, String name) {
            StructureDefinition type = profiles.fetchTypeDefinition(name);
            return type == null ? super.getDefinition(errors, line, column, name) : type;
          }
        };
    parser.setupValidation(ValidationPolicy.EVERYTHING);
    return parser.parse(messages, json);
  }

  /**
   * Adds what it finds to the messages. Without profiles it checks against the type alone.
   *
   * @throws CpuBudget.Spent when it has taken too long
   */
  void check(
      Element resource, List<StructureDefinition> against, List<ValidationMessage> messages) {
    Set<String> bases = new HashSet<>();
    addBases(resource, bases);
    budget.start();
    profiles.withOwn(
        bases, () -> validate(null, messages, null, resource, new ArrayList<>(against)));
    budget.requireUnspent();
  }

  /** Of the profiles that are this resource or in it. */
  private static void addBases(Element element, Set<String> bases) {
    if ("StructureDefinition".equals(element.fhirType())) {
      String base = element.getNamedChildValue("baseDefinition");
      if (base != null) {
        bases.add(base);
      }
    }
    if (element.hasChildren()) {
      element.getChildren().forEach(child -> addBases(child, bases));
    }
  }

  List<Base> evaluate(Element resource, String fhirPath) {
    FHIRPathEngine engine = getFHIRPathEngine();
    return engine.evaluate(null, resource, resource, resource, engine.parse(fhirPath));
  }

  void clear() {
    ((Map<?, ?>) NARRATIVE_IDS.get(this)).clear();
    ((Collection<?>) TEXTS.get(this)).clear();
    ((Collection<?>) TEXT_KEYS.get(this)).clear();
    ((Map<?, ?>) LOOK_UPS.get(this)).clear();
    ((Map<?, ?>) FETCHED.get(this)).clear();
    ((Map<?, ?>) TRACKERS.get(this)).clear();
    ((Collection<?>) OBSERVED.get(OBSERVER.get(this))).clear();
    statusWarnings.clear();
    trackedMessages.clear();
    messagesToRemove.clear();
  }

  /**
   * Of references only the types are checked: whether the target exists is for the store to say.
   * Asked at each element, it looks at the time too.
   */
  private static final class Policy extends FhirDefaultPolicyAdvisor {
    private final CpuBudget budget;

    Policy(CpuBudget budget) {
      this.budget = budget;
    }

    @Override
    public EnumSet<ElementValidationAction> policyForElement(
        IResourceValidator validator,
        Object caller,
        StructureDefinition structure,
        ElementDefinition element,
        String path) {
      budget.check();
      return super.policyForElement(validator, caller, structure, element, path);
    }

    @Override
    public ReferenceValidationPolicy policyForReference(
        IResourceValidator validator,
        Object caller,
        String path,
        String reference,
        ReferenceDestinationType destination) {
      return ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS;
    }

    @Override
    public ReferenceValidationPolicy getReferencePolicy() {
      return ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS;
    }
  }

  /** A constraint may run for ever, so each of its steps looks at the time and at its result. */
  private record Looking(CpuBudget budget) implements FHIRPathEngine.IDebugTracer {
    private static final int ITEMS_MAX = 1_000_000;

    @Override
    public void traceExpression(
        FHIRPathEngine.ExecutionContext context,
        List<Base> focus,
        List<Base> result,
        ExpressionNode node) {
      look(result);
    }

    private void look(List<Base> result) {
      budget.check();
      if (result.size() > ITEMS_MAX) {
        budget.spend();
      }
      if (result.size() == 1
          && result.get(0) instanceof StringType text
          && text.getValue() != null) {
        budget.make(text.getValue().length());
      }
    }

    @Override
    public void traceOperationExpression(
        FHIRPathEngine.ExecutionContext context,
        List<Base> focus,
        List<Base> result,
        ExpressionNode node) {
      look(result);
    }
  }

  /**
   * To judge extensions that name other versions of FHIR, the validator would download these; here
   * R4 stands for all of them.
   */
  private static final class LocalSession extends ValidatorSession {
    private final Map<String, IWorkerContext> versions;

    LocalSession(ProfileContext profiles) {
      this.versions =
          new HashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean containsKey(Object version) {
              return true;
            }

            @Override
            public IWorkerContext get(Object version) {
              return profiles;
            }
          };
    }

    @Override
    public Map<String, IWorkerContext> getOtherVersions() {
      return versions;
    }
  }
}
