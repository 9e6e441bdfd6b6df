/** Profiles and the judge of what conforms to them. */
@ApplicationModule(allowedDependencies = {"fhir", "terminology"})
@NullMarked
package org.rodnan.validation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
