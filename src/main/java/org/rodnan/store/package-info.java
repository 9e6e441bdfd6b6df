/**
 * The log of truth: every version of every resource, in SQLite or PostgreSQL, appended in one
 * writer section.
 */
@ApplicationModule(allowedDependencies = {"fhir"})
@NullMarked
package org.rodnan.store;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
