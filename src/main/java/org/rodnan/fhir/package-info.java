/**
 * The kernel: the words that every other room speaks. Keys and versions of resources, positions in
 * the log, the closed list of failures, the limits, and the strict way from bytes to a resource and
 * back. Depends on nothing else of Rodnan.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.rodnan.fhir;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
