/**
 * From search parameters to a plan, a Lucene query and a page.
 *
 * <p>{@link org.rodnan.search.SearchEngine} takes a {@link org.rodnan.search.SearchRequest}. {@code
 * SearchPlanner} understands its parameters, {@code Criteria} those that select (chains and {@code
 * _has} become {@code JoinQuery}s), {@code ValueQueries} their values. The plan runs on a snapshot
 * and gives a {@link org.rodnan.search.SearchPage}; a {@code Cursor} tells the next one where to go
 * on.
 */
@ApplicationModule(allowedDependencies = {"fhir", "index", "store", "terminology"})
@NullMarked
package org.rodnan.search;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
