/** Records of subjects without what tells who they are. Nothing here reads or writes the store. */
@ApplicationModule(allowedDependencies = {"fhir"})
@NullMarked
package org.rodnan.deidentification;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
