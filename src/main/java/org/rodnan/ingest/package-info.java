/**
 * In: turns what registries and papers hold, and packages of definitions, into transactions,
 * through the one door for writing.
 */
@ApplicationModule(
    allowedDependencies = {
      "fhir",
      "store",
      "search",
      "interaction",
      "hl7v2",
      "mapping",
      "sdtm",
      "clinicaltrials",
      "registry"
    })
@NullMarked
package org.rodnan.ingest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
