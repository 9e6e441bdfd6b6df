/**
 * The derived view: follows the log into Lucene. Can be deleted at any time; it is rebuilt from the
 * log.
 *
 * <p>{@link org.rodnan.index.SearchParameters} resolves the definitions for each type, {@link
 * org.rodnan.index.DocumentExtractor} runs their expressions on a resource and makes an {@link
 * org.rodnan.index.IndexDocument}, before the write and in parallel. {@link
 * org.rodnan.index.ResourceIndex} follows the log and gives out {@link
 * org.rodnan.index.IndexSnapshot}s. {@link org.rodnan.index.FieldNames} lists the Lucene fields;
 * {@link org.rodnan.index.TokenValue}, {@link org.rodnan.index.TimeRange}, {@link
 * org.rodnan.index.NumberRange}, {@link org.rodnan.index.QuantityValue} and {@link
 * org.rodnan.index.Terms} say how values become terms and points, for what is indexed as for what
 * is looked for.
 */
@ApplicationModule(allowedDependencies = {"fhir", "store", "terminology"})
@NullMarked
package org.rodnan.index;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
