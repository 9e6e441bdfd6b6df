package org.rodnan.validation;

import ca.uhn.fhir.context.FhirContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.utilities.filesystem.ManagedFileAccess;
import org.hl7.fhir.utilities.http.ManagedWebAccess;
import org.hl7.fhir.utilities.json.JsonException;
import org.hl7.fhir.utilities.json.model.JsonArray;
import org.hl7.fhir.utilities.json.model.JsonElement;
import org.hl7.fhir.utilities.json.model.JsonObject;
import org.hl7.fhir.utilities.json.model.JsonString;
import org.hl7.fhir.utilities.json.parser.JsonParser;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Artifacts;
import org.rodnan.terminology.Definitions;
import org.rodnan.validation.compiled.CompiledProfiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The judge of what may be stored (R4, validation.html): structure, cardinalities, values, bindings
 * and constraints of R4, of the profiles that a resource claims in {@code meta.profile}, and of
 * those that its codes imply. HL7's own validator is the judge; it reads the JSON as it was sent,
 * so that nothing is hidden by a lenient parser. It doesn't see what the compiled checks accept,
 * which it would accept without a word. The same holds for contained resources and the entries of
 * Bundles. Thread safe.
 *
 * <ul>
 *   <li>An unknown profile is a warning, since EHRs claim the profiles of their country; but one
 *       under our own canonical base is an error.
 *   <li>Unknown extensions are allowed; unknown elements are errors.
 *   <li>A code of a code system that is not here, such as one of LOINC or SNOMED CT, is not an
 *       error, unless a profile requires a code of a value set that lists its codes.
 *   <li>A code that can't be one of LOINC or SNOMED CT by its check digit is an error, and so is a
 *       display that contradicts one of the LOINC codes of the trade.
 *   <li>References are not followed: the store knows what exists.
 * </ul>
 */
public final class ResourceValidator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceValidator.class);

  private final ProfileContext profiles;
  private final ImpliedProfiles implied;
  private final Findings findings;
  private final ValidatorPool pool;
  private final CompiledProfiles compiled;
  private final CodingRules codings;
  private final ValidationLimits limits;

  /**
   * With the default limits. Takes a second or so; see {@link #warmUp}.
   *
   * @param threadsMax how many resources may be validated at once; the work is bound by the CPU
   */
  public ResourceValidator(Definitions definitions, int threadsMax) {
    this(definitions, ValidationLimits.ofThreads(threadsMax));
  }

  ResourceValidator(Definitions definitions, ValidationLimits limits) {
    forbidFilesAndNetwork();
    FhirContext fhir = definitions.getFhirContext();
    ValidationSupportChain terminology =
        new ValidationSupportChain(
            definitions,
            new InMemoryTerminologyServerValidationSupport(fhir),
            new CommonCodeSystemsTerminologyService(fhir));
    this.profiles = new ProfileContext(definitions, terminology);
    this.implied = new ImpliedProfiles(profiles);
    this.findings = new Findings(profiles);
    this.limits = limits;
    this.pool = new ValidatorPool(profiles, limits);
    this.compiled = new CompiledProfiles(profiles, implied::of);
    this.codings = CodingRules.of(definitions);
  }

  /** HL7's validator reads an attachment's url to check its size, be it that of a local file. */
  private static void forbidFilesAndNetwork() {
    ManagedFileAccess.setAccessPolicy(ManagedFileAccess.FileAccessPolicy.PROHIBITED);
    ManagedWebAccess.setAccessPolicy(ManagedWebAccess.WebAccessPolicy.PROHIBITED);
  }

  /**
   * @param resource the model, to name the resource by
   * @param json the same resource as the client sent it: UTF-8, one JSON object
   * @throws FhirFailure.Busy if no validator is free in time
   * @throws FhirFailure.Fault if the validator itself fails, which no resource should bring about
   */
  public ValidationReport validate(Resource resource, byte[] json) {
    if (valuesOf(json) > limits.valuesMax()) {
      return refused(
          resource,
          IssueType.TOOLONG,
          "has more values than rodnan.validation.values-max allows, " + limits.valuesMax());
    }
    ValidationReport report =
        compiled.accepts(json) ? ValidationReport.ACCEPTED : judge(resource, json);
    return report.and(codings.judge(resource.fhirType(), json));
  }

  CompiledProfiles compiled() {
    return compiled;
  }

  /** What HL7's validator says, even of what the compiled checks accept. */
  ValidationReport judge(Resource resource, byte[] json) {
    try {
      return new ValidationReport(pool.use(validator -> judge(json, validator)));
    } catch (FhirFailure e) {
      throw e;
    } catch (StackOverflowError e) {
      return refused(resource, IssueType.TOOLONG, "is nested too deeply to be validated");
    } catch (FHIRException e) {
      return refused(resource, IssueType.STRUCTURE, "can't be read: " + e.getMessage());
    } catch (CpuBudget.Spent e) {
      return refused(
          resource,
          IssueType.TOOCOSTLY,
          "takes longer to validate than rodnan.validation.cpu-time-max allows, "
              + limits.cpuTimeMax().toSeconds()
              + " s");
    } catch (RuntimeException | LinkageError | AssertionError e) {
      throw new FhirFailure.Fault("Validation of " + name(resource) + " failed: " + e, e);
    }
  }

  private List<Issue> judge(byte[] json, PooledValidator validator) {
    List<ValidationMessage> messages = new ArrayList<>();
    JsonObject tree;
    try {
      tree = JsonParser.parseObject(new String(json, StandardCharsets.UTF_8), true, true, 0);
    } catch (IOException | JsonException e) {
      return List.of(Issue.error(IssueType.STRUCTURE, "Not JSON: " + e.getMessage()));
    }
    List<StructureDefinition> against = profilesOf(tree);
    for (String element : List.of("contained", "entry", "parameter")) {
      claimForNested(tree.get(element));
    }
    Element element = validator.read(tree, messages);
    if (element != null) {
      validator.check(element, against, messages);
    }
    return findings.of(messages, element, validator);
  }

  /**
   * The known profiles that a resource claims or implies. The claims are taken out of the tree: the
   * validator would check each of them once more, and the bare type besides.
   */
  private List<StructureDefinition> profilesOf(JsonObject resource) {
    Set<StructureDefinition> against = new LinkedHashSet<>();
    for (String address : impliedBy(resource)) {
      against.add(known(address));
    }
    JsonElement meta = resource.get("meta");
    JsonElement claims =
        meta != null && meta.isJsonObject() ? meta.asJsonObject().get("profile") : null;
    if (claims != null && claims.isJsonArray()) {
      List<JsonElement> taken = new ArrayList<>();
      for (JsonElement claim : claims.asJsonArray()) {
        StructureDefinition profile =
            claim.isJsonString()
                ? profiles.fetchResource(StructureDefinition.class, claim.asString())
                : null;
        if (profile != null) {
          against.add(profile);
          taken.add(claim);
        }
      }
      taken.forEach(claims.asJsonArray()::remove);
      removeIfEmpty(resource, meta.asJsonObject(), claims.asJsonArray());
    }
    return List.copyOf(against);
  }

  private List<String> impliedBy(JsonObject resource) {
    CodedJson coded = new CodedJson(resource);
    String type = coded.text("resourceType");
    return type == null ? List.of() : implied.of(type, coded);
  }

  private static void removeIfEmpty(JsonObject resource, JsonObject meta, JsonArray claims) {
    if (claims.size() == 0) {
      meta.remove("profile");
      if (meta.getProperties().isEmpty()) {
        resource.remove("meta");
      }
    }
  }

  private StructureDefinition known(String address) {
    StructureDefinition profile = profiles.fetchResource(StructureDefinition.class, address);
    if (profile == null) {
      throw new IllegalStateException("The profile " + address + " is unknown");
    }
    return profile;
  }

  /** Inner resources are made to claim what they imply, since the validator finds them itself. */
  private void claimForNested(JsonElement value) {
    if (value == null) {
      return;
    }
    if (value.isJsonArray()) {
      value.asJsonArray().forEach(this::claimForNested);
    } else if (value.isJsonObject()) {
      JsonObject object = value.asJsonObject();
      if (object.has("resourceType")) {
        impliedBy(object).forEach(profile -> claim(object, profile));
      }
      for (String element : List.of("contained", "entry", "parameter", "part", "resource")) {
        claimForNested(object.get(element));
      }
    }
  }

  private static void claim(JsonObject resource, String profile) {
    if (!resource.has("meta")) {
      resource.add("meta", placed(new JsonObject(), resource));
    }
    if (resource.get("meta") instanceof JsonObject meta) {
      if (!meta.has("profile")) {
        meta.add("profile", placed(new JsonArray(), resource));
      }
      if (meta.get("profile") instanceof JsonArray claims
          && claims.getItems().stream()
              .noneMatch(claim -> claim.isJsonString() && profile.equals(claim.asString()))) {
        claims.add(placed(new JsonString(profile), resource));
      }
    }
  }

  /** Every element of the tree must say where in the text it stands. */
  private static JsonElement placed(JsonElement added, JsonElement where) {
    added.setStart(where.getStart());
    added.setEnd(where.getEnd());
    return added;
  }

  /**
   * Reads what the profiles need and validates each of the valid examples, so that the first client
   * doesn't wait for it. Takes seconds of one thread; service goes on meanwhile.
   */
  public void warmUp() {
    Artifacts.files("profiles/examples").entrySet().stream()
        .filter(file -> file.getKey().contains("-valid-"))
        .forEach(file -> {
          compiled.prepare(file.getValue());
          pool.use(validator -> judge(file.getValue(), validator));
        });
  }

  private static ValidationReport refused(Resource resource, IssueType code, String why) {
    return new ValidationReport(
        List.of(Issue.error(code, name(resource) + " " + why, resource.fhirType())));
  }

  /** Commas outside of strings, and one: exact enough for a limit, and as fast as reading. */
  private static int valuesOf(byte[] json) {
    int values = 1;
    boolean isInString = false;
    for (int i = 0; i < json.length; i++) {
      byte b = json[i];
      if (isInString && b == '\\') {
        i++;
      } else if (b == '"') {
        isInString = !isInString;
      } else if (b == ',' && !isInString) {
        values++;
      }
    }
    return values;
  }

  private static String name(Resource resource) {
    String id = resource.getIdElement().getIdPart();
    return id == null ? "a " + resource.fhirType() : resource.fhirType() + "/" + id;
  }

  /** Tells the log how many resources needed HL7's validator. Nothing is to be released today. */
  @Override
  public void close() {
    LOG.info(
        "{} resources were accepted by compiled profiles, {} were left to HL7's validator",
        compiled.acceptedCount(),
        compiled.leftCount());
  }
}
