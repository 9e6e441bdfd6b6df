/**
 * Clinical Quality Language over the store: expressions, and measures made of them.
 *
 * <p>{@link org.rodnan.cql.CqlEvaluation} runs each evaluation in a thread of its own pool, at one
 * moment of the index, within a {@code Budget}. An {@code Engine} compiles and evaluates; it finds
 * libraries in {@code StoredLibraries}, resources in {@code StoredData}, value sets in {@code
 * StoredTerminology}. Compiler and engine are those of cqf-fhir-cr, loaded when the first
 * evaluation needs them.
 */
@ApplicationModule(allowedDependencies = {"fhir", "search", "terminology"})
@NullMarked
package org.rodnan.cql;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
