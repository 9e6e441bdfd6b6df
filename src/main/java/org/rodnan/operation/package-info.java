/** One class for each {@code $operation} that is no interaction. */
@ApplicationModule(
    allowedDependencies = {
      "fhir",
      "cohort",
      "cql",
      "endpoint",
      "course",
      "safety",
      "figure",
      "interaction",
      "search",
      "index",
      "store",
      "validation",
      "terminology",
      "terminology :: concepts"
    })
@NullMarked
package org.rodnan.operation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
