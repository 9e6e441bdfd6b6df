package org.rodnan.operation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;

/** Parameters of which two make no sense. */
final class OnceOnly {
  private OnceOnly() {}

  /**
   * @throws FhirFailure.Malformed if one of the names is given twice
   */
  static void require(List<Parameter> parameters, Set<String> names) {
    Set<String> seen = new HashSet<>();
    for (Parameter parameter : parameters) {
      if (names.contains(parameter.name()) && !seen.add(parameter.name())) {
        throw new FhirFailure.Malformed(
            "'" + parameter.name() + "' is given twice; expected it once", parameter.name());
      }
    }
  }
}
