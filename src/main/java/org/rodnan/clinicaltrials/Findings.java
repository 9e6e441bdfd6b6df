package org.rodnan.clinicaltrials;

import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.DomainResource;

/** What was found in one study. */
record Findings(List<DomainResource> resources, List<String> refused, List<String> leftOut) {
  Findings() {
    this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }
}
