/**
 * Tables of variables and rows, as clinical trials exchange them: SAS transport files version 5
 * (XPT), CDISC Dataset-JSON 1.1, and what Define-XML and ODM say about them. Readers stream in
 * bounded memory; nothing in a file makes them fail in another way than {@link
 * org.rodnan.dataset.DatasetFormatException}.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.rodnan.dataset;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
