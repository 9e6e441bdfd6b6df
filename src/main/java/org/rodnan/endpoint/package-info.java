/** What changed: values per visit and population, and their statistics. */
@ApplicationModule(allowedDependencies = {"fhir", "search", "cohort", "terminology"})
@NullMarked
package org.rodnan.endpoint;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
