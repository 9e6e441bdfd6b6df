/**
 * Pages for people, and the implementation guide as a package for programs. A page is made on the
 * server at its first use: no script, nothing from other hosts. {@link org.rodnan.web.Html} writes
 * and escapes, {@link org.rodnan.web.Layout} is the frame of every page, {@link
 * org.rodnan.web.PageServlet} sends them.
 */
@ApplicationModule(allowedDependencies = {"fhir", "terminology"})
@NullMarked
package org.rodnan.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
