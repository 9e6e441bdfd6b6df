/**
 * CDISC SDTM and our profiles, both ways, by one vocabulary: rows become resources, resources rows.
 * Nothing here reads or writes the store.
 */
@ApplicationModule(allowedDependencies = {"fhir", "dataset", "mapping"})
@NullMarked
package org.rodnan.sdtm;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
