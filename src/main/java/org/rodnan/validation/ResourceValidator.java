package org.rodnan.validation;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.StructureDefinition.TypeDerivationRule;
import org.hl7.fhir.utilities.filesystem.ManagedFileAccess;
import org.hl7.fhir.utilities.http.ManagedWebAccess;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Artifacts;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.StoredDefinitions;
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
 * <p>Definitions that clients have stored count from the next resource on; the program's own, and
 * R4's, stand before one of the same address.
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
public class ResourceValidator {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceValidator.class);

  private final Definitions definitions;
  private final StoredDefinitions stored;
  private final ValidationLimits limits;
  private final ValidationModes modes;
  private final CodingRules codings;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder left = new LongAdder();
  private volatile Edition edition;

  /**
   * Of the program's own definitions alone, with the default limits; everything is enforced. Takes
   * a second or so; see {@link #warmUp}.
   *
   * @param threadsMax how many resources may be validated at once; the work is bound by the CPU
   */
  public ResourceValidator(Definitions definitions, int threadsMax) {
    this(
        definitions,
        StoredDefinitions.NONE,
        ValidationLimits.ofThreads(threadsMax),
        ValidationModes.ENFORCED);
  }

  ResourceValidator(
      Definitions definitions,
      StoredDefinitions stored,
      ValidationLimits limits,
      ValidationModes modes) {
    forbidFilesAndNetwork();
    this.definitions = definitions;
    this.stored = stored;
    this.limits = limits;
    this.modes = modes;
    this.codings = CodingRules.of(definitions);
    this.edition = Edition.first(definitions, limits);
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
    // Each value takes a comma and a character at least.
    if (json.length / 2 >= limits.valuesMax() && valuesOf(json) > limits.valuesMax()) {
      return refused(
          resource,
          IssueType.TOOLONG,
          "has more values than rodnan.validation.values-max allows, " + limits.valuesMax());
    }
    Edition current = edition();
    boolean isAccepted = current.compiled().accepts(json);
    (isAccepted ? accepted : left).increment();
    ValidationReport report =
        isAccepted
            ? ValidationReport.ACCEPTED
            : judge(current, resource, json, profile -> true).and(definition(current, resource));
    report = report.and(codings.judge(resource.fhirType(), json));
    return !report.isAccepted() && isTolerated(current, resource, json)
        ? report.tolerated()
        : report;
  }

  /** Whether what stands against it stands in no profile that is enforced. */
  private boolean isTolerated(Edition current, Resource resource, byte[] json) {
    if (modes.enforcesAll()) {
      return false;
    }
    ValidationReport enforced = judge(current, resource, json, modes::isEnforced);
    if (modes.isEnforced(ValidationModes.TYPE + resource.fhirType())) {
      enforced = enforced.and(codings.judge(resource.fhirType(), json));
    }
    return enforced.isAccepted();
  }

  /** What stands against using a profile that is about to be stored. */
  private static List<Issue> definition(Edition current, Resource resource) {
    return resource instanceof StructureDefinition profile
            && profile.getDerivation() == TypeDerivationRule.CONSTRAINT
        ? current.profiles().judge(profile)
        : List.of();
  }

  /** Of the definitions as they are now. */
  private Edition edition() {
    Edition current = edition;
    return current.revision() == stored.revision() ? current : renewed();
  }

  private synchronized Edition renewed() {
    if (edition.revision() != stored.revision()) {
      edition = edition.next(definitions, stored);
    }
    return edition;
  }

  CompiledProfiles compiled() {
    return edition().compiled();
  }

  /** How many resources the compiled checks have accepted since the start. */
  public long acceptedCount() {
    return accepted.sum();
  }

  /** How many were left to HL7's validator. */
  public long leftCount() {
    return left.sum();
  }

  /**
   * Elements and constraints, each with its definition's address, that aren't compiled: what uses
   * them is left to HL7's validator. Of the profiles used so far.
   */
  public Set<String> notCompiled() {
    return edition().compiled().notCompiled();
  }

  /** What HL7's validator says, even of what the compiled checks accept. */
  ValidationReport judge(Resource resource, byte[] json) {
    return judge(edition(), resource, json, profile -> true);
  }

  private ValidationReport judge(
      Edition current, Resource resource, byte[] json, Predicate<String> isWanted) {
    try {
      return new ValidationReport(current.judge(json, isWanted));
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

  /**
   * Reads what the profiles need and validates each of the valid examples, so that the first client
   * doesn't wait for it. Takes seconds of one thread; service goes on meanwhile.
   */
  public void warmUp() {
    try {
      judgeExamples(atStart());
    } catch (FhirFailure e) {
      LOG.debug("Validation isn't warmed up: {}", e.toString());
    }
  }

  private static void judgeExamples(Edition warmed) {
    Artifacts.files("profiles/examples").entrySet().stream()
        .filter(file -> file.getKey().contains("-valid-"))
        .forEach(file -> {
          warmed.compiled().accepts(file.getValue());
          warmed.judge(file.getValue(), profile -> true);
        });
    Set<String> left = warmed.compiled().notCompiled();
    if (!left.isEmpty()) {
      LOG.info("Left to HL7's validator, since they aren't compiled: {}", String.join(", ", left));
    }
  }

  /** That of now, or if the index is being made anew the one without stored definitions. */
  private Edition atStart() {
    try {
      return edition();
    } catch (FhirFailure.Busy e) {
      return edition;
    }
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
}
