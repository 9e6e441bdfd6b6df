package org.rodnan.interaction;

import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirFailure;

/**
 * What must hold of a resource besides its profiles, and is known by a package above this one.
 * Asked for each write of a whole resource, after its validation and before the writer section.
 * Implementations are thread safe, and quick for resources that are none of theirs.
 */
public interface ContentRule {
  /**
   * @param resource as sent; references may still be placeholders
   * @throws FhirFailure.Unprocessable if the rule is broken; names the element
   */
  void require(Resource resource);
}
