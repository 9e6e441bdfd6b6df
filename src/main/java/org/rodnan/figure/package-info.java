/**
 * Pictures of numbers, drawn by XChart and written as SVG by Batik. Knows neither FHIR nor the
 * store: it takes names and numbers, and gives bytes.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.rodnan.figure;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
