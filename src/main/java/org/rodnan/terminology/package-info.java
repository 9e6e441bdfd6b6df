/** Code systems, value sets, concept maps and units. */
@ApplicationModule(allowedDependencies = {"fhir"})
@NullMarked
package org.rodnan.terminology;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
