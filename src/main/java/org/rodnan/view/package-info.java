/**
 * Resources as rows (SQL on FHIR v2): a ViewDefinition is compiled once, then makes rows of one
 * resource after another. Nothing here reads or writes the store.
 *
 * <p>{@link org.rodnan.view.ViewCompiler} reads a definition and judges it; {@link
 * org.rodnan.view.View} is what came of it; {@link org.rodnan.view.RowFormat} writes rows. Its
 * paths run on HAPI's FHIRPath engine, with the functions that views add to it.
 */
@ApplicationModule(allowedDependencies = {"fhir", "index"})
@NullMarked
package org.rodnan.view;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
