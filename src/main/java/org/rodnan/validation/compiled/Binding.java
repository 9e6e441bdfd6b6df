package org.rodnan.validation.compiled;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hl7.fhir.r5.context.IWorkerContext;
import org.hl7.fhir.r5.model.CodeableConcept;
import org.hl7.fhir.r5.model.Coding;
import org.hl7.fhir.r5.model.Enumerations.BindingStrength;
import org.hl7.fhir.r5.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.r5.model.ValueSet;
import org.hl7.fhir.r5.terminologies.utilities.ValidationResult;
import org.hl7.fhir.utilities.FhirPublication;
import org.hl7.fhir.utilities.validation.ValidationOptions;
import org.jspecify.annotations.Nullable;

/**
 * Codes against a value set, or against their code systems alone. The verdicts are those that HL7's
 * validator would get, from the same place; each is kept. Thread safe.
 */
final class Binding {
  private static final String TX_ISSUE_TYPE = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type";
  private static final int VERDICTS_KEPT_MAX = 5_000;
  private static final ValidationOptions OPTIONS =
      new ValidationOptions(FhirPublication.R4, "en-US");

  private enum Verdict {
    /** In the value set, nothing to be said. */
    IN,
    /** Not in the value set, nothing else to be said. */
    OUT,
    /** There is something to be said. */
    OTHER
  }

  /** Where a code stands: the validator says other things of the same code elsewhere. */
  private enum Place {
    CONCEPT,
    ELEMENT,
    CODING
  }

  private record Code(
      Place place, @Nullable String system, @Nullable String code, @Nullable String display) {}

  private final IWorkerContext terminology;
  private final @Nullable ValueSet valueSet;
  private final BindingStrength strength;
  private final Map<Code, Verdict> verdicts = new ConcurrentHashMap<>();

  private Binding(
      IWorkerContext terminology, @Nullable ValueSet valueSet, BindingStrength strength) {
    this.terminology = terminology;
    this.valueSet = valueSet;
    this.strength = strength;
  }

  /** Of codes that may be any. */
  static Binding none(IWorkerContext terminology) {
    return new Binding(terminology, null, BindingStrength.EXAMPLE);
  }

  /** An example binds to nothing. */
  static Binding of(IWorkerContext terminology, ValueSet valueSet, BindingStrength strength) {
    return strength == BindingStrength.EXAMPLE
        ? none(terminology)
        : new Binding(terminology, valueSet, strength);
  }

  boolean isRequired() {
    return strength == BindingStrength.REQUIRED;
  }

  boolean isNone() {
    return valueSet == null;
  }

  /**
   * @param isBaseOnly whether no profile applies, when a code outside of a preferred value set is
   *     worth a hint
   */
  void requireConcept(Node concept, boolean isBaseOnly) {
    List<Node> codings = concept.objects("coding");
    if (codings.isEmpty()) {
      Undecided.unless(isNone() || strength == BindingStrength.PREFERRED);
      return;
    }
    boolean isIn = false;
    for (Node coding : codings) {
      Undecided.unless(!coding.has("version") && !coding.has("extension"));
      Code code =
          new Code(
              Place.CONCEPT, coding.text("system"), coding.text("code"), coding.text("display"));
      Verdict verdict = verdicts.get(code);
      if (verdict == null) {
        verdict = keep(code, ofConcept(code));
      }
      Undecided.unless(verdict != Verdict.OTHER);
      isIn |= verdict == Verdict.IN;
    }
    Undecided.unless(isNone() || isIn || strength == BindingStrength.PREFERRED && !isBaseOnly);
  }

  private Verdict keep(Code code, Verdict verdict) {
    if (verdicts.size() < VERDICTS_KEPT_MAX) {
      verdicts.put(code, verdict);
    }
    return verdict;
  }

  private Verdict ofConcept(Code code) {
    Coding coding = coding(code);
    // The whole concept, because that is what the validator asks about.
    ValidationResult one = terminology.validateCode(OPTIONS, coding, valueSet);
    ValidationResult all =
        terminology.validateCode(OPTIONS, new CodeableConcept().addCoding(coding), valueSet);
    if (!isSilent(one) || !isSilent(all) || one.isOk() != all.isOk()) {
      return Verdict.OTHER;
    }
    if (all.isOk()) {
      return all.getMessage() == null ? Verdict.IN : Verdict.OTHER;
    }
    return all.getErrorClass() == null ? Verdict.OUT : Verdict.OTHER;
  }

  private static Coding coding(Code code) {
    return new Coding().setSystem(code.system()).setCode(code.code()).setDisplay(code.display());
  }

  /** Whether nothing is said but that the code is not in the value set. */
  private static boolean isSilent(ValidationResult result) {
    return result.getIssues().stream()
        .map(OperationOutcomeIssueComponent::getDetails)
        .allMatch(details ->
            details.hasCoding(TX_ISSUE_TYPE, "not-in-vs")
                || details.hasCoding(TX_ISSUE_TYPE, "this-code-not-in-vs"));
  }

  /** Of an element that is a code itself. */
  void requireCode(String value) {
    if (valueSet == null) {
      return;
    }
    Code code = new Code(Place.ELEMENT, null, value, null);
    Verdict verdict = verdicts.get(code);
    if (verdict == null) {
      ValidationResult result =
          terminology.validateCode(OPTIONS.withGuessSystem(), value, valueSet);
      verdict = keep(code, silentlyOk(result));
    }
    Undecided.unless(verdict == Verdict.IN);
  }

  private static Verdict silentlyOk(ValidationResult result) {
    return result.isOk() && result.getIssues().isEmpty() && result.getMessage() == null
        ? Verdict.IN
        : Verdict.OTHER;
  }

  /** Of a coding that stands alone, or a unit. */
  void requireCoding(@Nullable String system, @Nullable String value, @Nullable String display) {
    if (system == null || value == null) {
      return;
    }
    Code code = new Code(Place.CODING, system, value, display);
    Verdict verdict = verdicts.get(code);
    if (verdict == null) {
      verdict = keep(code, isNone() ? ofSystem(code, system) : ofCoding(code));
    }
    Undecided.unless(verdict == Verdict.IN);
  }

  private Verdict ofCoding(Code code) {
    return silentlyOk(terminology.validateCode(OPTIONS, coding(code), valueSet));
  }

  private Verdict ofSystem(Code code, String system) {
    return isKnown(system)
        ? silentlyOk(terminology.validateCode(OPTIONS, system, null, code.code(), code.display()))
        : Verdict.OTHER;
  }

  private boolean isKnown(String system) {
    return (system.startsWith("http:") || system.startsWith("https:") || system.startsWith("urn:"))
        && terminology.fetchResource(ValueSet.class, system) == null
        && terminology.getTxSupportInfo(system, null).isSupported();
  }
}
