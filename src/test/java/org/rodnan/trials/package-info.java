/**
 * Makes the seed trials and proves them.
 *
 * <p>The papers print summaries, not people. {@link org.rodnan.trials.PublishedNumbers} holds what
 * was printed; {@link org.rodnan.trials.SpieraReconstruction} searches, from a fixed seed, for
 * synthetic subjects whose summaries round to it; {@link org.rodnan.trials.TrialFiles} writes them
 * as FHIR transaction bundles under {@code src/main/resources/trials}; and {@link
 * org.rodnan.trials.PrintedNumberCheck} recomputes every number from resources, wherever they come
 * from.
 */
@NullMarked
package org.rodnan.trials;

import org.jspecify.annotations.NullMarked;
