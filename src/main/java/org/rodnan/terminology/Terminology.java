package org.rodnan.terminology;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetComponent;
import org.hl7.fhir.r4.model.ValueSet.FilterOperator;
import org.rodnan.fhir.FhirFailure;

/** Code systems and value sets as they are known at one moment. Thread safe. */
public final class Terminology {
  private static final String SNOMED = "http://snomed.info/sct";
  private static final String IMPLICIT = "?fhir_vs";
  private static final String LOINC = "http://loinc.org";

  private final CodeSystems systems;
  private final DefinitionSource source;
  private final TerminologyLimits limits;

  Terminology(CodeSystems systems, DefinitionSource source, TerminologyLimits limits) {
    this.systems = systems;
    this.source = source;
    this.limits = limits;
  }

  public DefinitionSource definitions() {
    return source;
  }

  public TerminologyLimits limits() {
    return limits;
  }

  /**
   * A code system whose codes are known.
   *
   * @param version empty for the one that is meant without
   */
  public Optional<KnownSystem> codeSystem(String url, Optional<String> version) {
    return systems.find(url, version, source);
  }

  /** One that is known to the caller alone. */
  public KnownSystem of(CodeSystem system) {
    return systems.of(system, source);
  }

  /**
   * By canonical or {@code ValueSet/id}; also those that need no definition: all of SNOMED CT
   * ({@code ?fhir_vs}), what is below a concept ({@code ?fhir_vs=isa/}), the members of a reference
   * set ({@code ?fhir_vs=refset/}), and all of LOINC ({@code http://loinc.org/vs}).
   */
  public Optional<ValueSet> valueSet(String canonical) {
    return source.valueSet(canonical).or(() -> implicit(canonical));
  }

  private static Optional<ValueSet> implicit(String canonical) {
    ValueSet valueSet = new ValueSet();
    valueSet.setUrl(canonical);
    ConceptSetComponent include = valueSet.getCompose().addInclude();
    if (canonical.equals(LOINC + "/vs")) {
      include.setSystem(LOINC);
      return Optional.of(valueSet);
    }
    int at = canonical.indexOf(IMPLICIT);
    if (at < 0 || !canonical.startsWith(SNOMED)) {
      return Optional.empty();
    }
    include.setSystem(SNOMED);
    if (at > SNOMED.length()) {
      include.setVersion(canonical.substring(0, at));
    }
    String what = canonical.substring(at + IMPLICIT.length());
    if (what.startsWith("=isa/")) {
      include
          .addFilter()
          .setProperty("concept")
          .setOp(FilterOperator.ISA)
          .setValue(what.substring("=isa/".length()));
    } else if (what.startsWith("=refset/")) {
      include
          .addFilter()
          .setProperty(TerminologyService.MEMBER_OF)
          .setOp(FilterOperator.EQUAL)
          .setValue(what.substring("=refset/".length()));
    } else if (!what.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(valueSet);
  }

  /**
   * What is in the value set.
   *
   * @throws FhirFailure.Malformed if what it is made of isn't known here, or takes too much work
   */
  public ValueSetCodes codes(ValueSet valueSet) {
    return codes(valueSet, SystemVersions.AS_NAMED);
  }

  /** As {@link #codes(ValueSet)}, with these versions of the code systems. */
  public ValueSetCodes codes(ValueSet valueSet, SystemVersions versions) {
    return new ValueSetReader(
            this, versions, new Work(String.valueOf(valueSet.getUrl()), limits.stepsMax()))
        .read(valueSet);
  }
}
