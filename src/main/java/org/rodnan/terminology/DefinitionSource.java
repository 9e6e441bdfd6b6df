package org.rodnan.terminology;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ValueSet;

/** Finds code systems and value sets by their canonical address, with or without version. */
public interface DefinitionSource {
  Optional<ValueSet> valueSet(String canonical);

  Optional<CodeSystem> codeSystem(String canonical);
}
