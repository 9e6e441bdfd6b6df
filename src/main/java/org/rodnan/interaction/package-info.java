/** One class for each FHIR interaction; the only door for writing. */
@ApplicationModule(
    allowedDependencies = {"fhir", "store", "index", "search", "validation", "terminology"})
@NullMarked
package org.rodnan.interaction;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
