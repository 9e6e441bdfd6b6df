/** One class for each {@code $operation} that is neither an interaction nor about terminology. */
@ApplicationModule(
    allowedDependencies = {
      "fhir",
      "interaction",
      "search",
      "index",
      "store",
      "validation",
      "terminology"
    })
@NullMarked
package org.rodnan.operation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
