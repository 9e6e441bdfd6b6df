/** Rodnan: a FHIR R4 server for systemic sclerosis trial data. */
@NullMarked
package org.rodnan;

import org.jspecify.annotations.NullMarked;
