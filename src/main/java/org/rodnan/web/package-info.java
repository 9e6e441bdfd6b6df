/**
 * Pages for people, and the implementation guide as a package for programs. All are made on the
 * server: {@link org.rodnan.web.Html} writes and escapes, {@link org.rodnan.web.Layout} is the
 * frame of every page. What never changes while the program runs (the guide, the style) is made
 * once and sent by {@link org.rodnan.web.PageServlet}; what shows the store is made for each
 * request by {@link org.rodnan.web.Site} and sent by {@link org.rodnan.web.LivePages}. Pages ask
 * the interactions and operations, as programs do, and nothing comes from other hosts. Forms work
 * without the script; with it they answer while they are filled in.
 */
@ApplicationModule(
    allowedDependencies = {
      "course",
      "endpoint",
      "fhir",
      "cohort",
      "index",
      "interaction",
      "operation",
      "safety",
      "search",
      "store",
      "terminology"
    })
@NullMarked
package org.rodnan.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
