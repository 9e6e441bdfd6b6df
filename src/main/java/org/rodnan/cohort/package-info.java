/** Who: subjects by criteria, and how many remain after each of them. */
@ApplicationModule(allowedDependencies = {"fhir", "index", "interaction", "search", "terminology"})
@NullMarked
package org.rodnan.cohort;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
