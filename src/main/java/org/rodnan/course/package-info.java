/**
 * How each subject of a study fared: what is recorded by study day, composite indices, progression
 * of lung disease, and what is wrong with the records.
 */
@ApplicationModule(allowedDependencies = {"fhir", "cohort", "search", "index", "terminology"})
@NullMarked
package org.rodnan.course;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
