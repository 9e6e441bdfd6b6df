/**
 * The tables of registries, as CSV, Excel or exports of REDCap, by a mapping that says which
 * columns are what ({@code src/docs/mapping-files.md}). Nothing here reads or writes the store.
 */
@ApplicationModule(allowedDependencies = {"fhir", "mapping", "terminology"})
@NullMarked
package org.rodnan.registry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
