/** From search parameters to a plan, a Lucene query and a page. */
@ApplicationModule(allowedDependencies = {"fhir", "index", "store", "terminology"})
@NullMarked
package org.rodnan.search;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
