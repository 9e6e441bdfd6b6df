/**
 * The studies of ClinicalTrials.gov, as its API (version 2) gives them in JSON: protocol and
 * results become resources. Nothing here reads or writes the store.
 */
@ApplicationModule(allowedDependencies = {"fhir", "mapping"})
@NullMarked
package org.rodnan.clinicaltrials;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
