/**
 * What all readers of foreign files share: the files that were sent, and the resources that were
 * read from them, each with the line it comes from. Nothing here reads or writes the store.
 */
@ApplicationModule(allowedDependencies = {"fhir"})
@NullMarked
package org.rodnan.mapping;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
