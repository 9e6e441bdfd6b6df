/** Harm: the adverse events of a study's subjects, counted by term. */
@ApplicationModule(allowedDependencies = {"fhir", "cohort", "index", "search"})
@NullMarked
package org.rodnan.safety;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
