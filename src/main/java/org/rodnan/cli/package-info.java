/** The command line: a command for each thing that is done to a data directory. */
@ApplicationModule(
    allowedDependencies = {
      "fhir",
      "store",
      "index",
      "ingest",
      "export",
      "sdtm",
      "view",
      "terminology",
      "terminology :: concepts",
      "terminology :: loading"
    })
@NullMarked
package org.rodnan.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
