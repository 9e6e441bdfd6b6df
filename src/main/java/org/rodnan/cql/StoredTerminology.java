package org.rodnan.cql;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionContainsComponent;
import org.jspecify.annotations.Nullable;
import org.opencds.cqf.cql.engine.runtime.Code;
import org.opencds.cqf.cql.engine.terminology.CodeSystemInfo;
import org.opencds.cqf.cql.engine.terminology.TerminologyProvider;
import org.opencds.cqf.cql.engine.terminology.ValueSetInfo;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.terminology.Expander;
import org.rodnan.terminology.ExpansionRequest;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.ValueSetCodes;

/** The value sets and code systems that an evaluation asks for. For one thread. */
final class StoredTerminology implements TerminologyProvider {
  private final Terminology terminology;
  private final Budget budget;
  private final Map<String, ValueSetCodes> valueSets = new HashMap<>();

  StoredTerminology(Terminology terminology, Budget budget) {
    this.terminology = terminology;
    this.budget = budget;
  }

  @Override
  public boolean in(Code code, ValueSetInfo valueSet) {
    String value = code.getCode();
    if (value == null) {
      return false;
    }
    ValueSetCodes codes = codes(valueSet);
    return code.getSystem() == null
        ? codes.systems().stream().anyMatch(system -> codes.contains(system, value))
        : codes.contains(code.getSystem(), value);
  }

  @Override
  public Iterable<Code> expand(ValueSetInfo valueSet) {
    return Expander.expand(
            codes(valueSet), ExpansionRequest.ALL, terminology.limits().expansionMax())
        .getContains()
        .stream()
        .flatMap(StoredTerminology::withNested)
        .map(StoredTerminology::code)
        .toList();
  }

  private static Stream<ValueSetExpansionContainsComponent> withNested(
      ValueSetExpansionContainsComponent one) {
    return Stream.concat(
        Stream.of(one), one.getContains().stream().flatMap(StoredTerminology::withNested));
  }

  private static Code code(ValueSetExpansionContainsComponent one) {
    return new Code()
        .withSystem(one.getSystem())
        .withVersion(one.getVersion())
        .withCode(one.getCode())
        .withDisplay(one.getDisplay());
  }

  @Override
  public @Nullable Code lookup(Code code, CodeSystemInfo codeSystem) {
    String system = codeSystem.getId();
    boolean isOther = code.getSystem() != null && !code.getSystem().equals(system);
    if (code.getCode() == null || system == null || isOther) {
      return null;
    }
    return terminology
            .codeSystem(system, Optional.ofNullable(codeSystem.getVersion()))
            .orElseThrow(() -> notKnown("code system", system))
            .find(code.getCode())
            .isPresent()
        ? code
        : null;
  }

  /**
   * @throws FhirFailure.Unprocessable if there is no such value set
   */
  private ValueSetCodes codes(ValueSetInfo valueSet) {
    budget.require();
    String version = valueSet.getVersion();
    String canonical = valueSet.getId() + (version == null ? "" : "|" + version);
    return valueSets.computeIfAbsent(
        canonical,
        key ->
            terminology.codes(
                terminology.valueSet(key).orElseThrow(() -> notKnown("value set", key))));
  }

  private static FhirFailure.Unprocessable notKnown(String kind, String canonical) {
    return new FhirFailure.Unprocessable(
        IssueType.NOTFOUND, "The " + kind + " '" + canonical + "' is not known here");
  }
}
