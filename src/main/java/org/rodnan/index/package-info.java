/**
 * The derived view: follows the log into Lucene. Can be deleted at any time; it is rebuilt from the
 * log.
 */
@ApplicationModule(allowedDependencies = {"fhir", "store", "terminology"})
@NullMarked
package org.rodnan.index;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
