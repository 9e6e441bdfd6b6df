/** The edge: HTTP in, bytes out, failures to status codes. */
@ApplicationModule(
    allowedDependencies = {"fhir", "interaction", "search", "index", "store", "terminology"})
@NullMarked
package org.rodnan.http;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
