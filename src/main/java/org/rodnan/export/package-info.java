/** Out: what the store holds, in the forms that others need. */
@ApplicationModule(
    allowedDependencies = {
      "fhir",
      "dataset",
      "sdtm",
      "clinicaltrials",
      "cohort",
      "deidentification",
      "endpoint",
      "safety",
      "view",
      "store",
      "index",
      "interaction",
      "search"
    })
@NullMarked
package org.rodnan.export;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
